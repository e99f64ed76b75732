"""Holding the compiled week against the Mesa model: for every field of the engine's records, its twin there.

A field has a twin of the same name, one that is worked out here from what the Mesa model has, or a reason in
:data:`NO_TWIN` why it has none. Both take the same steps, so this judges what stands twice: order, sums, layout, luck.
That the steps do what the specification says is judged elsewhere (``test_model``, ``test_limits``).
"""

import math
from functools import partial

import numpy as np

from simulation import OrganisationModel, outcomes_of
from simulation.engine.ensemble import WEEKLY, run_world, trace_world
from simulation.engine.kernel.records import ORGANISATION, STATE
from simulation.model.outcomes import OUTCOMES
from simulation.model.states import DEPARTMENT_STATES, ORGANISATION_STATES, SHARE
from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS

CLOSE = 1e-9
"""Reals may differ by so much of themselves …"""
ROUNDING = 1e-12
"""… or by so much of the most that this state of this department ever was, and of 1 where it is a share: what a
subtraction leaves lost digits."""
GROWN = 100.0
"""… or, where that is not enough, by so many times what another rounding of every sum makes of the Mesa model itself:
work that is nearly done is a difference of near numbers, and what hangs on it makes rounding grow, in an organisation
of thousands. Elsewhere that is some 1e-14, so no other difference hides behind it."""
SHARES = {state.name for state in (*DEPARTMENT_STATES, *ORGANISATION_STATES) if state.unit == SHARE}

COUNTS = ("go_live_week", "go_live_104", "relapse_half_life")
"""Outcomes that are counts."""

NO_TWIN = {
    "near_activity": "a sum over contacts, whose weights the Mesa model divides first; what comes of it is the norm",
    "near_conviction": "likewise",
    "near_frame": "likewise; what comes of it is the IT frame",
    "near_opposed": "likewise; what comes of it is conviction",
    "near_share": "what these sums are divided by",
    "levers": "a place in the engine's table, held against the Mesa model's levers by places_fit",
    "network": "likewise",
    "mean_ownership": "worked out when a run is over; what comes of it is an outcome",
    "mean_knowledge": "likewise",
    "mean_business_adoption": "likewise",
    "settled": "likewise; every hand-off of every week is held against its twin",
    "settled_chain": "likewise",
    "concentration": "likewise",
}
"""Fields of the records without a twin, and why."""


def at_week(values, week):
    """The value at the end of a week (from 1), or of the last one if that is beyond the horizon."""
    return values[min(week, len(values)) - 1]


def half_life(model):
    """Weeks of the peak of adoption and of half of it (−1 if that did not come), as the engine counts them."""
    adoption = model.ledger.adoption
    if max(adoption) <= 0.0:
        return 0, 1
    top = adoption.index(max(adoption))
    fell = next((week for week, value in enumerate(adoption[top:]) if value <= adoption[top] / 2.0), None)
    return top + 1, -1 if fell is None else top + 1 + fell


def phase(model):
    """How far go-live has ended or begun measures by itself."""
    since = -1 if model.go_live_week is None else model.week - model.go_live_week
    measures = model.chosen.measures
    turns = {CLOSING_WEEKS}
    if any(measure.stays == PARTNER_STAYS for measure in measures.done().values()):
        turns.add(PARTNER_STAYS)
    if measures.retire_old_way:
        begins = max(1, measures.retire_old_way.weeks_after_go_live)
        turns |= {begins, begins + 1}
    return sum(since >= turn for turn in turns)


def needed(model, state, internal=None):
    """What the departments need in all (h): those inside, those outside, or everybody."""
    return sum(getattr(one, state) for one in model.everyone if internal is None or one.internal == internal)


def place_of(one):
    """A department's place in the organisation."""
    return one.model.everyone.index(one)


def needs_of(one, chain_only=False):
    """The sum of what a department needs of others, or of chain partners."""
    return sum(strength for other, strength in one.interdependence if not (chain_only and other.internal))


def inverse(weight):
    """One over a weight; 0 for none."""
    return 1.0 / weight if weight > 0.0 else 0.0


def received(one):
    """What a department receives of a role that it is given: a chain partner less."""
    return one.model.roles_fidelity * (1.0 if one.internal else one.model.values.chain_role)


GIVEN = {"persuasion": "persuasion", "granted_charged": "granted", "dedicated_charged": "dedicated"}
SCALED = ("granted", "dedicated")
LUCK = ("noise", "incident", "leave", "arrivals")
PORTIONS = ("progress_portion", "priority_portion", "voice_portion")

DEPARTMENT_TWINS = {
    **{name: partial(lambda name, one: one.luck(name), name) for name in LUCK},
    **{
        name: partial(lambda role, one: one.model.levers.roles[place_of(one)][role] * received(one), role)
        for role, name in enumerate(PORTIONS)
    },
    **{
        name: partial(lambda lever, one: getattr(one.model.levers, lever)[place_of(one)], GIVEN[name]) for name in GIVEN
    },
    **{
        name: partial(lambda name, one: getattr(one, f"{name}_charged") * getattr(one.model, f"{name}_fidelity"), name)
        for name in SCALED
    },
    "member": lambda one: one.model.levers.members[place_of(one)],
    "is_it": lambda one: one.kind == "it",
    "in_business": lambda one: one.kind == "business",
    "benefit": lambda one: one.description.benefit,
    "entangled": needs_of,
    "chain_weight": lambda one: needs_of(one, chain_only=True),
    "chain_share": lambda one: inverse(needs_of(one, chain_only=True)),
    "cut_over_week": lambda one: one.cut_over_week or 0,
}

LEDGER = [
    "shared_hours",
    "solitary_hours",
    "overload_hours",
    "cost",
    "partner_cost",
    "benefit",
    "connections",
    "dip_hours",
    "partner_idle_hours",
]

ORGANISATION_TWINS = {
    **{name: partial(lambda name, model: getattr(model.ledger, name), name) for name in LEDGER},
    "business_engagement": lambda model: model.ledger.business_engagement[-1],
    "need_inside": lambda model: needed(model, "technical_need", True),
    "need_outside": lambda model: needed(model, "technical_need", False),
    "need_process": lambda model: needed(model, "process_need"),
    "need_asked": lambda model: sum(one.process_need * one.it_frame for one in model.everyone),
    "go_live_week": lambda model: model.go_live_week or 0,
    "objections": lambda model: sum((one.kind, one.week) == ("objection", model.week) for one in model.events),
    "phase": phase,
    "window": lambda model: len(model.ledger.visibility[12:38]),
    "visibility_sum": lambda model: sum(model.ledger.visibility[12:38]),
    "passive_sum": lambda model: sum(model.ledger.passive[12:38]),
    "progress_104": lambda model: at_week(model.ledger.progress, 104),
    "peak": lambda model: max(model.ledger.adoption),
    "peak_week": lambda model: half_life(model)[0],
    "half_week": lambda model: half_life(model)[1],
    "adoption_52": lambda model: at_week(model.ledger.adoption, model.go_live_week + 52) if model.go_live_week else 0.0,
}


def row_of(kind, twins, one):
    """A record of everything that has a twin, from the Mesa model or one of its agents."""
    return tuple(
        0 if name in NO_TWIN else twins[name](one) if name in twins else getattr(one, name) for name in kind.names
    )


class OtherwiseRounded(OrganisationModel):
    """The Mesa model with the last digit of every sum over departments one higher."""

    def total(self, step, *arguments):
        return tuple(
            math.nextafter(number, math.inf) if number else number for number in super().total(step, *arguments)
        )


def mesa_trace(scenario, world, seed, mode, of=OrganisationModel):
    """All states of a Mesa run as the engine's records, every hand-off week by week, and its levers and ledger."""
    model = of(scenario, world, seed, parameters=mode, collect=False)
    weeks = scenario.project.horizon
    departments, organisation = np.zeros((weeks, len(model.everyone)), STATE), np.zeros(weeks, ORGANISATION)
    settled, levers = np.zeros((weeks, len(model.hand_offs))), []
    while model.running:
        model.step()
        settled[model.week - 1] = [one.settled for one in model.hand_offs]
        for place, one in enumerate(model.everyone):
            departments[model.week - 1, place] = row_of(STATE, DEPARTMENT_TWINS, one)
        organisation[model.week - 1] = row_of(ORGANISATION, ORGANISATION_TWINS, model)
        levers.append(model.levers)
    return departments, organisation, settled, levers, model.ledger


def close(found, expected, scale, otherwise=None):
    """Where reals are as close as they must be; ``otherwise`` is what another rounding makes of ``expected``."""
    grown = 0.0 if otherwise is None else GROWN * np.maximum.accumulate(np.abs(expected - otherwise))
    return np.abs(found - expected) <= CLOSE * np.maximum(np.abs(found), np.abs(expected)) + ROUNDING * scale + grown


def differences(found, expected, kind, otherwise=None):
    """What differs, as (field, place …, found, expected), the earliest first."""
    told = []
    for name in kind.names:
        if name in NO_TWIN:
            continue
        here, there = found[name], expected[name]
        scale = np.maximum(np.abs(there).max(axis=0), 1.0 if name in SHARES else 0.0)
        grown = None if otherwise is None else otherwise[name]
        same = close(here, there, scale, grown) if here.dtype.kind == "f" else here == there
        told += [(*map(int, at), name, here[tuple(at)], there[tuple(at)]) for at in np.argwhere(~same)]
    return sorted(told)[:8]


def places_fit(places, things):
    """Whether a place in a table stands for one thing and no other."""
    known = {}
    return all(known.setdefault(place, thing) == thing for place, thing in zip(places.tolist(), things, strict=True))


def outcome_scales(ledger):
    """What each outcome was subtracted from, where it comes of a subtraction."""
    return np.array([{"net_value": ledger.benefit + ledger.cost, "silo_index": 1.0}.get(o.name, 0.0) for o in OUTCOMES])


def same_outcomes(found, ledger, otherwise=None):
    """What differs between outcomes of the engine and those of a Mesa run."""
    expected, other = (np.array(list(outcomes_of(one).values())) for one in (ledger, otherwise or ledger))
    grown = np.nan_to_num(GROWN * np.abs(other - expected))
    same = close(found, expected, outcome_scales(ledger) + grown / ROUNDING) | (np.isnan(found) & np.isnan(expected))
    exact = np.array([one.name in COUNTS for one in OUTCOMES])
    same &= ~exact | (found == expected) | np.isnan(expected)
    return [(OUTCOMES[at].name, found[at], expected[at]) for at in np.flatnonzero(~same)]


def all_differences(found, expected, otherwise=None):
    """What differs between traces as of :func:`mesa_trace`, the outcomes last."""
    other = otherwise or [None] * len(expected)
    told = differences(found[0], expected[0], STATE, other[0])
    told += differences(found[1], expected[1], ORGANISATION, other[1])
    apart = np.argwhere(~close(found[2], expected[2], 1.0, other[2]))[:8]
    told += [("settled", *at, found[2][tuple(at)], expected[2][tuple(at)]) for at in apart.tolist()]
    return told + same_outcomes(found[-1], expected[-1], other[-1])


def dock(study, world, seed, mode):
    """Run one scenario in both; raises AssertionError that says what differs, where and by how much."""
    (scenario,) = study.scenarios
    expected = mesa_trace(scenario, world, seed, mode)
    outcomes, weekly = run_world(study, world, seed, mode)
    found = (*trace_world(study, world, seed, mode), outcomes[0])
    told = (scenario.name, world, seed, mode)
    assert found[2].shape == expected[2].shape, told
    apart = all_differences(found, expected)
    apart = apart and all_differences(found, expected, mesa_trace(scenario, world, seed, mode, OtherwiseRounded))
    assert (told, apart) == (told, [])
    levers, ledger = expected[-2:]
    assert places_fit(found[1]["levers"], levers), told
    shown = np.array([getattr(ledger, state) for state in WEEKLY], np.float32).T
    np.testing.assert_allclose(weekly[0], shown, rtol=3e-7, atol=1e-12, err_msg=str(told))
