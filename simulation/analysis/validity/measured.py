"""All that ``docs/validity.md`` tells, measured."""

from dataclasses import dataclass

from simulation.analysis.validity import examined, knockouts, readings
from simulation.analysis.validity.bench import Bench
from simulation.analysis.validity.examined import Examined
from simulation.analysis.validity.knockouts import KnockedOut, NullModel
from simulation.analysis.validity.regularities import Figure, Regularity, Verdict, regularities
from simulation.engine.ensemble import Progress
from simulation.study.sources.files import CASE, load


@dataclass(frozen=True)
class Row:
    """A regularity and the model's figure."""

    regularity: Regularity
    figure: Figure

    @property
    def verdict(self) -> Verdict:
        """Hit, near or miss."""
        return self.regularity.verdict(self.figure)


@dataclass(frozen=True)
class Measured:
    """The table, null models by what they order, knock-outs, and what was examined."""

    worlds: int
    seed: int
    rows: tuple[Row, ...]
    nulls: tuple[tuple[str, tuple[NullModel, ...]], ...]
    knocked: KnockedOut
    examined: Examined


def measure(worlds: int, seed: int = 1, threads: int = 1, progress: Progress | None = None) -> Measured:
    """Run everything, in ``worlds`` worlds over the ranges or fewer; ``progress`` as in ``run_worlds``."""
    case = load(CASE)
    bench = Bench(worlds, seed, threads, progress)
    to_read, to_knock, to_examine = readings.orders(case), knockouts.orders(), examined.orders(case, seed)
    for orders in (to_read, to_knock, to_examine):
        bench.announce(orders)
    evidence = readings.gather(bench, case, bench.run_all(to_read))
    rows = tuple(Row(row, readings.READINGS[row.key](evidence)) for row in regularities())
    knocked = knockouts.knock_out(bench, to_knock, case)
    found = examined.examine(bench, to_examine)
    nulls = (
        (f"the {len(case.names)} scenarios of the case", knockouts.null_models(evidence.runs["case"])),
        (f"all {len(found.packages.runs.study.names)} packages", knockouts.null_models(found.packages.runs)),
    )
    return Measured(worlds, seed, rows, nulls, knocked, found)
