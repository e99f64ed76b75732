"""What commands that compute have in common: an engine that is ready, and progress that is shown."""

import sys
from collections.abc import Callable
from contextlib import suppress

from simulation.system import signals, streams
from simulation.text.i18n import say

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


def prepare(language: str) -> None:
    """Make the engine ready, and say so where that takes a while.

    Raises :class:`~simulation.study.errors.InputRefused` if there is no compiler.
    """
    from simulation.engine import ensemble
    from simulation.engine.kernel import compilation

    signals.raise_missed()
    compilation.check()
    if not compilation.kept():
        streams.complain(say("cli.preparing", language))
    ensemble.warm()
    signals.raise_missed()


class ProgressBar:
    """A progress bar on a terminal; nothing in a pipe."""

    def __init__(self, language: str) -> None:
        self.language, self.bar = language, None

    def __enter__(self) -> Progress:
        try:
            from tqdm import tqdm
        except ValueError:  # a setting such as TQDM_MININTERVAL that is no number
            return lambda done, total: None
        bar = tqdm(unit=" ", desc=say("cli.progress", self.language), disable=not sys.stderr.isatty(), leave=False)
        self.bar = bar

        def update(done: int, total: int) -> None:
            bar.total = total
            with suppress(OSError):  # a terminal that has gone ends no work
                bar.update(done - bar.n)

        return update

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()
