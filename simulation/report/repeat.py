"""The command that repeats a comparison."""

import shlex
from dataclasses import dataclass

from simulation.analysis.sequential import Sequential
from simulation.model.outcomes import BY_OUTCOME, LEADING


@dataclass(frozen=True)
class Request:
    """The settings of a comparison; ``scenarios`` is a list with commas, or None for all of the file.

    ``point`` is that of a sweep, where the file is the folder of one with several.
    """

    file: str
    scenarios: str | None
    baseline: str
    worlds: int
    seed: int
    parameters: str
    outcome: str = LEADING
    overrides: tuple[str, ...] = ()
    rate: float = 0.0
    widths: tuple[float, ...] = ()
    point: int | None = None

    def command(self, settled: Sequential | None = None) -> str:
        """The words of the command line; a comparison that was stopped goes as far as it went.

        >>> Request("case", None, "it-only", 200, 1, "ranges").command()
        'synergy compare case --baseline it-only --worlds 200 --seed 1 --parameters ranges'
        """
        words = ["synergy", "compare", self.file]
        words += ["--point", str(self.point)] if self.point is not None else []
        if self.scenarios is not None:
            words += ["--scenarios", self.scenarios]
        words += ["--baseline", self.baseline, "--worlds", str(self.worlds), "--seed", str(self.seed)]
        words += ["--parameters", self.parameters]
        if self.outcome != LEADING:
            words += ["--outcome", self.outcome]
        if settled:
            most = len(settled.runs.worlds) if settled.stopped else settled.most
            margin = ["--margin", str(settled.margin)] if BY_OUTCOME[settled.outcome].unit.has_mean else []
            words += ["--until-decided", *margin, "--max-worlds", str(most)]
        words += ["--rate", str(self.rate)] if self.rate else []
        words += ["--widths", ",".join(f"{width:g}" for width in self.widths)] if self.widths else []
        for override in self.overrides:
            words += ["--set", override]
        return shlex.join(words)
