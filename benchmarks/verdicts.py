"""How often verdicts, intervals and forecasts are right, on data whose truth is known and on the case itself.

``python -m benchmarks.verdicts`` prints Markdown tables; ``docs/verdicts.md`` has what they said, with the date. It
takes some ten minutes on one core. ``python -m benchmarks.verdicts case`` measures the case alone.
"""

import math
import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simulation import case, run_worlds
from simulation.analysis.best import not_beaten, plausible_means
from simulation.analysis.intervals import mean_interval
from simulation.analysis.pairs import compare_outcomes, compare_pair, sign_test
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES, Outcome

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]

TRIALS = 4_000
SIZES = (20, 50, 100, 200, 1_000)
NAMES = ("a", "b")


def some(share: float, draw: Draw) -> Draw:
    """Differences that come up in a share of worlds only, and are 0 in the others."""
    return lambda rng, n: np.where(rng.random(n) < share, draw(rng, n), 0.0)


def normal(rng: np.random.Generator, n: int) -> Floats:
    """Normal differences around 1."""
    return rng.normal(1.0, 0.5, n)


SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (normal, 1.0),
    "exponential": (lambda rng, n: rng.exponential(1.0, n), 1.0),
    "lognormal (skewness 6)": (lambda rng, n: rng.lognormal(0.0, 1.0, n), math.exp(0.5)),
    "lognormal (skewness 33)": (lambda rng, n: rng.lognormal(0.0, 1.5, n), math.exp(1.125)),
    "90 % equal, else normal": (some(0.10, normal), 0.10),
    "97 % equal, else normal": (some(0.03, normal), 0.03),
    "97 % equal, else lognormal": (some(0.03, lambda rng, n: rng.lognormal(0.0, 1.0, n)), 0.03 * math.exp(0.5)),
    "97 % equal, else either way": (some(0.03, lambda rng, n: rng.normal(0.0, 1.0, n)), 0.0),
}
"""Differences between two scenarios, and the truth of their mean."""


def table(head: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table."""
    for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows):
        print(f"| {' | '.join(row)} |", flush=True)
    print()


def coverage() -> None:
    """How often the 95 % interval of a mean holds the truth, without bounds and with them."""
    rng = np.random.default_rng(1)
    rows = []
    for name, (draw, truth) in SHAPES.items():
        row = [name]
        for size in SIZES:
            found = [mean_interval(draw(rng, size)) for _ in range(TRIALS)]
            row.append(f"{np.mean([one.low <= truth <= one.high for one in found]):.3f}")
        rows.append(row)
    bounded = some(0.03, lambda rng, n: rng.beta(2.0, 2.0, n))
    row = ["97 % equal, else a share (bounded by 1)"]
    for size in SIZES:
        found = [mean_interval(bounded(rng, size), 1.0) for _ in range(TRIALS)]
        row.append(f"{np.mean([one.low <= 0.015 <= one.high for one in found]):.3f}")
    print("Coverage of the 95 % interval of a mean\n")
    table(["differences", *(f"n = {size}" for size in SIZES)], [*rows, row])


def false_verdicts() -> None:
    """How often a verdict is wrong: none that matters where there is one, and better where neither is."""
    rng = np.random.default_rng(2)
    share, money = BY_OUTCOME["lasting_adoption"], BY_OUTCOME["net_value"]

    def noise(n: int) -> Floats:
        return rng.normal(0.0, 1e-4, n)

    same: dict[str, Callable[[int], tuple[Floats, Floats]]] = {
        "share, 2.5 % × .8": lambda n: (np.where(rng.random(n) < 0.025, 0.8, 0.0) + noise(n), np.zeros(n)),
        "share, normal around the margin": lambda n: (rng.normal(0.02, 0.1, n), np.zeros(n)),
        "money, 1 % × € 1.5 million": lambda n: _with(
            rng.normal(0.0, 3e5, n), np.where(rng.random(n) < 0.01, 1.5e6, 0.0)
        ),
        "money, 5 % × € 200 thousand": lambda n: _with(
            rng.normal(0.0, 3e5, n), np.where(rng.random(n) < 0.05, 2e5, 0.0)
        ),
    }
    rows = []
    for name, pair in same.items():
        outcome = share if name.startswith("share") else money
        rows.append([name, *(_rate(partial(_is_called, "same", pair, n, outcome)) for n in SIZES)])
    print("Called 'no difference that matters' although the mean is at or beyond the margin, %\n")
    table(["difference", *(f"n = {size}" for size in SIZES)], rows)
    even: dict[str, Callable[[int], tuple[Floats, Floats]]] = {
        "normal": lambda n: (rng.normal(0.0, 0.2, n), np.zeros(n)),
        "80 % ties": lambda n: (np.where(rng.random(n) < 0.2, rng.choice([-0.4, 0.4], n), 0.0), np.zeros(n)),
        "wins against the mean": lambda n: (np.where(rng.random(n) < 0.25, -0.5, 0.12), np.zeros(n)),
    }
    rows = []
    for name, pair in even.items():
        rows.append([name, *(_rate(partial(_is_called, "beats", pair, n, share)) for n in SIZES)])
    print("Called better although it is not (means equal, or lower), %\n")
    table(["difference", *(f"n = {size}" for size in SIZES)], rows)


def _with(base: Floats, gap: Floats) -> tuple[Floats, Floats]:
    """Two scenarios of the same worlds."""
    return base + gap, base


def _is_called(kind: str, pair: Callable[[int], tuple[Floats, Floats]], worlds: int, outcome: Outcome) -> bool:
    """Whether that is the verdict on a pair drawn anew."""
    return compare_pair(*pair(worlds), NAMES, outcome).kind == kind


def _rate(wrong: Callable[[], bool]) -> str:
    """In how many of a thousand trials it is wrong, in per cent."""
    return f"{100 * np.mean([wrong() for _ in range(1_000)]):.1f}"


def forecasts() -> None:
    """How often the verdict has fallen after as many worlds more as were named, and after three times as many."""
    rng = np.random.default_rng(3)
    share = BY_OUTCOME["lasting_adoption"]
    cases: dict[str, Callable[[int], Floats]] = {
        "wins in 60 %, as large either way": lambda n: np.where(rng.random(n) < 0.6, 0.3, -0.3),
        "normal, .3 standard deviations": lambda n: rng.normal(0.06, 0.2, n),
        "no difference, spread .05": lambda n: rng.normal(0.0, 0.05, n),
        "no difference, spread .2": lambda n: rng.normal(0.0, 0.2, n),
    }
    rows = []
    for name, draw in cases.items():
        asked = once = thrice = 0
        for _ in range(2_000):
            gap = draw(40)
            found = compare_pair(gap, np.zeros(40), NAMES, share)
            if found.kind != "undecided" or not found.more or found.more > 3_000:
                continue
            asked += 1
            more = np.concatenate([gap, draw(3 * found.more)])
            for times in (1, 3):
                seen = more[: 40 + times * found.more]
                fallen = compare_pair(seen, np.zeros(len(seen)), NAMES, share).kind != "undecided"
                once, thrice = once + (fallen and times == 1), thrice + (fallen and times == 3)
        rows.append([name, f"{asked}", f"{100 * once / asked:.0f}", f"{100 * thrice / asked:.0f}"])
    print("Decided after as many more worlds as were named, and after three times as many, %\n")
    table(["truth", "asked", "N", "3 N"], rows)


def best() -> None:
    """Among equals: whether the best is in the set, and how often more than 99 % is claimed for one of two."""
    rng = np.random.default_rng(4)
    rows = []
    for name, (draw, truth) in SHAPES.items():
        row = [name]
        for size in (50, 100, 200):
            missed = claimed = 0
            for _ in range(600):
                base = rng.normal(0.0, 1.0, size)
                values = np.stack([base + draw(rng, size) - truth for _ in range(4)])
                missed += not not_beaten(values)[0]
                draws = plausible_means(values[:2], 1)
                first = draws >= draws.max(axis=1, keepdims=True)
                claimed += bool((first / first.sum(axis=1, keepdims=True)).mean(axis=0).max() > 0.99)
            row.append(f"{100 * missed / 600:.1f} / {100 * claimed / 600:.1f}")
        rows.append(row)
    print("Of equals, %: one of four not in the set (5 would do) / more than 99 % claimed of one of two (2 would do)\n")
    table(["differences", "n = 50", "n = 100", "n = 200"], rows)


def on_the_case() -> None:
    """Intervals and verdicts of 200 worlds of the case, with 40 times as many worlds as the truth."""
    names = (
        "it-only",
        "roles",
        "partner-with",
        "it-led",
        "package-partner-with",
        "full-no-chain",
        "full-no-anchoring",
        "full",
    )
    study = case().select(names)
    runs = [run_worlds(study, 200, seed, threads=2) for seed in range(1, 41)]
    pooled = np.concatenate([one.outcomes for one in runs], axis=1)
    covered, wrong, judged, rows = [], 0, 0, []
    for outcome in OUTCOMES:
        column = list(BY_OUTCOME).index(outcome.name)
        for first in range(len(names)):
            for second in range(first):
                gap = pooled[first, :, column] - pooled[second, :, column]
                if not np.isfinite(gap).all() or np.count_nonzero(gap) < 0.01 * len(gap):
                    continue
                truth, pair = float(gap.mean()), (names[first], names[second])
                found = [
                    compare_outcomes(one.outcomes[first], one.outcomes[second], pair, outcome, 156) for one in runs
                ]
                if outcome.unit.has_mean:
                    covered.append(np.mean([one.difference.low <= truth <= one.difference.high for one in found]))
                    rows.append((float(covered[-1]), outcome.name, *pair))
                wrong += sum(_is_wrong(one.kind, pooled[first], pooled[second], outcome.name, truth) for one in found)
                judged += len(found)
    print(f"The case, 40 seeds × 200 worlds: {len(covered)} pairs and outcomes; coverage of the mean's interval")
    low, mid = np.quantile(covered, (0.05, 0.5))
    print(f"{np.mean(covered):.3f} on average, {mid:.3f} in the middle, {low:.3f} at 5 %; worst:")
    for share, name, a, b in sorted(rows)[:5]:
        print(f"- {share:.3f} {name}, {a} against {b}")
    print(f"wrong verdicts: {wrong} of {judged} ({100 * wrong / judged:.2f} %)\n")


def _is_wrong(kind: str, a: Floats, b: Floats, outcome: str, truth: float) -> bool:
    """Whether a verdict contradicts the pooled worlds."""
    measured = BY_OUTCOME[outcome]
    pooled = compare_outcomes(a, b, NAMES, measured, 156)
    if kind == "same":
        return (
            bool(abs(truth) > measured.margin)
            if measured.unit.has_mean
            else pooled.wins + pooled.losses > pooled.worlds / 10
        )
    sign = 1 if kind == "beats" else -1
    if kind not in {"beats", "loses"}:
        return False
    oftener = sign_test(pooled.wins, pooled.losses) < 0.05 and sign * (pooled.wins - pooled.losses) < 0
    side = sign * (-truth if measured.better == "lower" else truth)
    return oftener or (measured.unit.has_mean and side < 0.0)


def main() -> None:
    """Print all tables."""
    if sys.argv[1:] != ["case"]:
        for part in (coverage, false_verdicts, forecasts, best):
            part()
    on_the_case()


if __name__ == "__main__":
    main()
