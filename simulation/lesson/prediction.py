"""What a room expects: how many hands for each option, however they were counted."""

from dataclasses import dataclass

MOST_HANDS = 999


@dataclass(frozen=True, slots=True)
class Prediction:
    """Hands per option.

    >>> room = Prediction((3, 12, 5))
    >>> room.total, room.share(1), room.leaders
    (20, 0.6, (1,))
    """

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All hands."""
        return sum(self.counts)

    def share(self, option: int) -> float:
        """The share of hands for an option; 0 as long as nobody has raised one."""
        return self.counts[option] / self.total if self.total else 0.0

    @property
    def leaders(self) -> tuple[int, ...]:
        """The options with the most hands; none as long as nobody has raised one.

        >>> Prediction((2, 2, 0)).leaders, Prediction((0, 0)).leaders
        ((0, 1), ())
        """
        most = max(self.counts, default=0)
        return tuple(option for option, count in enumerate(self.counts) if count == most) if most else ()

    def set(self, option: int, count: int) -> "Prediction":
        """The same with another count for an option, within bounds; the same if there is no such option.

        >>> Prediction((1, 1)).set(0, -5), Prediction((1, 1)).set(7, 1)
        (Prediction(counts=(0, 1)), Prediction(counts=(1, 1)))
        """
        if not 0 <= option < len(self.counts):
            return self
        held = min(max(count, 0), MOST_HANDS)
        return Prediction((*self.counts[:option], held, *self.counts[option + 1 :]))

    def add(self, option: int, hands: int) -> "Prediction":
        """The same with more hands, or fewer, for an option.

        >>> Prediction((1, 1)).add(1, 2)
        Prediction(counts=(1, 3))
        """
        return self.set(option, self.counts[option] + hands) if 0 <= option < len(self.counts) else self


def prediction(counts: tuple[int, ...], options: int) -> Prediction:
    """A prediction over so many options from counts that may be more, fewer or out of bounds.

    >>> prediction((3, 5000), 3)
    Prediction(counts=(3, 999, 0))
    """
    kept = [min(max(count, 0), MOST_HANDS) for count in counts[:options]]
    return Prediction((*kept, *(0 for _ in range(options - len(kept)))))
