"""What outcomes are measured in: a unit says values and differences as people do, and how far they reach."""

import math
from dataclasses import dataclass

from simulation.text.i18n import money, number, percent, say, say_count

UNDEFINED = "–"


def digits_of(value: float) -> int:
    """Decimals of a difference in weeks or counts: none once it is told with two figures anyway."""
    return 0 if value >= 9.5 else 1


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its name in English; a plain one counts things that have no name of their own.

    ``whole`` says that values are whole numbers, and ``digits`` how many decimals a value is told with.
    """

    name: str
    whole: bool = False
    digits: int = 0

    higher = "size.higher"
    lower = "size.lower"
    has_mean = True

    @property
    def axis(self) -> tuple[float, float] | None:
        """The ends of the axis on which values are drawn; None where that depends on the values."""
        return None

    def span(self, horizon: int) -> float:
        """The largest difference that two values can have in so many weeks; infinite where there is no bound."""
        low, high = self.bounds(horizon)
        return high - low

    def bounds(self, horizon: int) -> tuple[float, float]:
        """The least and the most that a value can be in so many weeks."""
        return -math.inf, math.inf

    def level(self, value: float, language: str) -> str:
        """A value as people say it; an undefined one is a dash.

        >>> SHARE.level(0.8312, "en"), EURO.level(1_400_000, "nl"), HOURS.level(float("nan"), "en")
        ('83 %', '€ 1,4 miljoen', '–')
        """
        return self._level(value, language) if math.isfinite(value) else UNDEFINED

    def size(self, value: float, language: str) -> str:
        """How large a difference is, without its sign.

        >>> SHARE.size(-0.314, "en"), WEEK.size(11.2, "nl"), EURO.size(52_000, "en")
        ('31 percentage points', '11 weken', '€ 52 thousand')
        """
        return self._size(abs(value), language)

    def _level(self, value: float, language: str) -> str:
        return number(value, language, self.digits)

    def _size(self, value: float, language: str) -> str:
        return say("size.count", language, n=number(value, language, digits_of(value)))


class Share(Unit):
    """A share, told in per cent; its differences are percentage points."""

    @property
    def axis(self) -> tuple[float, float] | None:
        """From nothing to all."""
        return 0.0, 1.0

    def bounds(self, horizon: int) -> tuple[float, float]:
        """From nothing to all of it."""
        return 0.0, 1.0

    def _level(self, value: float, language: str) -> str:
        return percent(value, language)

    def _size(self, value: float, language: str) -> str:
        return say_count("size.points", 100 * value, language, 0 if value >= 0.0095 else 1)


class Index(Unit):
    """An index between −1 and 1."""

    def bounds(self, horizon: int) -> tuple[float, float]:
        """From end to end."""
        return -1.0, 1.0

    def _size(self, value: float, language: str) -> str:
        return number(value, language, self.digits)


class Weeks(Unit):
    """Weeks, as a length of time."""

    def bounds(self, horizon: int) -> tuple[float, float]:
        """From the first week to *not within the horizon*, which is written as the week after it."""
        return 0.0, horizon + 1.0

    def _size(self, value: float, language: str) -> str:
        return say_count("size.weeks", value, language, digits_of(value))


class Week(Weeks):
    """A week, as a point in time: differences are earlier or later."""

    higher = "size.later"
    lower = "size.earlier"


class Hours(Unit):
    """Hours of work."""

    def _size(self, value: float, language: str) -> str:
        return say("size.hours", language, n=number(value, language))


class Money(Unit):
    """Euros, or euros for each of something."""

    def _level(self, value: float, language: str) -> str:
        return money(value, language)

    def _size(self, value: float, language: str) -> str:
        return money(value, language)


@dataclass(frozen=True, slots=True)
class Ordinal(Unit):
    """Levels in an order, without distances: ``levels`` are their locale keys, from 0 up."""

    levels: tuple[str, ...] = ()
    has_mean = False

    @property
    def axis(self) -> tuple[float, float] | None:
        """From the lowest level to the highest."""
        return 0.0, float(len(self.levels) - 1)

    def bounds(self, horizon: int) -> tuple[float, float]:
        """From the lowest level to the highest."""
        return 0.0, len(self.levels) - 1.0

    def _level(self, value: float, language: str) -> str:
        return say(self.levels[round(value)], language)

    def _size(self, value: float, language: str) -> str:
        return say_count("size.levels", value, language, digits_of(value))


SHARE, FLAG = Share("share"), Share("0 or 1", whole=True)
INDEX = Index("−1 to 1", digits=2)
WEEK, WEEKS = Week("week", whole=True), Weeks("weeks")
HOURS, COUNT = Hours("h"), Unit("count", digits=1)
REACH = Ordinal(
    "level", whole=True, levels=tuple(f"reach.{name}" for name in ("still", "moving", "live", "adopted", "lasting"))
)
EURO, EURO_A_WEEK, EURO_EACH = Money("€"), Money("€ per week"), Money("€ per department")
