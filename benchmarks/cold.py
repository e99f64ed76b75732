"""Cold and warm starts: what the first comparison after installation takes more than later ones.

``python -m benchmarks.cold`` starts the command line as a user does, with an empty folder for compiled code and then
with the same folder; the difference is the price of compiling.
"""

import os
import subprocess
import sys
import tempfile
from time import perf_counter

COMPARE = ("-m", "simulation.cli", "compare", "--scenarios", "it-only,full", "--worlds", "4", "--lang", "en")
HEAVY = "import numpy, numba, pydantic, yaml"


def seconds_of(*words: str, cache: str | None = None) -> float:
    """Seconds of a Python command, from start to end."""
    environment = os.environ | ({"SYNERGY_CACHE_DIR": cache} if cache else {})
    begun = perf_counter()
    subprocess.run([sys.executable, *words], env=environment, check=True, capture_output=True)
    return perf_counter() - begun


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as cache:
        seconds_of(*COMPARE, cache=cache + "/other")  # the disk has read everything once
        first = seconds_of(*COMPARE, cache=cache + "/own")
        later = min(seconds_of(*COMPARE, cache=cache + "/own") for _ in range(3))
    rows = {
        "first `synergy compare`, nothing compiled": first,
        "later ones": later,
        "the difference": first - later,
        "`synergy --help`": min(seconds_of("-m", "simulation.cli", "--help") for _ in range(3)),
        "`import simulation`": min(seconds_of("-c", "import simulation") for _ in range(3)),
        "`import simulation.engine.ensemble`": min(
            seconds_of("-c", "import simulation.engine.ensemble") for _ in range(3)
        ),
        "what it depends on, imported alone": min(seconds_of("-c", HEAVY) for _ in range(3)),
        "Python itself": min(seconds_of("-c", "pass") for _ in range(3)),
    }
    print("| start | s |\n|---|---:|")
    for name, seconds in rows.items():
        print(f"| {name} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
