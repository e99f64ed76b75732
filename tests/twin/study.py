"""A study file (section 6): an organisation, how measures would be carried out, and scenarios as base + differences."""

from types import SimpleNamespace

import yaml

MEASURES = {
    "name_the_elephant": {"start": 8, "cost": 3000.0},
    "assign_roles": {
        "start": 8,
        "end": None,
        "progress": True,
        "priority": True,
        "voice": True,
        "departments": None,
        "cost": 4000.0,
    },
    "cross_functional_team": {"start": 8, "end": None, "members": None, "hours": None, "keep_after_go_live": False},
    "external_partner": {
        "start": 12,
        "end": None,
        "weeks": 78,
        "hours": 72.0,
        "tech_share": 0.5,
        "substitution": 0.0,
        "fee": 140.0,
    },
    "anchor_in_strategy": {"start": 8, "end": None, "board_hours": 2.0, "board_rate": 150.0},
    "consult_chain": {"start": 8, "end": None, "departments": None},
    "platform": {"kind": "standard", "licence": 1500.0},
    "wait_for_capacity": {},
    "wide_forum": {"start": 8, "end": None, "hours": None},
    "extra_hours": {"start": 8, "end": None, "hours": 10.0, "departments": None},
    "technicians": {"start": 8, "end": None, "hours": 36.0, "fee": 110.0},
    "cut_it_portfolio": {"start": 8, "end": None, "share": 0.5},
    "persuasion": {"start": 8, "end": None, "weeks": 26, "rate": 0.06, "departments": None},
    "dedicate_hours": {"start": 8, "end": None, "hours": 80.0, "departments": None},
    "push_go_live": {"process": 0.0},
    "retire_old_way": {"weeks_after_go_live": 13, "cost": 50000.0},
    "pledge_hours": {"start": 1, "end": None, "pledge": 0.5, "departments": None, "round": 13, "pledges": []},
}
"""Settings of each measure where a file says nothing."""

PROJECT = {"start": 1, "horizon": 156, "connections_per_week": 0.25, "connection_hours": 40.0}
WEEKS = {"start", "end", "weeks", "weeks_after_go_live", "horizon", "round"}
WORDS = {"kind"}
LISTS = {"departments", "members"}
FLAGS = {"keep_after_go_live"}
HOLDERS = {"progress", "priority", "voice"}
NOTHING = ("", "null", "~", None)
ON = ("on", "true", "yes", True)
OFF = ("off", "false", "no", False)
LEAST_NUMBER, LEAST_TIE = 1e-12, 1e-9


def read(path):
    """A study file as it stands, every scalar a text."""
    return whole(yaml.load(path.read_text(encoding="utf-8-sig"), yaml.BaseLoader))


def whole(said):
    """The same with halves of a character beyond the first plane (as JSON writes them) put together."""
    if isinstance(said, dict):
        return {whole(key): whole(value) for key, value in said.items()}
    if isinstance(said, list):
        return [whole(one) for one in said]
    return said.encode("utf-16", "surrogatepass").decode("utf-16")


def number(said):
    """A number, of a text or of a number; next to nothing is 0."""
    if isinstance(said, str):
        said = int(said, 0) if said[:2].lower() in ("0o", "0x") else float(said)
    return 0.0 if abs(said) < LEAST_NUMBER else float(said)


def lineage(study, name):
    """A scenario's bases and itself, the farthest first."""
    one = study["scenarios"][name] or {}
    before = lineage(study, one["extends"]) if one.get("extends") else []
    return [*before, one]


def scenario(study, name):
    """Organisation, project, parameters and measures of one scenario, with nothing left to be looked up."""
    organisation = dict(study["organisation"])
    departments = {key: dict(value) for key, value in organisation["departments"].items()}
    project, parameters = dict(study.get("project") or {}), dict(study.get("parameters") or {})
    asked = {key: dict(value or {}) for key, value in (study.get("measures") or {}).items()}
    on = {"platform"}
    for one in lineage(study, name):
        differs = one.get("organisation") or {}
        for key, value in (differs.get("departments") or {}).items():
            departments[key].update({} if value in NOTHING else value)
        organisation |= {key: value for key, value in differs.items() if key != "departments"}
        project |= one.get("project") or {}
        parameters |= one.get("parameters") or {}
        for key, value in (one.get("measures") or {}).items():
            switch(asked, on, key, value)
    return SimpleNamespace(
        name=name,
        departments=[department(key, value) for key, value in departments.items()],
        interdependence=ties(organisation.get("interdependence") or []),
        informal_ties=ties(organisation.get("informal_ties") or []),
        project={key: setting(key, project.get(key, usual)) for key, usual in PROJECT.items()},
        parameters={key: given(value) for key, value in parameters.items()},
        measures={
            key: {one: setting(one, asked.get(key, {}).get(one, usual)) for one, usual in MEASURES[key].items()}
            if key in on
            else None
            for key in MEASURES
        },
    )


def switch(asked, on, key, value):
    """A measure is switched on or off, or on with other settings."""
    if value in OFF:
        on.discard(key)
        return
    on.add(key)
    if isinstance(value, dict):
        asked.setdefault(key, {}).update(value)


def setting(key, said):
    """One setting of a measure or of the project, as what it is."""
    if said in NOTHING:
        return None
    if key in WORDS:
        return said
    if key == "pledges":
        return [pledge(one) for one in said]
    if key in LISTS or (key in HOLDERS and isinstance(said, list | tuple)):
        return list(said)
    if key in FLAGS or key in HOLDERS:
        return said in ON
    return int(number(said)) if key in WEEKS else number(said)


def pledge(said):
    """A department's pledges, round by round."""
    shares = [None if share in NOTHING else number(share) for share in said["shares"]]
    return {"department": said["department"], "shares": shares}


def given(said):
    """A parameter as a file gives it: value, low and high."""
    if isinstance(said, dict):
        value = number(said["value"])
        return value, number(said.get("low", value)), number(said.get("high", value))
    return (number(said),) * 3


def ties(said):
    """Pairs and their strength, 1 where none is said."""
    found = []
    for one in said:
        a, b, strength = (one["a"], one["b"], one.get("strength", 1.0)) if isinstance(one, dict) else (*one, 1.0)[:3]
        strength = number(strength)
        found.append((a, b, 0.0 if strength < LEAST_TIE else strength))
    return found


def trait(said):
    """A trait's value, its spread, and the standard error of its answers; nothing where the file says nothing."""
    if said in NOTHING:
        return None
    if isinstance(said, dict):
        error = said.get("standard_error")
        return number(said["value"]), number(said.get("plus_minus", 0.0)), 0.0 if error is None else float(error)
    return number(said), 0.0, 0.0


def department(name, said):
    """One department as a file describes it."""
    kind = said["kind"]

    def plain(key, usual):
        return usual if said.get(key) in NOTHING else number(said[key])

    return SimpleNamespace(
        name=name,
        kind=kind,
        capacity=number(said["capacity"]),
        rate=plain("hourly_rate", 85.0 if kind == "it" else 70.0),
        benefit=plain("benefit", 0.0),
        voice=plain("voice", 0.0),
        projects=plain("projects", None),
        process_work=plain("process_work", None),
        technical_work=plain("technical_work", None),
        **{key: trait(said.get(key)) for key in ("conviction", "it_frame", "workload", "competing_pull", "knowledge")},
    )
