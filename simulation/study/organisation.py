"""What a file may say of an organisation: departments, their traits, and who works with whom.

Every object is frozen. A trait that is left out is an assumption: each world draws it around its parameter.
A trait that is given replaces the parameter, with its own uncertainty if it comes from a survey.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from simulation.system.limits import LIMITS
from simulation.text import characters
from simulation.text.characters import code_of, composed, first_unseen, is_visible, unicode_name
from simulation.text.languages import FALLBACK, is_code, matching

Kind = Literal["it", "business", "chain"]

HOURS_IN_A_WEEK = 168
LEAST = 1e-12
"""What is smaller than this is 0: nobody measures it, and near the smallest numbers there are arithmetic is rough."""


def without_dust(value: float) -> float:
    """A number, or 0 for one that is as good as 0.

    >>> without_dust(0.3), without_dust(1.1e-308), without_dust(-0.0)
    (0.3, 0.0, 0.0)
    """
    return value if abs(value) >= LEAST else 0.0


Dustless = AfterValidator(without_dust)
Number = Annotated[float, Strict(), Field(allow_inf_nan=False), Dustless]
Share = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False), Dustless]
Hours = Annotated[float, Strict(), Field(ge=0, le=1_000_000, allow_inf_nan=False), Dustless]
WeekOfHours = Annotated[float, Strict(), Field(ge=0, le=HOURS_IN_A_WEEK, allow_inf_nan=False), Dustless]
"""Hours a week of a single person."""
Euro = Annotated[float, Strict(), Field(ge=0, le=1e12, allow_inf_nan=False), Dustless]

one_line = characters.one_line


def tidy(value: Any) -> Any:
    """A text in NFC and without soft hyphens; anything else as it is, for pydantic to refuse."""
    return composed(value) if isinstance(value, str) else value


def check_visible(name: str) -> str:
    """A name, unchanged, if it can be seen and holds nothing that cannot.

    Raises ``PydanticCustomError``: ``unseen_character`` for one that hides in it, ``unseen_name`` for a name that is
    blank or has more than one line.
    """
    unseen = first_unseen(name)
    if unseen is not None and unseen not in "\n\r":
        fields = {"code": code_of(unseen), "character": unicode_name(unseen)}
        raise PydanticCustomError("unseen_character", "a name has no {code}", fields)
    if unseen is not None or not is_visible(name):
        raise PydanticCustomError("unseen_name", "a name can be seen, and stands on one line")
    return name


Name = Annotated[
    str, Field(min_length=1, max_length=LIMITS.name_characters), AfterValidator(check_visible), BeforeValidator(tidy)
]
Words = Annotated[str, Field(max_length=LIMITS.text_characters), AfterValidator(one_line), BeforeValidator(tidy)]


class Frozen(BaseModel):
    """A read-only object that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(Frozen):
    """A text in one or more languages, by their codes (BCP 47).

    A reader of another language reads it in English or, without an English one, in the first language it has.
    Equal, and of equal hash, where all texts are. Raises pydantic's ``ValidationError`` for no text at all, for one
    longer than :attr:`~simulation.system.limits.Limits.text_characters`, and for what is no code.

    >>> Label(en="Sales", fr="Ventes").in_("nl"), Label(de="Vertrieb").in_("nl"), Label(pt="Vendas").in_("pt-BR")
    ('Sales', 'Vertrieb', 'Vendas')
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Words]
    if TYPE_CHECKING:

        def __init__(self, **texts: str) -> None: ...

    @model_validator(mode="before")
    @classmethod
    def _by_language(cls, value: Any) -> Any:
        """Refuse what is no code of a language; English comes first, then the others by their codes."""
        if not isinstance(value, dict):
            return value
        if not value:
            raise PydanticCustomError("too_short", "a text is in at least one language")
        strange = [code for code in value if isinstance(code, str) and not is_code(code)]
        if strange:
            raise PydanticCustomError("language_code", "a language is known by its code", {"codes": strange})
        return dict(sorted(value.items(), key=lambda entry: (entry[0] != FALLBACK, str(entry[0]))))

    def __hash__(self) -> int:
        return hash(tuple(self.texts.items()))

    @property
    def texts(self) -> Mapping[str, str]:
        """The text by language."""
        return self.__pydantic_extra__

    def language_for(self, reader: str) -> str:
        """The code of the language in which somebody whose own is ``reader`` reads it."""
        codes = tuple(self.texts)
        return matching(reader, codes) or (FALLBACK if FALLBACK in codes else codes[0])

    def in_(self, language: str) -> str:
        """The text for a reader of ``language``."""
        return self.texts.get(language) or self.texts[self.language_for(language)]

    def lacks(self, language: str) -> bool:
        """Whether readers of a language get it in another one; what is the same in several is for everybody.

        >>> Label(en="Sales").lacks("nl"), Label(en="ICT", nl="ICT").lacks("fr"), Label(nl="Inkoop").lacks("nl")
        (True, False, False)
        """
        for_everybody = len(self.texts) > 1 and len(set(self.texts.values())) == 1
        return not for_everybody and not matching(language, tuple(self.texts))


PLAIN = ("en", "nl")
"""A plain text, which counts for every reader, is kept as these two: digests of format 1 are made of that."""


def everywhere(value: Any) -> Any:
    """Turn a plain text into one for every reader, by the languages in :data:`PLAIN`; leave anything else."""
    return dict.fromkeys(PLAIN, value) if isinstance(value, str) else value


Text = Annotated[Label, BeforeValidator(everywhere)]


class Surveyed(Frozen):
    """A trait as measured, 0 to 100, and how far it may be off.

    Each world draws it uniformly from ``value - plus_minus`` to ``value + plus_minus``; no world goes below 0.
    """

    value: Number = Field(ge=0, le=100)
    plus_minus: Number = Field(default=0.0, ge=0, le=100)


SURE_LEAST, SURE_MOST = 0.01, 0.99
"""Between these a trait lies that answers to a survey tell."""


class Answered(Frozen):
    """A trait as answers to a survey tell it: a share with its ``standard_error``, of so many ``answers``.

    With a standard error each world draws it from what the answers leave open
    (:func:`~simulation.model.rules.posterior`): that is another form than ``plus_minus``, and never beside it; the
    value is then from 0.01 to 0.99, for no number of answers makes it certain. ``answers`` is for the reader.
    Raises pydantic's ``ValidationError``: ``two_spreads`` for both, or for ``answers`` beside ``plus_minus``;
    ``too_certain`` for a value beyond that.
    """

    standard_error: Annotated[float, Strict(), Field(gt=0, le=0.25, allow_inf_nan=False)] | None = None
    answers: Annotated[int, Strict(), Field(ge=1, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _in_one_form(self) -> "Answered":
        """A trait is off by a spread or by a standard error, and not certain with one."""
        value, spread = getattr(self, "value", 0.5), getattr(self, "plus_minus", 0.0)
        if spread and not (self.standard_error is None and self.answers is None):
            raise PydanticCustomError("two_spreads", "either plus_minus or standard_error")
        if self.standard_error is not None and not SURE_LEAST <= value <= SURE_MOST:
            raise PydanticCustomError("too_certain", "from 0.01 to 0.99", {"given": value})
        return self


class SurveyedShare(Answered):
    """A share as measured: each world draws it uniformly within ``plus_minus``, and no world leaves 0 to 1."""

    value: Share
    plus_minus: Share = 0.0


def exactly(value: Any) -> Any:
    """Turn a plain number into one that is measured exactly; leave anything else."""
    return {"value": value} if isinstance(value, int | float) else value


Trait = Annotated[SurveyedShare, BeforeValidator(exactly)]
Weight = Annotated[Surveyed, BeforeValidator(exactly)]


class Workload(Answered):
    """Ordinary work as a share of capacity: at most 1.2, for beyond that nothing is left to decide.

    ``plus_minus`` is how far it may be off; no world goes below 0, nor above 1 or a ``value`` beyond that.
    """

    value: Annotated[float, Strict(), Field(ge=0, le=1.2, allow_inf_nan=False), Dustless]
    plus_minus: Share = 0.0


class Department(Frozen):
    """A department, or a chain partner outside, as a file describes it.

    ``capacity`` is in hours a week, ``hourly_rate`` in € an hour, ``benefit`` in € a week once it uses the new way
    fully; ``process_work`` and ``technical_work`` are hours in all. Conviction, IT frame, knowledge and ``voice`` are
    shares; ``competing_pull`` is a weight against the project's. A trait that is None is left to each world.
    Raises pydantic's ``ValidationError`` for what is not legal.

    >>> Department(name="Sales", kind="business", capacity=144).rate
    70.0
    """

    name: Name
    kind: Kind
    capacity: Hours
    label: Text | None = None
    hourly_rate: Euro | None = None
    benefit: Euro = 0.0
    workload: Annotated[Workload, BeforeValidator(exactly)] | None = None
    competing_pull: Weight | None = None
    conviction: Trait | None = None
    it_frame: Trait | None = None
    knowledge: Trait | None = None
    projects: Annotated[float, Strict(), Field(ge=1, le=1000, allow_inf_nan=False)] | None = None
    process_work: Hours | None = None
    technical_work: Hours | None = None
    voice: Share = 0.0

    @property
    def rate(self) -> float:
        """Internal cost (€/h): as given, else 85 for IT and 70 for the others (assumed)."""
        if self.hourly_rate is not None:
            return self.hourly_rate
        return 85.0 if self.kind == "it" else 70.0

    @property
    def internal(self) -> bool:
        """Whether it is part of the organisation, and no chain partner."""
        return self.kind != "chain"

    def called(self, language: str) -> str:
        """Its name for a reader of ``language``: the label, or else the name by which a file knows it."""
        return self.label.in_(language) if self.label else self.name


LEAST_TIE = 1e-9
"""A tie weaker than this is none: numbers close to the smallest there are lose their digits."""


def tie_or_none(strength: float) -> float:
    """The strength of a tie, 0 where it is too weak to be one.

    >>> tie_or_none(0.5), tie_or_none(1e-300)
    (0.5, 0.0)
    """
    return strength if strength >= LEAST_TIE else 0.0


class Tie(Frozen):
    """Two departments and how strongly they are tied, 0 to 1; their order does not matter.

    Weaker than :data:`LEAST_TIE` counts as 0.
    """

    a: Name
    b: Name
    strength: Annotated[Share, AfterValidator(tie_or_none)] = 1.0

    @property
    def pair(self) -> frozenset[str]:
        """The two names."""
        return frozenset((self.a, self.b))


def as_tie(value: Any) -> Any:
    """Read ``[Sales, Finance]``, ``[Sales, Finance, 0.5]`` or ``{a: Sales, b: Finance, strength: 0.5}``.

    Raises ``PydanticCustomError`` (``tie_form``) for anything else.
    """
    if isinstance(value, Tie) or (isinstance(value, dict) and {"a", "b"} <= value.keys() <= {"a", "b", "strength"}):
        return value
    if not isinstance(value, list | tuple) or len(value) not in {2, 3}:
        raise PydanticCustomError("tie_form", "a tie is [one department, another, strength]")
    return dict(zip(("a", "b", "strength"), value, strict=False))


def name_departments(value: Any) -> Any:
    """Turn a mapping from names to departments into a list of departments that know their name; leave anything else."""
    if not isinstance(value, dict):
        return value
    return [
        {**department, "name": name} if isinstance(department, dict) else department
        for name, department in value.items()
    ]


Departments = Annotated[
    tuple[Department, ...], BeforeValidator(name_departments), Field(min_length=1, max_length=LIMITS.departments)
]
Ties = Annotated[tuple[Annotated[Tie, BeforeValidator(as_tie)], ...], Field(max_length=LIMITS.file_values)]


class Organisation(Frozen):
    """Departments, how much they need each other (``interdependence``), and who talks to whom anyway.

    What no single field can know, such as that there is one IT department and that ties join departments that exist,
    is checked when a file is read (:mod:`simulation.study.build.checks`), and not here.
    """

    name: Text = Label(en="The organisation", nl="De organisatie")
    departments: Departments
    interdependence: Ties = ()
    informal_ties: Ties = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The departments' names, in the file's order."""
        return tuple(department.name for department in self.departments)


class Project(Frozen):
    """The project: when work starts, how far one looks, and what the platform must connect later.

    ``start`` and ``horizon`` are weeks, from 1; ``connections_per_week`` come from the week after go-live, each of
    ``connection_hours`` of technical work.
    """

    start: Annotated[int, Strict(), Field(ge=1, le=520)] = 1
    horizon: Annotated[int, Strict(), Field(ge=1, le=520)] = 156
    connections_per_week: Annotated[float, Strict(), Field(ge=0, le=1000, allow_inf_nan=False)] = 0.25
    connection_hours: Annotated[float, Strict(), Field(gt=0, le=100_000, allow_inf_nan=False)] = 40.0
