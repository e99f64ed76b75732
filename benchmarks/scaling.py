"""How cost grows with departments and ties, from 10 to 10 000 departments in a chain of companies.

``python -m benchmarks.scaling [picture]`` prints a Markdown table and draws it (docs/scaling.png if not told where).
``python -m benchmarks.scaling memory`` runs the largest chain of 10 ties each in a process of its own, and says what
that took.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import psutil
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from simulation.engine.ensemble import run_world, run_worlds, warm
from simulation.engine.kernel.layout import lay_out
from simulation.study.measures import AssignRoles, ConsultChain, CrossFunctionalTeam, Measures
from simulation.study.organisation import Department, Label, Organisation, Project, Tie
from simulation.study.scenario import Scenario, Study

SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000)
TIES = (4, 10, 40)
COLOURS = ("#7b8794", "#0b6e99", "#c8553d")
NAME = Label(en="A chain", nl="Een keten")


def chain_of(departments: int, ties: int, horizon: int = 156) -> Study:
    """IT, three in ten business departments, the rest chain partners; each needs the ``ties`` nearest in a ring."""
    business = max(1, 3 * departments // 10)
    kinds = ["it"] + ["business"] * business + ["chain"] * (departments - business - 1)
    everyone = [
        Department(name=f"D{number}", kind=kind, capacity=144.0, benefit=0.0 if kind == "chain" else 1000.0)
        for number, kind in enumerate(kinds)
    ]
    reach = min(ties // 2, (departments - 1) // 2)
    pairs = [(number, (number + step) % departments) for number in range(departments) for step in range(1, reach + 1)]
    strengths = np.random.default_rng(1).uniform(0.1, 0.9, len(pairs)).tolist()
    needs = tuple(Tie(a=f"D{a}", b=f"D{b}", strength=d) for (a, b), d in zip(pairs, strengths, strict=True))
    organisation = Organisation(
        name=NAME, departments=tuple(everyone), interdependence=needs, informal_ties=needs[:: max(1, reach)]
    )
    measures = Measures(
        assign_roles=AssignRoles(), cross_functional_team=CrossFunctionalTeam(), consult_chain=ConsultChain()
    )
    made = Scenario("chain", NAME, NAME, None, organisation, Project(horizon=horizon), (), measures)
    return Study("chain", NAME, NAME, (made,))


def seconds_of(study: Study) -> tuple[float, float]:
    """Seconds of laying a study out, and of one world of it; the best of five, over more worlds where one is short."""
    worlds = max(1, 3000 // len(study.organisation.departments))
    laying = running = float("inf")
    run_world(study, 0, 1, "ranges")  # laid out, and kept
    for _ in range(5):
        begun = perf_counter()
        lay_out(study)
        laid = perf_counter()
        run_worlds(study, worlds)
        laying, running = min(laying, laid - begun), min(running, perf_counter() - laid)
    return laying, running / worlds


def slope(seconds: list[float]) -> float:
    """The power of the number of departments with which cost grows, over all sizes measured: 1 is linear."""
    return float(np.polyfit(np.log(SIZES[-len(seconds) :]), np.log(seconds), 1)[0])


def draw(seconds_by_ties: dict[int, list[float]], path: str) -> None:
    """Draw seconds against departments, a line for each number of ties, and what growing in step would be."""
    figure = Figure(figsize=(8, 4.6), layout="constrained")
    axes = figure.subplots()
    for (ties, seconds), colour, lift in zip(seconds_by_ties.items(), COLOURS, (-10, -1, 7), strict=True):
        axes.loglog(SIZES[-len(seconds) :], seconds, marker="o", markersize=5, linewidth=2, color=colour)
        end = (SIZES[-1], seconds[-1])
        axes.annotate(
            f"{ties} ties each", end, (9, lift), textcoords="offset points", va="center", color=colour, weight="bold"
        )
    low = seconds_by_ties[TIES[0]][0] / 3
    axes.loglog((SIZES[0], SIZES[-1]), (low, low * SIZES[-1] / SIZES[0]), color="#7b8794", linestyle=":")
    axes.annotate("exactly in step", (SIZES[-1], low * 1000), (9, 0), textcoords="offset points", va="center")
    axes.set_xlim(SIZES[0] / 1.5, SIZES[-1] * 4.5)
    axes.set_xticks([10, 100, 1_000, 10_000])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{s:g} s" if s >= 1 else f"{1000 * s:g} ms"))
    axes.minorticks_off()
    axes.grid(axis="y", color="#e4e7eb")
    axes.set_axisbelow(True)
    axes.set_title(
        "Cost grows almost in step with departments and ties", loc="left", fontsize=13, weight="bold", pad=24
    )
    powers = [slope(rows) for rows in seconds_by_ties.values()]
    about = f"One world of 156 weeks on one thread: the power {min(powers):.2f} to {max(powers):.2f} of departments"
    axes.text(0, 1.03, about, transform=axes.transAxes, color="#52606d")
    axes.set_xlabel("departments")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def peak_memory() -> float:
    """The most memory (MB) that this process has held so far; what it holds now, where no more is known."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1024
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 1e6


def tell_memory() -> None:
    """Run the largest chain, and say how much memory that took at most."""
    warm()
    before = peak_memory()
    study = chain_of(SIZES[-1], 10)
    made = peak_memory()
    run_worlds(study, 1)
    print(
        f"{SIZES[-1]:,} departments with 10 ties each: at most {peak_memory():,.0f} MB, of which {before:,.0f} for "
        f"Python and the engine and {made - before:,.0f} for describing the chain."
    )


def main() -> None:
    """Print the table and draw the picture."""
    warm()
    timings = {ties: [seconds_of(chain_of(size, ties)) for size in SIZES if size > ties] for ties in TIES}
    print(
        "| departments | "
        + " | ".join(f"{ties} ties each: ms (µs a department)" for ties in TIES)
        + " | laid out: ms |"
    )
    print("|---:" * (len(TIES) + 2) + "|")
    for index, size in enumerate(SIZES):
        rows = {ties: timings[ties][index - len(SIZES)] for ties in TIES if size > ties}
        cells = [f"{1e3 * rows[t][1]:,.2f} ({1e6 * rows[t][1] / size:.1f})" if t in rows else "" for t in TIES]
        print(f"| {size:,} | " + " | ".join(cells) + f" | {1e3 * rows[TIES[0]][0]:,.1f} |")
    for ties in TIES:
        power = slope([run_seconds for _, run_seconds in timings[ties]])
        print(f"\nWith {ties} ties each, cost grows with the power {power:.2f} of departments.")
    print(flush=True)
    subprocess.run([sys.executable, "-m", "benchmarks.scaling", "memory"], check=True)
    draw(
        {ties: [run_seconds for _, run_seconds in rows] for ties, rows in timings.items()},
        *(sys.argv[1:] or ["docs/scaling.png"]),
    )


if __name__ == "__main__":
    tell_memory() if sys.argv[1:] == ["memory"] else main()
