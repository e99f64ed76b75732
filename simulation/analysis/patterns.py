"""The patterns that the model must show, measured: in which share of worlds each sentence holds.

Shares are reported whatever they are: a pattern that fails over the ranges is a finding ("when is the lesson wrong?"),
not a fault to tune away. Beside them stand those that version 0.1 had, before the model was revised.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulation import __version__
from simulation.analysis.intervals import wilson
from simulation.engine.ensemble import Progress, Runs, run_worlds
from simulation.model.worlds import MODES, Mode
from simulation.study.constants import ADOPTED
from simulation.study.organisation import SurveyedShare
from simulation.study.parameters import Values
from simulation.study.scenario import Given, Scenario, Study
from simulation.study.sources.files import case, parse, scenario_folder

Holds = NDArray[np.bool_]
SEED = 1
EXTRA = """
  name-roles:
    extends: roles
    measures: {name_the_elephant: on}
  full-no-voice:
    extends: full
    measures: {assign_roles: {voice: off}}
"""
ROOM = (("bau_it", 0.6), ("omega_it", 0.5))
MORE_NEED, LESS_NEED = 1.25, 0.4
"""Factors on all interdependence (at most 1) between which bringing departments together is compared."""
NEAR = 0.1
"""How far apart lasting adoption may be and still be called alike."""
UNCERTAIN = 0.4
"""Conviction at which open objection is held against silence."""


def _engagement(runs: Runs, scenario: str, week: int, whose: str = "business_engagement") -> NDArray[np.float32]:
    """Mean engagement at the end of a week: shape (worlds,)."""
    engagement: NDArray[np.float32] = runs.weeks(scenario, whose)[:, week - 1]
    return engagement


def _temporary_peak(whose: str) -> Callable[[Runs], Holds]:
    """Naming alone lifts engagement for a while and the platform does not go live."""

    def holds(runs: Runs) -> Holds:
        week_12 = _engagement(runs, "name", 12, whose)
        higher = week_12 >= 1.5 * _engagement(runs, "it-only", 12, whose)
        later = _engagement(runs, "name", 52, whose) < week_12
        shown: Holds = higher & later & (runs.of("name", "go_live_week") > runs.study.horizon)
        return shown

    return holds


def _compare(outcome: str, a: str, b: str, sign: int, equal: bool = False) -> Callable[[Runs], Holds]:
    """Whether an outcome of ``a`` is above (sign 1) or below (−1) that of ``b``, or equal if that will do."""

    def holds(runs: Runs) -> Holds:
        gap = sign * (runs.of(a, outcome) - runs.of(b, outcome))
        shown: Holds = gap >= 0 if equal else gap > 0
        return shown

    return holds


def _naming_beside_roles(runs: Runs) -> Holds:
    """Naming beside roles makes them take hold."""
    engaged = _engagement(runs, "name-roles", 26) > _engagement(runs, "roles", 26)
    shown: Holds = engaged & (runs.of("name-roles", "progress_104") > runs.of("roles", "progress_104"))
    return shown


def _anchoring_hardly_moves_go_live(runs: Runs) -> Holds:
    """Weeks to go-live differ by less than 15 % (the horizon + 1 where it does not happen)."""
    without = runs.of("full-no-anchoring", "go_live_week")
    shown: Holds = np.abs(runs.of("full", "go_live_week") - without) < 0.15 * without
    return shown


def _anchoring_dominates_relapse(runs: Runs) -> Holds:
    """Lasting adoption differs by more than .15."""
    gap = runs.of("full", "lasting_adoption") - runs.of("full-no-anchoring", "lasting_adoption")
    shown: Holds = gap > 0.15
    return shown


def _self_built(runs: Runs) -> Holds:
    """Not earlier, and no more partners connected."""
    later = runs.of("full-self-built", "go_live_week") >= runs.of("full", "go_live_week")
    shown: Holds = later & (runs.of("full-self-built", "connections") <= runs.of("full", "connections"))
    return shown


def _live_but_hardly_used(runs: Runs) -> Holds:
    """It goes live and is used for less than half of the work at its peak."""
    live = runs.of("it-led", "go_live_week") <= runs.study.horizon
    shown: Holds = live & (runs.of("it-led", "peak_adoption") < ADOPTED)
    return shown


def _team_matters_with_need(runs: Runs) -> Holds:
    """What the team adds to lasting adoption is more where departments need each other more."""
    gains = [
        runs.of(named("full", factor), "lasting_adoption") - runs.of(named("full-no-team", factor), "lasting_adoption")
        for factor in (MORE_NEED, LESS_NEED)
    ]
    shown: Holds = gains[0] > gains[1]
    return shown


def _voice_role(runs: Runs) -> Holds:
    """Without somebody who may speak for a department less is settled, and less lasts."""
    settled = runs.of("full-no-voice", "settled") < runs.of("full", "settled")
    shown: Holds = settled & (runs.of("full-no-voice", "lasting_adoption") < runs.of("full", "lasting_adoption"))
    return shown


def _own_hours_do(runs: Runs) -> Holds:
    """Hours made free at IT last about as long as a hired partner."""
    gap = runs.of("full-it-hours", "lasting_adoption") - runs.of("full", "lasting_adoption")
    shown: Holds = np.abs(gap) < NEAR
    return shown


def _nothing_lasts_longer(runs: Runs) -> Holds:
    """No scenario without anchoring ends with more adoption than the full package."""
    scenarios = [scenario for scenario in runs.study.scenarios if scenario.name in CASE]
    unanchored = [scenario.name for scenario in scenarios if scenario.measures.anchor_in_strategy is None]
    best = np.max([runs.of(name, "lasting_adoption") for name in unanchored], axis=0)
    shown: Holds = best <= runs.of("full", "lasting_adoption")
    return shown


@dataclass(frozen=True)
class Pattern:
    """A pattern: its number, whether the equations were tuned to it or have it built in (T) or not (F), its sentence,
    and the shares that version 0.1 had, by defaults and over the ranges ("–": it was not asked)."""

    number: str
    tuned: bool
    sentence: str
    before: tuple[str, str]
    holds: Callable[[Runs], Holds]


PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "1",
        True,
        "`it-only`: no go-live within 104 weeks",
        ("1.00", "1.00"),
        lambda runs: runs.of("it-only", "go_live_104") == 0,
    ),
    Pattern(
        "2",
        False,
        "waiting is standstill: progress_104 of `wait` ≤ `it-only`",
        ("1.00", "1.00"),
        _compare("progress_104", "wait", "it-only", -1, equal=True),
    ),
    Pattern(
        "3",
        False,
        "naming alone is a temporary peak: engagement of the business at week 12 at least 1.5 × `it-only`'s, "
        "lower again by week 52; no go-live",
        ("1.00", ".86"),
        _temporary_peak("business_engagement"),
    ),
    Pattern(
        "3, IT included",
        False,
        "the same, engagement averaged over all internal departments",
        ("1.00", ".79"),
        _temporary_peak("engagement"),
    ),
    Pattern(
        "3b",
        False,
        "naming beside roles: engagement at week 26 and progress_104 above `roles` alone",
        ("1.00", "1.00"),
        _naming_beside_roles,
    ),
    Pattern(
        "4",
        False,
        "assigned roles move the project: progress_104 of `roles` above `it-only`",
        ("1.00", "1.00"),
        _compare("progress_104", "roles", "it-only", 1),
    ),
    Pattern(
        "5",
        True,
        "`roles` without capacity still fail to go live by 104",
        ("1.00", ".99"),
        lambda runs: runs.of("roles", "go_live_104") == 0,
    ),
    Pattern(
        "7",
        True,
        "hours without ownership lose to roles: progress_104 of `extra-hours` below `roles`",
        ("1.00", "1.00"),
        _compare("progress_104", "extra-hours", "roles", -1),
    ),
    Pattern(
        "8",
        False,
        "`technicians` end with less adoption than `package-partner-with`",
        (".98", ".89"),
        _compare("lasting_adoption", "technicians", "package-partner-with", -1),
    ),
    Pattern(
        "11",
        True,
        "alone, a partner who takes over is no later than one who works along",
        ("1.00", ".96"),
        _compare("go_live_week", "partner-over", "partner-with", -1, equal=True),
    ),
    Pattern(
        "12",
        True,
        "but lasts less within the package: `package-partner-over` below `package-partner-with`",
        ("1.00", ".96"),
        _compare("lasting_adoption", "package-partner-over", "package-partner-with", -1),
    ),
    Pattern(
        "13",
        True,
        "anchoring hardly moves go-live: `full` within 15 % of `full-no-anchoring`",
        (".92", ".68"),
        _anchoring_hardly_moves_go_live,
    ),
    Pattern(
        "14",
        True,
        "but dominates relapse: more than .15 lasting adoption",
        ("1.00", ".96"),
        _anchoring_dominates_relapse,
    ),
    Pattern(
        "16",
        False,
        "consulting the chain raises benefit: `full` above `full-no-chain` (fragile)",
        (".96", ".57"),
        _compare("benefit", "full", "full-no-chain", 1),
    ),
    Pattern(
        "17",
        True,
        "the self-built platform is not earlier and connects no more partners",
        ("1.00", "1.00"),
        _self_built,
    ),
    Pattern(
        "19",
        True,
        "no scenario without anchoring lasts longer than `full`",
        ("1.00", ".98"),
        _nothing_lasts_longer,
    ),
    Pattern(
        "20",
        True,
        "IT leads: `it-led` is live by week 156 and peaks below one half: live but hardly used",
        ("–", "–"),
        _live_but_hardly_used,
    ),
    Pattern(
        "21",
        True,
        "bringing departments together matters where they need each other: the team's gain in lasting adoption (`full` "
        "minus `full-no-team`) is larger with all interdependence × 1.25 than × .4",
        ("–", "–"),
        _team_matters_with_need,
    ),
    Pattern(
        "22",
        False,
        "who represents the department: without the voice role `full` settles less, and less lasts",
        ("–", "–"),
        _voice_role,
    ),
    Pattern(
        "23",
        False,
        "passive is more stubborn than opposed: with the same conviction (.4), `package-partner-with` keeps more where "
        "all object openly (`voice` 1) than where all are silent",
        ("–", "–"),
        _compare("lasting_adoption", "open", "silent", 1),
    ),
    Pattern(
        "24",
        False,
        "hours of one's own do as well: lasting adoption of `full-it-hours` within .1 of `full`'s",
        ("–", "–"),
        _own_hours_do,
    ),
)


@dataclass(frozen=True)
class Measured:
    """Worlds, and for each pattern how many it holds in, by defaults and over the ranges; then the sweep (6)."""

    worlds: int
    hits: tuple[tuple[int, int], ...]
    room: tuple[tuple[int, int], ...]


CASE = case().names
"""The case's own scenarios, among those that patterns need."""


def study() -> Study:
    """The case with the scenarios more that patterns need: other needs, no voice role, open and silent opposition."""
    extended = parse(scenario_folder().joinpath("case.yaml").read_text(encoding="utf-8") + EXTRA, "case")
    more = [
        needing(extended.scenario(name), factor)
        for factor in (MORE_NEED, LESS_NEED)
        for name in ("full", "full-no-team")
    ]
    more += [of_one_mind(extended.scenario("package-partner-with"), *mind) for mind in (("open", 1.0), ("silent", 0.0))]
    return replace(extended, scenarios=(*extended.scenarios, *more))


def named(scenario: str, factor: float) -> str:
    """What a scenario is called in which departments need each other so many times as much.

    >>> named("full", 0.4)
    'full, needs × 0.4'
    """
    return f"{scenario}, needs × {factor:g}"


def needing(scenario: Scenario, factor: float) -> Scenario:
    """A scenario in which departments need each other ``factor`` times as much, at most wholly."""
    organisation = scenario.organisation
    ties = tuple(
        tie.model_copy(update={"strength": min(1.0, factor * tie.strength)}) for tie in organisation.interdependence
    )
    changed = organisation.model_copy(update={"interdependence": ties})
    return replace(scenario, name=named(scenario.name, factor), organisation=changed)


def of_one_mind(scenario: Scenario, name: str, voice: float) -> Scenario:
    """A scenario in which all are as uncertain as each other, and say so as often as ``voice``, 0 to 1."""
    everybody = tuple(
        department.model_copy(
            update={"voice": voice, "conviction": SurveyedShare(value=UNCERTAIN, plus_minus=Values().x0_spread)}
        )
        for department in scenario.organisation.departments
    )
    changed = scenario.organisation.model_copy(update={"departments": everybody})
    return replace(scenario, name=name, organisation=changed)


def with_room(study: Study) -> Study:
    """`it-only` and `roles` where IT has room (pattern 6)."""
    parameters = tuple(Given(name, value, value, value, "pattern 6") for name, value in ROOM)

    def changed(scenario: Scenario) -> Scenario:
        return replace(scenario, parameters=parameters)

    return replace(study, scenarios=tuple(changed(study.scenario(name)) for name in ("it-only", "roles")))


def measure(worlds: int, threads: int = 1, progress: Progress | None = None) -> Measured:
    """Run every scenario in ``worlds`` worlds, by defaults and over the ranges, and count."""
    extended, room = study(), with_room(study())
    per_mode = (len(extended.scenarios) + len(room.scenarios)) * worlds
    finished = 0

    def shifted(done: int, _: int) -> None:
        if progress:
            progress(finished + done, 2 * per_mode)

    def run_both(mode: Mode) -> tuple[Runs, Runs]:
        nonlocal finished
        runs = run_worlds(extended, worlds, SEED, mode, threads, shifted, weekly=True)
        finished += len(extended.scenarios) * worlds
        swept = run_worlds(room, worlds, SEED, mode, threads, shifted, weekly=True)
        finished += len(room.scenarios) * worlds
        return runs, swept

    by_mode = {mode: run_both(mode) for mode in reversed(MODES)}
    hits = tuple(
        (int(pattern.holds(by_mode["defaults"][0]).sum()), int(pattern.holds(by_mode["ranges"][0]).sum()))
        for pattern in PATTERNS
    )
    live = tuple(
        (
            int((by_mode["defaults"][1].of(name, "go_live_week") <= extended.horizon).sum()),
            int((by_mode["ranges"][1].of(name, "go_live_week") <= extended.horizon).sum()),
        )
        for name in ("roles", "it-only")
    )
    return Measured(worlds, hits, live)


def _share(hits: int, worlds: int) -> str:
    """A share with its interval, as a table cell."""
    interval = wilson(hits, worlds)
    return f"{interval.estimate:.3f} [{interval.low:.3f} … {interval.high:.3f}]"


HEAD = """# Patterns

Generated by `synergy patterns`; do not edit. Which share of worlds shows each pattern, with Wilson's 95 % interval, and
beside it the share that version 0.1 had, before hand-offs, fidelity and the dip were part of the model. **T**: the
equations were tuned to it or have it largely built in, so it is no evidence; **F**: it came out by itself. synergy
{version}, seed {seed}, {worlds} worlds each.

| # | | pattern | defaults | 0.1 | ranges | 0.1 |
|---|---|---|---|---|---|---|
"""

TAIL = """
## Pattern 6: roles suffice where IT has room

IT's ordinary work at .6 of its capacity and its competing pull at .5: the share of worlds that are live by week
{horizon}.

| scenario | defaults | ranges |
|---|---|---|
{room}

## When the lesson is wrong

Over the ranges, {failing}.

## How to read it

- A pattern that holds in a share of worlds holds *there*: a world is one draw of everything nobody knows, from ranges
  that are assumed. 94 of 100 worlds is not a chance of 94 %.
- Where nothing lasts in either scenario a comparison of what lasts is a tie, and a tie is not counted as holding.
- Pattern 3 does not say whose engagement it means. Both readings are shown.
- Pattern 13: where a scenario does not go live, week {censored} stands in, for both scenarios alike.
- Pattern 21 changes who needs whom, and the luck of each department stays as it is. Pattern 23 draws everybody's
  conviction around .4.
"""


def document(measured: Measured) -> str:
    """``docs/patterns.md``."""
    rows, worlds = [], measured.worlds
    for pattern, (defaults, ranges) in zip(PATTERNS, measured.hits, strict=True):
        cells = (
            pattern.number,
            "T" if pattern.tuned else "F",
            pattern.sentence,
            _share(defaults, worlds),
            pattern.before[0],
            _share(ranges, worlds),
            pattern.before[1],
        )
        rows.append("| " + " | ".join(cells) + " |")
    room = [
        f"| `{name}` | {_share(defaults, worlds)} | {_share(ranges, worlds)} |"
        for name, (defaults, ranges) in zip(("roles", "it-only"), measured.room, strict=True)
    ]
    head = HEAD.format(version=__version__, seed=SEED, worlds=worlds)
    horizon = case().horizon
    tail = TAIL.format(room="\n".join(room), failing=_failing(measured), horizon=horizon, censored=horizon + 1)
    return head + "\n".join(rows) + "\n" + tail


def _failing(measured: Measured) -> str:
    """Which patterns hold in fewer than half of the worlds over the ranges, and which in fewer than nine of ten."""
    shares = [
        (pattern.number, ranges / measured.worlds) for pattern, (_, ranges) in zip(PATTERNS, measured.hits, strict=True)
    ]
    rare = [f"{number} ({share:.2f})" for number, share in shares if share < 0.5]
    fragile = [f"{number} ({share:.2f})" for number, share in shares if 0.5 <= share < 0.9]
    parts = []
    if rare:
        parts.append(f"these patterns hold in fewer than half of the worlds: {', '.join(rare)}")
    if fragile:
        parts.append(f"these in fewer than nine of ten: {', '.join(fragile)}")
    return "; ".join(parts) or "every pattern holds in nine of ten worlds or more"
