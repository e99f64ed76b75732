"""Runs of many studies, one after another, with one count of how far they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from simulation.engine.ensemble import Progress, Runs, run_worlds
from simulation.model.worlds import Mode
from simulation.study.scenario import Study

FEWER = 4
"""Knock-outs and other variants of the whole case take so many times fewer worlds than the regularities."""


@dataclass(frozen=True)
class Order:
    """A study to be run: in all worlds or in ``1/FEWER`` of them, or in ``worlds`` of its own."""

    study: Study
    mode: Mode = "ranges"
    weekly: bool = False
    fewer: bool = False
    worlds: int = 0

    def many(self, worlds: int) -> int:
        """In how many worlds it runs, of so many.

        >>> from simulation import case
        >>> Order(case()).many(40), Order(case(), fewer=True).many(40), Order(case(), worlds=8).many(40)
        (40, 10, 8)
        """
        return self.worlds or max(2, worlds // FEWER if self.fewer else worlds)


Orders = Mapping[str, Order]
Results = Mapping[str, Runs]


@dataclass
class Bench:
    """Runs orders in ``worlds`` worlds; ``progress`` hears of the runs done, of the ``total`` that was announced."""

    worlds: int
    seed: int
    threads: int = 1
    progress: Progress | None = None
    total: int = 0
    done: int = field(default=0, init=False)

    def announce(self, orders: Orders) -> None:
        """Count orders among what there is to do."""
        self.total += sum(len(order.study.scenarios) * order.many(self.worlds) for order in orders.values())

    def run(self, order: Order) -> Runs:
        """Run one order."""
        before = self.done

        def shifted(done: int, _: int) -> None:
            self.tell(before + done - self.done)

        worlds = order.many(self.worlds)
        return run_worlds(order.study, worlds, self.seed, order.mode, self.threads, shifted, order.weekly)

    def run_all(self, orders: Orders) -> Results:
        """Run orders, by name."""
        return {name: self.run(order) for name, order in orders.items()}

    def tell(self, runs: int) -> None:
        """So many runs more are done."""
        self.done += runs
        if self.progress:
            self.progress(self.done, max(self.total, self.done))
