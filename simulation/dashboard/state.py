"""A visitor's choices: one frozen value, changed only by making another."""

import os
from dataclasses import dataclass, replace
from typing import Any

from simulation.files import case
from simulation.words import LANGUAGES, language_of
from simulation.worlds import Mode

FIRST = ("it-only", "roles", "package-partner-with", "full-no-anchoring", "full")


@dataclass(frozen=True)
class Choice:
    """What a visitor compares, and which world is looked at."""

    language: str = "en"
    scenarios: tuple[str, ...] = FIRST
    in_hand: str = "full"
    rival: str = "it-only"
    worlds: int = 50
    mode: Mode = "ranges"
    seed: int = 1
    world: int = 0
    shown: str = "full"

    def but(self, **changes: Any) -> "Choice":
        """The same choice with changes; what it can no longer hold falls back to what it can.

        The scenario in hand and its rival are never the same: choosing one for both swaps them.

        >>> Choice().but(rival="full").in_hand, Choice().but(rival="full").rival
        ('it-only', 'full')
        """
        changed = replace(self, **changes)
        order = case().names
        chosen = tuple(sorted(set(changed.scenarios), key=order.index))
        hand, rival = changed.in_hand, changed.rival
        if hand == rival:
            hand, rival = self.rival, self.in_hand
        if hand not in chosen:
            hand = next((one for one in reversed(chosen) if one != rival), hand)
        if rival not in chosen:
            rival = next((one for one in chosen if one != hand), rival)
        return replace(changed, scenarios=chosen, in_hand=hand, rival=rival)

    def ticked(self, name: str, on: bool) -> "Choice":
        """The same choice with one scenario more or less."""
        others = tuple(one for one in self.scenarios if one != name)
        return self.but(scenarios=(*others, name) if on else others)


def first_choice(language: str | None) -> Choice:
    """What a visitor sees first, in the language that the address asks for, or else the server's."""
    return Choice(language=language if language in LANGUAGES else language_of(dict(os.environ)))
