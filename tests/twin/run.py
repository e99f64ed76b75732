"""A run of one world: every state of every week, and the outcomes (section 9)."""

from types import SimpleNamespace

from .text import CONSTANTS as C
from .text import DEPARTMENT_STATES, ORGANISATION_STATES, OUTCOMES
from .week import Organisation, mean

NAN = float("nan")


def run(scenario, world=0, seed=1, mode="ranges"):
    """States per week of departments, organisation and ties, and the outcomes."""
    m = Organisation(scenario, world, seed, mode)
    kept = SimpleNamespace(departments=[], organisation=[], settled=[], passive=[])
    for _ in range(m.project.horizon):
        m.step()
        kept.departments.append([states(one, DEPARTMENT_STATES) for one in m.departments])
        kept.organisation.append(states(m, ORGANISATION_STATES))
        kept.settled.append(list(m.settled_pairs.values()))
        kept.passive.append(mean(passive(m, one) for one in m.inside))
    kept.names = [one.name for one in m.departments]
    kept.outcomes = outcomes(m, kept)
    return kept


def states(one, names):
    """Those states of the text that the twin keeps."""
    return {name: getattr(one, name) for name in names if isinstance(getattr(one, name, None), int | float)}


def passive(m, one):
    """Whether a department finds it important and leaves it to others."""
    fair = (m.p.WB * one.size + m.p.WT) / C.YEAR
    return (
        m.started
        and one.waiting > 0.0
        and one.conviction >= C.PASSIVE_CONVINCED
        and one.hours < C.PASSIVE_BELOW * min(fair, one.demand)
    )


def ratio(above, below):
    """A quotient, undefined where there is nothing to divide by."""
    return above / below if below > 0.0 else NAN


def outcomes(m, kept):
    """All outcomes of a run that is over."""
    weeks, end = kept.organisation, m.project.horizon
    adoption = [week["mean_adoption"] for week in weeks]
    window = slice(int(C.WINDOW_FROM) - 1, int(C.WINDOW_TO))
    live, peak, last = m.go_live_week, max(adoption), adoption[-1]
    progress = weeks[min(int(C.DEADLINE), end) - 1]["mean_progress"]
    found = {
        "go_live_week": live or end + 1,
        "go_live_104": float(0 < live <= C.DEADLINE),
        "progress_104": progress,
        "peak_adoption": peak,
        "adoption_52": adoption[min(live + int(C.YEAR), end) - 1] if live else 0.0,
        "lasting_adoption": last,
        "retention": ratio(last, peak),
        "relapse_half_life": half_life(adoption),
        "ownership_end": mean(one.ownership for one in m.inside),
        "knowledge_end": mean(one.knowledge for one in m.inside),
        "visibility_26": mean(week["visibility"] for week in weeks[window]),
        "carrying_hhi": concentration(m),
        "passive_share": mean(kept.passive[window]),
        "silo_index": ratio(m.solitary_hours - m.shared_hours, m.solitary_hours + m.shared_hours),
        "overload_hours": m.overload_hours,
        "cost": m.cost,
        "partner_cost": m.partner_cost,
        "benefit": m.benefit,
        "net_value": m.benefit - m.cost,
        "break_even_benefit": ratio(m.cost * sum(one.benefit for one in m.inside), m.benefit),
        "cost_per_lasting_adoption": ratio(m.cost, last * len(m.inside)),
        "connections": m.connections,
        "settled": agreed(m, True),
        "settled_chain": agreed(m, False),
        "reach": reach(live, peak, last, progress),
        "business_adoption": mean(one.adoption for one in m.business),
        "dip_hours": m.dip_hours,
        "partner_idle_hours": max(0.0, m.partner_idle_hours),
    }
    assert list(found) == OUTCOMES
    return found


def half_life(adoption):
    """Weeks from the peak to half of it."""
    peak = max(adoption)
    if peak <= 0.0:
        return NAN
    top = adoption.index(peak)
    return next((later for later, a in enumerate(adoption[top:]) if a <= peak / 2.0), len(adoption) + 1)


def concentration(m):
    """How few carried the work."""
    carried = [one.carried for one in m.inside] + [m.carried_outside]
    whole = sum(carried)
    return sum((one / whole) ** 2 for one in carried) if whole > 0.0 else NAN


def agreed(m, both_inside):
    """How far hand-offs are settled, between departments inside or across the border."""
    above = below = 0.0
    for (a, b), level in m.settled_pairs.items():
        inside = m.departments[a].internal + m.departments[b].internal
        if inside == (2 if both_inside else 1):
            above += m.needs[a][b] * level
            below += m.needs[a][b]
    return ratio(above, below)


def reach(live, peak, last, progress):
    """How far it got."""
    if live and peak >= C.ADOPTED:
        return 4 if last >= C.ADOPTED else 3
    return 2 if live else int(progress >= C.MOVING)
