"""Where in an input a mistake stands: on a line of a text, in a cell or a row of a table, or in a field of a form."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from simulation.text.characters import escaped
from simulation.text.i18n import say


@dataclass(frozen=True, slots=True)
class Place(ABC):
    """A place that a reader can find; ``kind`` names its words under ``place.`` in the locale files."""

    kind: ClassVar[str] = ""

    @property
    def order(self) -> tuple[Any, ...]:
        """What places of an input are sorted by."""
        return (self.kind,)

    @property
    @abstractmethod
    def short(self) -> str:
        """The place as it stands in a list of such places."""

    def told(self, language: str = "en") -> str:
        """The place by itself: "line 7"."""
        return say(f"place.{self.kind}", language, place=escaped(self.short))

    def within(self, language: str = "en") -> str:
        """The place within a sentence: "on line 7"."""
        return say(f"place.at_{self.kind}", language, place=escaped(self.short))


@dataclass(frozen=True, slots=True)
class Line(Place):
    """A line of a text, from 1.

    >>> Line(7).told(), Line(7).within("nl")
    ('line 7', 'op regel 7')
    """

    number: int
    kind: ClassVar[str] = "line"

    @property
    def order(self) -> tuple[Any, ...]:
        """By number."""
        return (self.kind, self.number)

    @property
    def short(self) -> str:
        """Its number."""
        return str(self.number)


@dataclass(frozen=True, slots=True)
class Cell(Place):
    """A cell of a sheet, row and column from 1; a table without sheets has no name.

    >>> Cell("Ties", 7, 3).told(), Cell("Who needs whom", 7, 3).short, Cell("", 12, 28).within("nl")
    ('cell Ties!C7', "'Who needs whom'!C7", 'in cel AB12')
    """

    sheet: str
    row: int
    column: int
    kind: ClassVar[str] = "cell"

    @property
    def order(self) -> tuple[Any, ...]:
        """By sheet, row and column."""
        return (self.kind, self.sheet, self.row, self.column)

    @property
    def short(self) -> str:
        """As spreadsheets write it."""
        letters, column = "", self.column
        while column > 0:
            column, letter = divmod(column - 1, 26)
            letters = chr(ord("A") + letter) + letters
        sheet = self.sheet if self.sheet.isalnum() else "'{}'".format(self.sheet.replace("'", "''"))
        return f"{sheet}!{letters}{self.row}" if self.sheet else f"{letters}{self.row}"


@dataclass(frozen=True, slots=True)
class FormField(Place):
    """A field of a form, by the label that stands beside it.

    >>> FormField("Hours a week").told(), FormField("Uren per week").within("nl")
    ('the field "Hours a week"', 'in het veld "Uren per week"')
    """

    label: str
    kind: ClassVar[str] = "field"

    @property
    def order(self) -> tuple[Any, ...]:
        """By label."""
        return (self.kind, self.label)

    @property
    def short(self) -> str:
        """Its label."""
        return self.label


@dataclass(frozen=True, slots=True)
class Row(Place):
    """A row of a table, by its position from 0 and the label it has there.

    >>> Row(6, "7").told(), Row(6, "7").within("nl")
    ('row 7', 'in rij 7')
    """

    position: int
    label: str
    kind: ClassVar[str] = "row"

    @property
    def order(self) -> tuple[Any, ...]:
        """By position."""
        return (self.kind, self.position)

    @property
    def short(self) -> str:
        """Its label."""
        return self.label
