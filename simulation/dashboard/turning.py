"""What the page about assumptions says: the answer in a sentence, and what becomes of the verdict, row by row."""

import math
from typing import Any

from simulation.compare import Pair
from simulation.dashboard.trying import Trial
from simulation.parameters import PARAMETERS
from simulation.passport import Flip, Turn
from simulation.words import say

MOST_NAMED = 6
"""Assumptions that the answer names."""
ORDER = ("reverses", "differs", "settles", "blurs", "holds", "fixed")
"""From what changes a verdict most to what cannot."""
Titles = tuple[str, str]


def answer(trial: Trial | None, titles: Titles, language: str) -> str:
    """The page's headline."""
    if trial is None:
        return say("assumptions.begin", language, a=titles[0], b=titles[1], all=len(PARAMETERS))
    fields = {"verdict": verdict_of(trial.verdict, titles, language), **_counts(trial, language)}
    kind = "open" if trial.verdict.kind == "undecided" else "sure"
    if not trial.done:
        return say("assumptions.so_far", language, **fields)
    many = "none" if fields["n"] == 0 else "one" if fields["n"] == 1 else "some"
    return say(f"assumptions.{kind}_{many}", language, **fields)


def verdict_of(pair: Pair, titles: Titles, language: str) -> str:
    """The verdict as it is, without its size."""
    ties = say("verdict.ties", language, ties=pair.ties) if pair.ties else ""
    fields = {"wins": pair.wins, "losses": pair.losses, "worlds": pair.worlds, "ties": ties}
    kind = pair.kind if pair.worlds else "undefined"
    return say(f"verdict.{kind}", language, a=titles[0], b=titles[1], **fields)


def _counts(trial: Trial, language: str) -> dict[str, Any]:
    """How many were tried, how many flip the verdict, how many reverse it, and which."""
    able = [one for one in trial.flips if not one.fixed]
    flip = sorted((one for one in able if one.flips(trial.verdict)), key=lambda one: _rank(one, trial.verdict))
    named = ", ".join(one.parameter.name for one in flip[:MOST_NAMED])
    if len(flip) > MOST_NAMED:
        named += say("assumptions.further", language, more=len(flip) - MOST_NAMED)
    turned = sum(one.reverses(trial.verdict) for one in flip)
    reverse = (
        ""
        if not turned
        else say("assumptions.turned_all" if turned == len(flip) else "assumptions.turned", language, m=turned)
    )
    return {
        "done": len(trial.flips),
        "all": len(PARAMETERS),
        "of": len(able),
        "n": len(flip),
        "names": named,
        "turned": reverse,
    }


def _rank(flip: Flip, verdict: Pair) -> tuple[int, float]:
    """Where a row stands when those that flip come first: by what happens, then by how far the share of wins moves."""
    shares = [one.share.estimate for one in (flip.at_low, flip.at_high)]
    moves = [abs(one - verdict.share.estimate) for one in shares if math.isfinite(one)]
    return ORDER.index(turned(flip, verdict)), -max(moves, default=0.0)


def turned(flip: Flip, verdict: Pair) -> str:
    """What becomes of the verdict, at the end where more becomes of it: a word of :data:`ORDER`."""
    return "fixed" if flip.fixed else min(flip.turns(verdict), key=ORDER.index)


def judged(trial: Trial | None, titles: Titles, language: str) -> dict[str, dict[str, Any]]:
    """What becomes of the verdict by parameter, as plain data: what, in words, and the share of worlds won."""
    if trial is None:
        return {}
    ranked = sorted(trial.flips, key=lambda one: _rank(one, trial.verdict))
    return {
        one.parameter.name: {
            "turn": turned(one, trial.verdict),
            "rank": place,
            "text": _sentence(one, trial.verdict, titles, language),
            "low": _won(one.at_low),
            "high": _won(one.at_high),
        }
        for place, one in enumerate(ranked)
    }


def now(trial: Trial | None) -> dict[str, Any] | None:
    """The share of worlds won as it is."""
    return None if trial is None else _won(trial.verdict)


def _won(pair: Pair) -> dict[str, Any]:
    """How many worlds the scenario in hand wins, of how many; no share where nothing can be compared."""
    return {"wins": pair.wins, "worlds": pair.worlds, "share": pair.wins / pair.worlds if pair.worlds else None}


def _sentence(flip: Flip, verdict: Pair, titles: Titles, language: str) -> str:
    """What becomes of the verdict at either end."""
    if flip.fixed:
        return say("assumptions.is_fixed", language)
    low, high = flip.turns(verdict)
    if low == high == "holds":
        return say("assumptions.holds", language)
    at_low, at_high = (_becomes(one, titles, language) for one in (flip.at_low, flip.at_high))
    if (low, at_low) == (high, at_high):
        return _clause(low, "both", at_low, language)
    said = [(low, "low", at_low), (high, "high", at_high)]
    return "; ".join(_clause(what, end, text, language) for what, end, text in said if what != "holds")


def _clause(what: Turn, end: str, text: str, language: str) -> str:
    """What becomes of it at one end."""
    verb = {"reverses": "reverses", "settles": "settles"}.get(what, "flips")
    return say(f"assumptions.{verb}", language, end=say(f"assumptions.end_{end}", language), what=text)


def _becomes(pair: Pair, titles: Titles, language: str) -> str:
    """The verdict at an end, in a few words."""
    kind = pair.kind if pair.worlds else "undefined"
    return say(f"assumptions.is_{kind}", language, a=titles[0], b=titles[1])
