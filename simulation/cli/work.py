"""What commands that compute have in common: an engine that is ready, and progress that is shown."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from simulation.system import signals, streams
from simulation.text.characters import visible
from simulation.text.i18n import say

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

NOT_NEEDED = "scipy.linalg.cython_blas"


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
    with without_linear_algebra():
        ensemble.warm()
    signals.raise_missed()


@contextmanager
def without_linear_algebra() -> Iterator[None]:
    """Spare Numba importing SciPy's linear algebra, which no code of ours calls: an eighth of a warm comparison.

    It looks for it once, and does without where it is not to be had. In a process of ours nobody else compiles.
    """
    if NOT_NEEDED in sys.modules:
        yield
        return
    nothing: Any = None  # how Python marks a module that is not to be found
    sys.modules[NOT_NEEDED] = nothing
    try:
        yield
    finally:
        del sys.modules[NOT_NEEDED]


def put_study(path: Path, data: dict[str, Any], remark: str, language: str) -> None:
    """Write a study's plain data to a new file, a workbook or YAML by its ending, and say so.

    Raises :class:`~simulation.study.errors.InputRefused` for a file that is there already, or of another ending.
    """
    from simulation.report.files import put_each
    from simulation.study.sources.files import study_yaml
    from simulation.study.sources.workbook import ENDING, workbook

    check_new(path)
    as_book = path.suffix.lower() == ENDING
    content = workbook(data, language) if as_book else study_yaml(data, (remark,)).encode()
    put_each({path: content})
    print(say("cli.wrote", language, path=visible(str(path))))


def check_new(path: Path) -> None:
    """Refuse to write over a file, or to one of another ending than a study's.

    Raises :class:`~simulation.study.errors.InputRefused`.
    """
    from simulation.study.errors import InputRefused, problem, shown

    if path.suffix.lower() not in {".xlsx", ".yaml", ".yml"}:
        raise InputRefused([problem("study_ending", given=shown(str(path), 200))])
    if path.exists():
        raise InputRefused([problem("is_there", given=shown(str(path), 200))])


class ProgressBar:
    """A progress bar on a terminal; nothing in a pipe."""

    def __init__(self, language: str, key: str = "cli.progress") -> None:
        self.language, self.key, self.bar = language, key, None

    def __enter__(self) -> Progress:
        try:
            from tqdm import tqdm
        except ValueError:  # a setting such as TQDM_MININTERVAL that is no number
            return lambda done, total: None
        bar = tqdm(unit=" ", desc=say(self.key, self.language), disable=not sys.stderr.isatty(), leave=False)
        self.bar = bar

        def update(done: int, total: int) -> None:
            bar.total = total
            with suppress(OSError):  # a terminal that has gone ends no work
                bar.update(done - bar.n)

        return update

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()
