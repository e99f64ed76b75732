"""What a session is made of: a file that a person names, or the text that a session's own file keeps of it.

That text holds the study whole, and the lesson, and the settings of the game, so that a session can be replayed to the
same numbers where those files are gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, Strict, ValidationError

from simulation import __version__
from simulation.game.form import MOST_ROUNDS, ROUNDS, WEEKS, Game, Table, game_of
from simulation.lesson.source import Told, read_lesson, shipped
from simulation.session.content.build import Content, content_of
from simulation.session.exports import Exported, from_yaml, is_session
from simulation.study.build.merge import build
from simulation.study.errors import InputRefused, problem, shown
from simulation.study.organisation import Frozen, Name
from simulation.study.scenario import Study
from simulation.study.sources.files import is_lesson, is_tables, load_data, read_file, study_yaml, text_of

FORMAT = 1
KINDS = ("both", "game", "lesson")
"""What a session may have: the game and the lesson, or one of them."""
LONGEST = 520
"""Weeks that a game can last, as any project."""
BESIDE = 30
"""Minutes of the lesson that are told beside a game."""
MOST_TABLES = 40
"""Tables that a room can have; an organisation with more departments inside has several at a table."""


def programme_of(path: str | None, language: str, source: str = "", **wished: Any) -> Content:
    """The programme that a file stands for or, of a session that goes on, the ``source`` that its own had.

    ``wished`` is what :func:`content_from` may be told besides. Raises
    :class:`~simulation.study.errors.InputRefused` as that does.
    """
    return content_of_source(source) if source else content_from(path, **wished)


def exported_in(path: str | None) -> Exported | None:
    """The session that a file holds, if it holds one. Raises as :func:`content_from` does for what cannot be read."""
    if path is None or is_tables(path):
        return None
    text = text_of(path)
    data, _, _ = read_file(path, text)
    return from_yaml(text, path) if is_session(data) else None


@dataclass(frozen=True)
class Wishes:
    """What a session is to be besides its file.

    ``only`` is one of :data:`KINDS`; ``minutes`` are those of the lesson, whose chapters that go into them are told (0:
    all; None: the usual ones); ``rounds`` and ``tables`` of the game are the usual ones for None, with tables for the
    ``chain`` partners as well or not; ``world`` is a typical one for None.
    """

    only: str = "both"
    minutes: int | None = None
    rounds: int | None = None
    tables: int | None = None
    chain: bool = False
    world: int | None = None

    @property
    def told(self) -> int:
        """The minutes of the lesson: beside a game two chapters, if nothing else is wished."""
        return (BESIDE if self.only == "both" else 0) if self.minutes is None else self.minutes

    @property
    def game(self) -> dict[str, Any]:
        """What of it concerns the game."""
        said = {"rounds": self.rounds, "tables": self.tables, "chain": self.chain or None, "world": self.world}
        return {key: value for key, value in said.items() if value is not None}


def content_from(path: str | None, **wished: Any) -> Content:
    """The content that a file stands for: a lesson, a study, an organisation that comes along, or a session.

    Without one it is the lesson that comes along, and a game about its organisation. ``wished`` are fields of
    :class:`Wishes`; a session has its own.

    Raises :class:`~simulation.study.errors.InputRefused` for what is none of these, with every problem.
    """
    wishes = Wishes(**wished)
    if path is None:
        return _of_lesson(shipped(), None, wishes)
    if not is_tables(path):
        text = text_of(path)
        data, _, problems = read_file(path, text)
        if is_session(data):
            return content_of_source(from_yaml(text, path).source)
        if is_lesson(data) and not problems:
            return _of_lesson(path, text, wishes)
    if wishes.only == "lesson":
        raise InputRefused([problem("session_no_lesson", given=shown(path))])
    return _content(_source(load_data(path), None, replace(wishes, only="game")), None)


def _of_lesson(path: str, text: str | None, wishes: Wishes) -> Content:
    """A lesson's content."""
    told = read_lesson(path, text)
    lesson = _text_of(path, text).split("\n") if wishes.only != "game" else None
    return _content(_source(load_data(_study_of(path, text)), lesson, wishes), told)


def _source(study: dict[str, Any], lesson: list[str] | None, wishes: Wishes) -> dict[str, Any]:
    """What a session's file keeps of what it was made of."""
    return {
        "format": FORMAT,
        "version": __version__,
        "minutes": wishes.told,
        "lesson": lesson,
        "game": wishes.game if wishes.only != "lesson" else None,
        "study": study,
    }


def _text_of(lesson: str, text: str | None) -> str:
    """What a lesson's file holds."""
    if text is not None:
        return text
    return Path(lesson).read_text("utf-8")


def _study_of(lesson: str, text: str | None) -> str:
    """The study that a lesson is about, by its path or its name; a file beside the lesson's own comes first."""
    data, _, _ = read_file(lesson, text)
    source = str(data.get("study", "case")) if isinstance(data, dict) else "case"
    beside = Path(lesson).parent / source
    return str(beside) if beside.is_file() else source


def content_of_source(source: str) -> Content:
    """The content that a session's file keeps, made again.

    Raises :class:`~simulation.study.errors.InputRefused` for a text that is none, or that this version cannot read.
    """
    data, _, problems = read_file("session", source)
    if (
        problems
        or not isinstance(data, dict)
        or data.get("format") != FORMAT
        or not isinstance(data.get("study"), dict)
    ):
        raise InputRefused(problems or [problem("no_session_file", given=repr(source[:40]))])
    return _content(data, None)


class _Game(Frozen):
    """What a session's file may say of its game."""

    base: Name | None = None
    rounds: Annotated[int, Strict(), Field(ge=1, le=MOST_ROUNDS)] = ROUNDS
    weeks: Annotated[int, Strict(), Field(ge=1, le=52)] = WEEKS
    budget: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)] | None = None
    world: Annotated[int, Strict(), Field(ge=0, lt=10_000)] | None = None
    seed: Annotated[int, Strict(), Field(ge=0, lt=2**63)] = 1
    chain: Annotated[bool, Strict()] = False
    tables: (
        Annotated[dict[Name, Annotated[tuple[Name, ...], Field(min_length=1)]], Field(min_length=1)]
        | Annotated[int, Strict()]
        | None
    ) = None


class _Source(Frozen):
    """What a session's file may say of what it was made of."""

    format: Literal[1]
    version: str
    minutes: Annotated[int, Strict(), Field(ge=0, le=600)] = 0
    lesson: tuple[str, ...] | None = None
    game: _Game | None = None
    study: dict[str, Any]


def _content(source: Mapping[str, Any], told: Told | None) -> Content:
    """The content of plain data."""
    try:
        _Source.model_validate(source)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise InputRefused([problem("session_settings", given=where)]) from None
    lesson, played = source.get("lesson"), source.get("game")
    if lesson is not None and told is None:
        told = read_lesson("lesson.yaml", "\n".join(map(str, lesson)), source["study"])
    study = told.study if told is not None and lesson is not None else build(source["study"], "study", lambda _: None)
    game = None if played is None else _game(study, played)
    title = told.lesson.title if lesson is not None and told is not None else study.title
    kept = {**source, "game": None if game is None else _settings(game)}
    told = told if lesson is not None else None
    about = (study.title, study.description)
    return content_of(title, told, game, int(source.get("minutes") or 0), study_yaml(dict(kept)), about)


def _settings(game: Game) -> dict[str, Any]:
    """All that makes a game of a study, so that it is the same one again."""
    return {
        "base": game.base.name,
        "rounds": game.rounds,
        "weeks": game.weeks,
        "budget": game.budget,
        "world": game.world,
        "seed": game.seed,
        "tables": {table.name: list(table.departments) for table in game.tables},
    }


def _game(study: Study, settings: Mapping[str, Any]) -> Game:
    """The game that settings make of a study; ``tables`` may be how many there are to be."""
    said = dict(settings)
    tables, chain = said.pop("tables", None), bool(said.pop("chain", False))
    if isinstance(tables, dict):
        seats = [Table(name, tuple(departments)) for name, departments in tables.items()]
    else:
        seats = seated(study, said.get("base"), tables, chain)
    base = said.pop("base", None)
    if said.get("rounds", ROUNDS) * said.get("weeks", WEEKS) > LONGEST:
        raise InputRefused([problem("session_settings", given="game.rounds")])
    return game_of(study, base, seats, **said)


def seated(study: Study, base: str | None, count: int | None, chain: bool = False) -> list[Table]:
    """Tables for a room: one a department inside, or ``count`` of them, over which departments are dealt in order.

    With ``chain`` each chain partner has one besides; its work only moves while the chain is consulted.

    >>> from simulation import case
    >>> [table.departments for table in seated(case(), None, 3)]
    [('IT',), ('Sales', 'Purchasing', 'Logistics'), ('Finance', 'Customer service', 'Master data')]
    """
    organisation = study.scenario(base).organisation if base else study.organisation
    it = [one.name for one in organisation.departments if one.kind == "it"]
    business = [one.name for one in organisation.departments if one.kind == "business"]
    most = min(MOST_TABLES, 1 + len(business))
    count = most if count is None else max(2, min(count, most))
    size, more = divmod(len(business), count - 1)
    tables, at = [Table(it[0], tuple(it))], 0
    for index in range(count - 1):
        own = business[at : at + size + (index < more)]
        tables.append(Table(own[0], tuple(own)))
        at += len(own)
    partners = [Table(one.name, (one.name,)) for one in organisation.departments if chain and one.kind == "chain"]
    return [*tables, *partners[: MOST_TABLES - len(tables)]]
