"""Random organisations, schedules and numbers: anything that a file may say."""

from helpers import scenario
from hypothesis import strategies as st

from simulation import PARAMETERS, Values
from simulation.study.measures import Measures
from simulation.study.organisation import Department, Organisation, Tie
from simulation.study.scenario import Given

ENDS = {"h_ref": 1e-3, "I_half": 1e-3, "D_ref": 0.01}
"""Where the least legal value is only there so that nothing is divided by zero, something larger."""

NEGLIGIBLE = 1e-12
"""What is smaller than that is 0 in a file."""

SHARE = st.floats(0.0, 1.0) | st.sampled_from([0.0, 1.0])
NONE_GIVEN = st.just(())
HOURS = st.sampled_from([0.0, 1.0, 40.0, 2000.0])
A_WEEK = st.sampled_from([0.0, 1.0, 40.0, 168.0])


def a_number(one):
    """Any legal value of a parameter; where the file may say almost anything, ten times its range."""
    most = one.most if one.most <= 100.0 else 10.0 * one.high
    low = ENDS.get(one.name, one.least)
    anything = st.floats(low, most).map(lambda value: 0.0 if value < NEGLIGIBLE else value)
    return anything | st.floats(one.low, one.high) | st.sampled_from([low, most, one.default])


VALUES = st.fixed_dictionaries({one.name: a_number(one) for one in PARAMETERS}).map(lambda all_: Values(**all_))


@st.composite
def given_parameters(draw):
    """Some parameters as a file gives them: a value, and a range that it is in (perhaps nothing but the value)."""
    found = []
    for one in draw(st.lists(st.sampled_from(PARAMETERS), max_size=12, unique=True)):
        low, value, high = sorted(draw(st.tuples(a_number(one), a_number(one), a_number(one))))
        exactly = draw(st.booleans())
        found.append(Given(one.name, value, value if exactly else low, value if exactly else high, "made up"))
    return tuple(found)


@st.composite
def departments(draw):
    """Two to eight departments in any order, one of them IT, at least one of business."""
    kinds = draw(
        st.lists(st.sampled_from(["business", "chain"]), max_size=6).flatmap(
            lambda more: st.permutations(["it", "business", *more])
        )
    )
    return tuple(
        Department(
            name=f"D{place}",
            kind=kind,
            capacity=draw(st.sampled_from([0.0, 1.0, 36.0, 144.0, 5000.0])),
            hourly_rate=draw(st.sampled_from([None, 0.0, 120.0])),
            benefit=0.0 if kind == "chain" else draw(st.sampled_from([0.0, 1000.0])),
            voice=draw(SHARE),
            workload=draw(st.none() | surveyed(st.floats(0.0, 1.2)) | answered()),
            competing_pull=draw(st.none() | surveyed(st.floats(0.0, 100.0))),
            conviction=draw(st.none() | surveyed(SHARE) | answered()),
            it_frame=None if kind == "it" else draw(st.none() | surveyed(SHARE) | answered()),
            knowledge=draw(st.none() | surveyed(SHARE) | answered()),
            projects=draw(st.sampled_from([None, 1.0, 3.5])),
            process_work=None if kind == "it" else draw(st.sampled_from([None, 0.0, 1.0, 3000.0])),
            technical_work=draw(st.sampled_from([None, 0.0, 1.0, 3000.0])),
        )
        for place, kind in enumerate(kinds)
    )


def surveyed(values):
    """A trait that is known exactly, or from a survey."""
    return values | st.fixed_dictionaries({"value": values, "plus_minus": st.sampled_from([0.0, 0.1, 1.0])})


def answered():
    """A trait as answers to a survey tell it."""
    return st.fixed_dictionaries({"value": st.floats(0.01, 0.99), "standard_error": st.floats(1e-6, 0.25)})


@st.composite
def organisations(draw):
    """Random departments, needs and contacts; now and then without any, or with nothing but the strongest."""
    found = draw(departments())
    pairs = [(a.name, b.name) for at, a in enumerate(found) for b in found[at + 1 :]]

    def ties():
        strength = draw(st.sampled_from([st.none() | SHARE, st.none(), st.just(1.0)]))
        strengths = draw(st.lists(strength, min_size=len(pairs), max_size=len(pairs)))
        return tuple(Tie(a=a, b=b, strength=s) for (a, b), s in zip(pairs, strengths, strict=True) if s is not None)

    return Organisation(departments=found, interdependence=ties(), informal_ties=ties())


@st.composite
def schedules(draw, departments, horizon):
    """Any measures of these departments, in any weeks, with any settings that a file may give."""
    names = [one.name for one in departments]
    capacity = {one.name: one.capacity for one in departments if one.internal}

    def weeks():
        start = draw(st.integers(1, horizon))
        return {"start": start, "end": draw(st.none() | st.integers(start, min(520, horizon + 20)))}

    def some():
        return draw(st.none() | st.lists(st.sampled_from(names), min_size=1, unique=True).map(tuple))

    def dedicated():
        """Hours in departments of one's own (None: IT), no more than they have."""
        named = draw(st.none() | st.lists(st.sampled_from(sorted(capacity)), min_size=1, unique=True).map(tuple))
        most = min(capacity[name] for name in named or [one.name for one in departments if one.kind == "it"])
        return {"departments": named, "hours": most * draw(st.sampled_from([0.0, 0.3, 1.0]))}

    def pledged():
        """One share for all or for some, or a list of shares for each of some, of which the model plays a few."""
        shares = st.lists(st.none() | SHARE, min_size=1, max_size=5)
        by_round = draw(st.lists(st.sampled_from(names), max_size=len(names), unique=True))
        return {
            "pledge": draw(SHARE),
            "departments": some(),
            "round": draw(st.integers(1, 30)),
            "pledges": tuple({"department": name, "shares": tuple(draw(shares))} for name in by_round),
        }

    def holders():
        return draw(st.booleans() | st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple))

    every = {
        "name_the_elephant": lambda: {"start": draw(st.integers(1, horizon))},
        "assign_roles": lambda: {
            **weeks(),
            "progress": holders(),
            "priority": holders(),
            "voice": holders(),
            "departments": some(),
        },
        "cross_functional_team": lambda: {
            **weeks(),
            "members": some(),
            "hours": draw(st.none() | A_WEEK),
            "keep_after_go_live": draw(st.booleans()),
        },
        "external_partner": lambda: {
            **weeks(),
            "hours": draw(HOURS),
            "tech_share": draw(SHARE),
            "substitution": draw(SHARE),
            "weeks": draw(st.integers(1, 80)),
        },
        "anchor_in_strategy": weeks,
        "consult_chain": lambda: {**weeks(), "departments": some()},
        "platform": lambda: {"kind": draw(st.sampled_from(["standard", "self-built"]))},
        "wait_for_capacity": dict,
        "wide_forum": lambda: {**weeks(), "hours": draw(st.none() | A_WEEK)},
        "extra_hours": lambda: {**weeks(), "hours": draw(HOURS), "departments": some()},
        "technicians": lambda: {**weeks(), "hours": draw(HOURS)},
        "cut_it_portfolio": lambda: {**weeks(), "share": draw(SHARE)},
        "persuasion": lambda: {
            **weeks(),
            "weeks": draw(st.integers(1, 80)),
            "rate": draw(SHARE),
            "departments": some(),
        },
        "dedicate_hours": lambda: {**weeks(), **dedicated()},
        "pledge_hours": lambda: {**weeks(), **pledged()},
        "push_go_live": lambda: {"process": draw(SHARE)},
        "retire_old_way": lambda: {
            "weeks_after_go_live": draw(st.sampled_from([0, 1, 2, 5, 6, 7, 8, 9, 13]) | st.integers(0, horizon)),
            "cost": draw(st.sampled_from([0.0, 50_000.0])),
        },
    }
    chosen = draw(st.lists(st.sampled_from(list(every)), unique=True))
    return Measures.model_validate({name: every[name]() for name in chosen})


@st.composite
def scenarios(draw, horizon, parameters=NONE_GIVEN):
    """A random organisation with random measures."""
    organised = draw(organisations())
    measures = draw(schedules(organised.departments, horizon))
    return scenario(
        organised,
        measures,
        parameters=draw(parameters),
        horizon=horizon,
        start=draw(st.sampled_from([1, 1, 9])),
        connections_per_week=draw(st.sampled_from([0.0, 0.25, 50.0])),
        connection_hours=draw(st.sampled_from([40.0, 0.5])),
    )
