"""What is legal and may not be meant is said, and decides nothing; what no week or person has is refused."""

from pathlib import Path

import pytest
from test_names import a_study, refusal

from simulation import case
from simulation.cli.main import main
from simulation.lesson.source import shipped
from simulation.study.build.merge import build
from simulation.study.sources.files import load, parse, resolved_yaml, study_yaml
from simulation.system.limits import LIMITS


def with_measures(**measures):
    return a_study(scenarios={"base": {}, "tried": {"measures": measures}})


def with_departments(ties=(), **more):
    departments = {"IT": {"kind": "it", "capacity": 60}, "Sales": {"kind": "business", "capacity": 10}, **more}
    return a_study(organisation={"departments": departments, "interdependence": list(ties)})


REMARKS = {
    "nobody_tied": (with_departments(), "no department is tied to any other", "geen enkele afdeling is met een andere"),
    "untied": (
        with_departments([["IT", "Sales"]], Legal={"kind": "business", "capacity": 10}),
        "tied to nobody, neither by interdependence nor by informal ties: Legal.",
        "niet informeel: Legal.",
    ),
    "tiny": (
        with_departments([["IT", "Sales"], ["IT", "Legal"]], Legal={"kind": "business", "capacity": 1.5}),
        "organisation.departments.Legal.capacity: capacity is 1.5 a week",
        "capacity is 1.5 per week",
    ),
    "no_capacity": (
        a_study(
            organisation={
                "departments": {
                    name: {"kind": kind, "capacity": 0} for name, kind in (("IT", "it"), ("S", "business"))
                },
                "interdependence": [["IT", "S"]],
            }
        ),
        "every department has a capacity of 0",
        "alle afdelingen hebben een capaciteit van 0",
    ),
    "same_title": (
        a_study(scenarios={"a": {"title": "Plan"}, "b": {"title": "Other"}, "c": {"title": "Plan"}}),
        "the title 'Plan' is that of the scenario 'a' too",
        "het scenario 'a' heeft ook de titel 'Plan'",
    ),
    "no_chain": (
        with_measures(consult_chain="on"),
        "no department is a chain partner",
        "geen enkele afdeling is een ketenpartner",
    ),
    "out_of_proportion_process": (
        with_departments([["IT", "Sales"]], Sales={"kind": "business", "capacity": 10, "process_work": 2}),
        "Sales.process_work: 2 hours of process work is one hour in 780 of what Sales has over 156 weeks; in the case "
        "it is one in 94. Is `capacity` the hours a week of the people whose work the change touches?",
        "2 uur proceswerk is één uur op de 780 van wat Sales over 156 weken heeft",
    ),
    "out_of_proportion_technical": (
        with_departments([["IT", "Sales"]], IT={"kind": "it", "capacity": 6000}),
        "IT.capacity: 380 hours of technical work for all is one hour in 2463 of what IT has over 156 weeks",
        "380 uur technisch werk voor allen is één uur op de 2463",
    ),
    "idle_dedicated": (
        a_study(
            project={"start": 20},
            scenarios={"base": {}, "tried": {"measures": {"dedicate_hours": {"start": 3, "end": 9, "hours": 5}}}},
        ),
        "hours are dedicated, and the measure ends in week 9, before work starts in week 20",
        "de maatregel eindigt in week 9",
    ),
    "end_overrides": (
        with_measures(external_partner={"start": 3, "end": 50, "weeks": 20}),
        "an `end` is given, so that `weeks` has no effect",
        "`weeks` geen effect",
    ),
    "no_roles": (
        with_measures(assign_roles={"progress": "off", "priority": "off", "voice": "off"}),
        "all three are off",
        "alle drie staan uit",
    ),
}


@pytest.mark.parametrize("key", REMARKS)
def test_what_may_not_be_meant_is_said_in_both_languages(key):
    data, english, dutch = REMARKS[key]
    for study, file in ((build(data, "made"), ""), (parse(study_yaml(data), "plan.yaml"), "plan.yaml")):
        (said,) = study.remarks
        assert said.key == key
        assert english in said.told()
        assert dutch in said.told("nl")
        assert said.told().startswith(file)
        assert (said.line is not None) == bool(file)


@pytest.mark.parametrize(
    ("hours", "said"), [(1, True), (30, False), (100, False), (1500, True)], ids=["1 h", "30 h", "100 h", "1500 h"]
)
def test_process_work_is_held_against_the_hours_that_there_are(hours, said):
    """In the case it is one hour in 94; five times more or less is out of proportion."""
    data = with_departments([["IT", "Sales"]], Sales={"kind": "business", "capacity": 30, "process_work": hours})
    keys = [one.key for one in build(data, "made").remarks]
    assert keys == (["out_of_proportion_process"] if said else [])


# --- format 1 ------------------------------------------------------------------------------------------


def of_format(number, **more):
    return study_yaml(a_study(**more)).replace("synergy: 2", f"synergy: {number}")


def test_a_file_of_format_1_is_read_and_what_changed_is_said():
    study, plain = parse(of_format(1), "plan.yaml"), parse(of_format(2), "plan.yaml")
    (said,) = study.remarks
    assert said.key == "old_format"
    assert said.told().startswith("plan.yaml, line 1, synergy: this file is of format 1. It is read")
    for what in ("settled before it is worked with", "carried out well or badly", "dip", "sponsors", "`capacity`"):
        assert what in said.told()
    assert "formaat 1" in said.told("nl")
    assert plain.remarks == ()
    assert study.digest() == plain.digest()


def test_ad_hoc_in_a_file_of_format_1_is_ignored_and_said():
    given = {"ad_hoc": 0.12, "t": 0.8}
    text = of_format(1, parameters=given)
    study = parse(text, "plan.yaml")
    line = next(at for at, one in enumerate(text.split("\n"), 1) if "ad_hoc" in one)
    assert [one.key for one in study.remarks] == ["old_format", "ad_hoc"]
    assert study.remarks[1].told().startswith(f"plan.yaml, line {line}, parameters.ad_hoc: this parameter is ignored")
    assert "wordt overgeslagen" in study.remarks[1].told("nl")
    assert [one.name for one in study.scenarios[0].parameters] == ["t"]
    assert study.digest() == parse(of_format(2, parameters={"t": 0.8})).digest()
    within = of_format(
        1, scenarios={"base": {}, "tried": {"parameters": {"ad_hoc": {"value": 0.1, "low": 0, "high": 1}}}}
    )
    assert [one.path for one in parse(within, "plan.yaml").remarks] == ["synergy", "scenarios.tried.parameters.ad_hoc"]


def test_ad_hoc_in_a_file_of_format_2_is_refused_with_its_line():
    text = of_format(2, parameters={"ad_hoc": 0.12})
    line = next(at for at, one in enumerate(text.split("\n"), 1) if "ad_hoc" in one)
    refused = refusal(lambda: parse(text, "plan.yaml"))
    (problem,) = refused.problems
    assert (problem.key, problem.line) == ("ad_hoc_gone", line)
    assert f"plan.yaml, line {line}, parameters.ad_hoc: `ad_hoc` is no parameter any more" in str(refused)


@pytest.mark.parametrize("number", ["0", "3", "1.5", "'2'", "true", "two"])
def test_a_format_that_there_is_not_is_refused(number):
    refused = refusal(lambda: parse(of_format(number), "plan.yaml"))
    (problem,) = refused.problems
    assert (problem.key, problem.line) == ("wrong_format", 1)
    assert "Write `synergy: 2`" in str(refused)


def test_what_is_written_is_of_format_2():
    study = parse(of_format(1), "plan.yaml")
    assert "\nsynergy: 2\n" in resolved_yaml(study, study.scenarios[0])


def test_a_remark_decides_nothing():
    plain, said = a_study(scenarios={"a": {}, "b": {}}), a_study(scenarios={"a": {"title": "x"}, "b": {"title": "x"}})
    assert build(said, "made").remarks
    assert build(plain, "made").digest() == build(said, "made").digest()


def test_remarks_are_bounded():
    many = {f"D{i}": {"kind": "business", "capacity": 1} for i in range(300)}
    remarks = build(with_departments([["IT", "Sales"]], **many), "made").remarks
    assert len(remarks) == LIMITS.problems
    assert remarks[0].told().endswith("D10, D11, …. Add a tie if one was forgotten.")


def test_there_is_nothing_to_say_of_the_case():
    assert case().remarks == ()


@pytest.mark.parametrize("voice", ["on", ["Sales"]])
def test_one_role_is_enough(voice):
    assert (
        build(with_measures(assign_roles={"progress": "off", "priority": "off", "voice": voice}), "made").remarks == ()
    )


@pytest.mark.parametrize(
    ("measure", "key"),
    [("anchor_in_strategy", "board_hours"), ("cross_functional_team", "hours"), ("wide_forum", "hours")],
)
def test_a_person_has_no_more_hours_than_a_week(measure, key):
    assert build(with_measures(**{measure: {key: 168}}), "made")
    refused = refusal(lambda: build(with_measures(**{measure: {key: 168.5}}), "made"))
    assert "168.5 is more than the 168 hours that a week has" in str(refused)
    assert "168.5 is meer dan de 168 uren die een week heeft" in refused.told("nl")
    assert refusal(lambda: build(with_measures(**{measure: {key: 1_000_000}}), "made"))


def test_hours_of_many_persons_may_be_more():
    assert build(with_measures(external_partner={"hours": 2_000}, extra_hours={"hours": 400}), "made")


@pytest.mark.parametrize("digits", ["٣", "３", "१२", "1٣"])
def test_digits_of_other_scripts_are_no_number_and_can_be_a_name(digits):
    text = study_yaml(a_study()).replace("kind: business, capacity: 10", f"kind: business, capacity: {digits}")
    refused = refusal(lambda: parse(text))
    assert f"'{digits}' is not a number. Write the digits 0 to 9 only" in str(refused)
    assert "de cijfers 0 tot en met 9" in refused.told("nl")
    assert build(a_study(department=digits), "made").organisation.names[1] == digits


@pytest.mark.parametrize("number", ["1e-400", "1e-301", "-1e-320"])
def test_a_number_that_is_lost_is_refused_with_its_place(number):
    text = study_yaml(a_study()).replace("kind: business, capacity: 10", f"kind: business, capacity: {number}")
    refused = refusal(lambda: parse(text))
    assert f"line 5, organisation.departments.Sales.capacity: {number} is too close to 0" in str(refused)
    assert "niet van 0 te onderscheiden" in refused.told("nl")
    changed = refusal(lambda: parse(study_yaml(a_study()), overrides=(f"parameters.t={number}",)))
    assert "is too close to 0" in str(changed)


@pytest.mark.parametrize("count", [501])
def test_counts_are_bounded_with_what_was_given_and_what_is_legal(count):
    many = a_study(scenarios={f"s{i}": {} for i in range(count)})
    refused = refusal(lambda: build(many, "made"))
    assert f"there are {count} scenarios; at most 500 are read" in str(refused)
    assert f"er staan {count} scenario's in" in refused.told("nl")
    assert build(a_study(scenarios={f"s{i}": {} for i in range(500)}), "made").names[-1] == "s499"


def test_a_line_of_scenarios_is_bounded():
    def line(count):
        more = {f"s{i}": {"extends": f"s{i - 1}"} for i in range(1, count)}
        return a_study(scenarios={"s0": {}, **more})

    assert len(build(line(50), "made").scenarios) == 50
    refused = refusal(lambda: build(line(60), "made"))
    assert len(refused.problems) == 1
    assert "scenarios.s50.extends: 's50' stands on more than 50 scenarios" in str(refused)
    assert "bouwt voort op meer dan 50" in refused.told("nl")


@pytest.mark.parametrize(
    ("changes", "pattern", "dutch"),
    [
        (
            ("parameters.t=1",) * 1_001,
            "there are 1 001 changes with --set; at most 1 000",
            "er staan 1 001 wijzigingen",
        ),
        (("parameters.t=" + "1" * 20_000,), "is 20 013 characters long; at most 20 000", "20 013 tekens lang"),
        (("parameters.t=" + "1" * 19_000,) * 11, "are 209 143 characters long together", "samen 209 143 tekens"),
        (("parameters." + ".".join("a" * 12) + "=1",), "its path has more than 12 parts", "meer dan 12 delen"),
    ],
)
def test_changes_are_bounded(changes, pattern, dutch):
    refused = refusal(lambda: parse(study_yaml(a_study()), overrides=changes))
    assert pattern in str(refused)
    assert dutch in refused.told("nl")
    assert len(str(refused)) < 300


def test_a_text_in_another_language_is_shown_and_said_once_to_who_reads_none_of_them(tmp_path, capsys):
    scenarios = {
        "a": {"title": {"en": "One", "nl": "Een"}},
        "b": {"title": {"en": "Two"}},
        "c": {"title": {"fr": "Trois"}},
        "d": {"title": "ICT"},
    }
    path = tmp_path / "plan.yaml"
    path.write_text(study_yaml(a_study(title="Plan", scenarios=scenarios)), encoding="utf-8")
    study = load(str(path))
    assert [one.called("nl") for one in study.scenarios] == ["Een", "Two", "Trois", "ICT"]
    assert [one.called("fr") for one in study.scenarios] == ["One", "Two", "Trois", "ICT"]
    assert study.remarks == ()  # it is about the reader, not about the file
    for language, says in (
        ("nl", "andere taal te lezen staan (Engels, Frans): 2 van de 5, zoals 'Two'."),
        ("en", "shown in another language (French): 1 of 5, such as 'Trois'."),
    ):
        assert main(["check", str(path), "--lang", language]) == 0
        assert capsys.readouterr().out.count(says) == 1
    assert main(["check", "case", "--lang", "nl"]) == 0
    assert "andere taal" not in capsys.readouterr().out


def test_a_lesson_in_one_language_says_so_to_readers_of_another(tmp_path, capsys, monkeypatch):
    text = Path(shipped()).read_text(encoding="utf-8")
    chapter = text[text.index("  - name: own-organisation") :]  # it has a package, so that nothing is counted
    path = tmp_path / "lesson.yaml"
    path.write_text(f"lesson: 1\ntitle: {{fr: Notre leçon}}\nworlds: 20\nchapters:\n{chapter}", encoding="utf-8")
    monkeypatch.setattr("simulation.cli.commands.check.prepare", lambda language: None)
    assert main(["check", str(path), "--lang", "nl"]) == 0
    assert "andere taal te lezen staan (Frans): 1 van de" in capsys.readouterr().out


def test_a_text_keeps_its_digest_however_its_languages_are_ordered():
    def digest(label):
        organisation = a_study()["organisation"]
        organisation["departments"]["Sales"]["label"] = label
        return build(a_study(organisation=organisation), "made").digest()

    assert digest({"en": "x", "nl": "y"}) == digest({"nl": "y", "en": "x"}) != digest({"en": "x"})
    assert digest("x") == digest({"en": "x", "nl": "x"})
