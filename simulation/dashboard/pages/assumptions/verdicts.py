"""What the page about assumptions says: the answer in a sentence, and what becomes of the verdict, row by row."""

import math
from typing import Any

from simulation.analysis.pairs import Pair
from simulation.analysis.sensitivity import Flip, Turn
from simulation.analysis.widths import Survival
from simulation.dashboard.pages.assumptions.flips import Trial
from simulation.report.sentences import short_verdict
from simulation.report.widths import factor
from simulation.study.parameters import PARAMETERS
from simulation.text.i18n import say

MOST_NAMED = 4
"""Assumptions that the line under the answer names."""
ORDER = ("reverses", "differs", "settles", "blurs", "holds", "fixed")
"""From what changes a verdict most to what cannot."""
ANSWERS = {
    True: ("assumptions.open_none", "assumptions.open_one", "assumptions.open_some"),
    False: ("assumptions.sure_none", "assumptions.sure_one", "assumptions.sure_some"),
}
"""By whether the verdict is still open: the answer when no assumption changes it, when one does, when several do."""
ENDS = {"low": "assumptions.end_low", "high": "assumptions.end_high", "both": "assumptions.end_both"}
BECOMES = {
    "beats": "assumptions.is_beats",
    "loses": "assumptions.is_loses",
    "mixed": "assumptions.is_mixed",
    "same": "assumptions.is_same",
    "undecided": "assumptions.is_undecided",
    "undefined": "assumptions.is_undefined",
}
Titles = tuple[str, str]


def answer(trial: Trial | None, titles: Titles, language: str) -> str:
    """The page's headline."""
    if trial is None:
        return say("assumptions.begin", language, a=titles[0], b=titles[1], all=len(PARAMETERS))
    fields = {"verdict": verdict_of(trial.verdict, titles, language), **_counts(trial, language)}
    if not trial.done:
        return say("assumptions.so_far", language, **fields)
    return say(ANSWERS[trial.verdict.kind == "undecided"][min(fields["n"], 2)], language, **fields)


def verdict_of(pair: Pair, titles: Titles, language: str) -> str:
    """The verdict as it is, without its size."""
    return short_verdict(pair, titles, language)


def _counts(trial: Trial, language: str) -> dict[str, Any]:
    """How many were tried, how many flip the verdict, and how many reverse it."""
    able = [flip for flip in trial.flips if not flip.fixed]
    flipping = _flipping(trial)
    about_face = sum(flip.reverses(trial.verdict) for flip in flipping)
    turned_how = "turned_none" if about_face == 0 else "turned_all" if about_face == len(flipping) else "turned"
    could = trial.verdict.kind in {"beats", "loses"}
    return {
        "done": len(trial.flips),
        "all": len(PARAMETERS),
        "of": len(able),
        "n": len(flipping),
        "turned": say(f"assumptions.{turned_how}", language, m=about_face) if could else "",
    }


def _flipping(trial: Trial) -> list[Flip]:
    """What flips the verdict, what changes it most first."""
    able = (flip for flip in trial.flips if not flip.fixed and flip.flips(trial.verdict))
    return sorted(able, key=lambda flip: _rank(flip, trial.verdict))


def which(trial: Trial | None, language: str) -> str:
    """Which assumptions flip, or settle, the verdict, by what they mean; nothing before all were tried."""
    flipping = _flipping(trial) if trial and trial.done else []
    if trial is None or not flipping:
        return ""
    names = "; ".join(f"{meaning(flip, language)} ({flip.parameter.name})" for flip in flipping[:MOST_NAMED])
    if len(flipping) > MOST_NAMED:
        names += say("assumptions.further", language, more=len(flipping) - MOST_NAMED)
    return say(f"assumptions.which_{'settle' if trial.verdict.kind == 'undecided' else 'flip'}", language, names=names)


def _rank(flip: Flip, verdict: Pair) -> tuple[int, float]:
    """Where a row stands when those that flip come first: by what happens, then by how far the share of wins moves."""
    shares = [pair.share.estimate for pair in (flip.at_low, flip.at_high)]
    moves = [abs(share - verdict.share.estimate) for share in shares if math.isfinite(share)]
    return ORDER.index(turned(flip, verdict)), -max(moves, default=0.0)


def turned(flip: Flip, verdict: Pair) -> str:
    """What becomes of the verdict, at the end where more becomes of it: a word of :data:`ORDER`."""
    return "fixed" if flip.fixed else min(flip.turns(verdict), key=ORDER.index)


def judged(trial: Trial | None, titles: Titles, language: str) -> dict[str, dict[str, Any]]:
    """What becomes of the verdict by parameter, as plain data: what, in words, and the share of worlds won."""
    if trial is None:
        return {}
    ranked = sorted(trial.flips, key=lambda flip: _rank(flip, trial.verdict))
    return {
        flip.parameter.name: {
            "turn": turned(flip, trial.verdict),
            "rank": rank,
            "text": _sentence(flip, trial.verdict, titles, language),
            "low": _won(flip.at_low),
            "high": _won(flip.at_high),
        }
        for rank, flip in enumerate(ranked)
    }


def most(trial: Trial | None, language: str) -> str:
    """What moves the verdict most, once everything was tried; nothing where nothing can be moved."""
    able = [flip for flip in trial.flips if not flip.fixed] if trial and trial.done else []
    if trial is None or not able:
        return ""
    first = min(able, key=lambda flip: _rank(flip, trial.verdict))
    if first.at_low.wins == first.at_high.wins == trial.verdict.wins:
        return say("assumptions.none", language)
    fields = {"name": first.parameter.name, "low": first.at_low.wins, "high": first.at_high.wins}
    return say("assumptions.most", language, meaning=meaning(first, language), **fields)


def meaning(flip: Flip, language: str) -> str:
    """What a number means, within a sentence; a name that begins with two capitals keeps them."""
    text = say(f"parameter.{flip.parameter.name}", language)
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def widths(survival: Survival | None, titles: Titles, language: str) -> str:
    """Whether the verdict survives narrower and wider ranges; nothing while that is not known."""
    if survival is None:
        return ""
    if survival.survives:
        return say("assumptions.widths_survive", language)
    told = []
    for width, pair in zip(survival.widths, survival.pairs, strict=True):
        verdict = short_verdict(pair, titles, language)
        told.append(say("widths.at", language, width=factor(width, language), verdict=verdict))
    return say("assumptions.widths_change", language, verdicts="; ".join(told))


def now(trial: Trial | None) -> dict[str, Any] | None:
    """How many worlds the scenario in hand wins as things are, and the share of all; None before that is known."""
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
        return say("assumptions.still_open" if verdict.kind == "undecided" else "assumptions.holds", language)
    at_low, at_high = (_becomes(pair, titles, language) for pair in (flip.at_low, flip.at_high))
    if (low, at_low) == (high, at_high):
        return _clause(low, "both", at_low, language)
    clauses = [(low, "low", at_low), (high, "high", at_high)]
    return "; ".join(_clause(turn, end, text, language) for turn, end, text in clauses if turn != "holds")


def _clause(turn: Turn, end: str, text: str, language: str) -> str:
    """What becomes of it at one end."""
    verb = {"reverses": "reverses", "settles": "settles"}.get(turn, "flips")
    return say(f"assumptions.{verb}", language, end=say(ENDS[end], language), what=text)


def _becomes(pair: Pair, titles: Titles, language: str) -> str:
    """The verdict at an end, in a few words."""
    return say(BECOMES[pair.kind if pair.worlds else "undefined"], language, a=titles[0], b=titles[1])
