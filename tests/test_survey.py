"""Answers to a survey: what they tell, how surely, of whom nothing may be said, and the exports that they come in."""

import csv
import io
import math
import random
import re
import time
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from helpers import workbook_of
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.analysis.further import further, surveyed, trial
from simulation.cli.main import main
from simulation.model import rules
from simulation.model.worlds import traits_of, values_of
from simulation.study.errors import InputRefused
from simulation.study.sources import apart, tables
from simulation.study.sources.answers import read_answers, with_answers
from simulation.study.sources.files import case, load, load_data, parse, study_yaml
from simulation.study.survey import LEAST, alpha, estimates, group_of, shown_groups
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES, say

COUNTS = st.dictionaries(st.sampled_from("ABCDEFGHIJ"), st.integers(0, 30), min_size=1)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


def refusal(make):
    with pytest.raises(InputRefused) as caught:
        make()
    return caught.value


# --- of whom nothing may be said -------------------------------------------------------------------------


@given(COUNTS, st.integers(1, 12))
def test_what_a_total_leaves_over_is_nobody_s(counts, least):
    shown = shown_groups(counts, least)
    hidden = [count for name, count in counts.items() if count and name not in shown]
    assert all(counts[name] >= least for name in shown)
    if min((count for count in counts.values() if count), default=least) >= least:
        assert not hidden
    elif shown:
        assert len(hidden) >= 2
        assert sum(hidden) >= least


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.lists(SHARES, max_size=20), min_size=2), st.data())
def test_nothing_that_is_given_depends_on_the_answers_of_those_who_are_kept_back(answers, data):
    shown = shown_groups({name: len(shares) for name, shares in answers.items()})
    others = {
        name: shares if name in shown else data.draw(st.lists(SHARES, min_size=len(shares), max_size=len(shares)))
        for name, shares in answers.items()
    }
    assert estimates({name: group_of(shares) for name, shares in answers.items()}) == estimates(
        {name: group_of(shares) for name, shares in others.items()}
    )


def test_a_group_of_one_is_never_shown_even_where_it_is_the_only_one_below():
    groups = {"Sales": group_of([1.0] * 12), "Finance": group_of([0.0]), "IT": group_of([0.5] * 30)}
    assert set(estimates(groups)) == {"IT"}


# --- how much, and how surely ------------------------------------------------------------------------------


def likert(rng, mean, count):
    """Answers from 1 to 5 of a department, as shares, and what they would be on average with no end of them."""
    chances = np.exp(-((np.arange(5) - 4 * mean) ** 2) / 2.2)
    chances /= chances.sum()
    return rng.choice(5, count, p=chances) / 4, float(chances @ np.arange(5)) / 4


@pytest.mark.parametrize(("count", "least", "most"), [(6, 0.85, 0.97), (20, 0.86, 0.95), (200, 0.86, 0.94)])
def test_nine_in_ten_intervals_hold_the_truth(count, least, most):
    """300 surveys of six departments, whose true means are known."""
    rng, held, all_ = np.random.default_rng(count), 0, 0
    for _ in range(300):
        answers, truths = {}, {}
        for name in "ABCDEF":
            answers[name], truths[name] = likert(rng, rng.uniform(0.15, 0.85), count)
        told = estimates({name: group_of(shares.tolist()) for name, shares in answers.items()})
        for name, estimate in told.items():
            low, high = (rules.posterior(estimate.value, estimate.standard_error, u) for u in (0.05, 0.95))
            held += low <= truths[name] <= high
            all_ += 1
    assert least <= held / all_ <= most


@pytest.mark.parametrize(("count", "asked"), [(10, 12), (6, 9), (20, 60)])
def test_intervals_hold_where_a_department_is_small(count, asked):
    """Of a department that is no endless source of answers, those who did not answer are all that is left open."""
    rng, held, all_ = np.random.default_rng(asked), 0, 0
    for _ in range(300):
        answers, truths = {}, {}
        for name in "ABCDEF":
            everyone, _ = likert(rng, rng.uniform(0.15, 0.85), asked)
            answers[name], truths[name] = everyone[:count], everyone.mean()
        groups = {name: group_of(shares.tolist()) for name, shares in answers.items()}
        for name, estimate in estimates(groups, asked=dict.fromkeys("ABCDEF", asked)).items():
            low, high = (rules.posterior(estimate.value, estimate.standard_error, u) for u in (0.05, 0.95))
            held += low <= truths[name] <= high
            all_ += 1
    assert 0.85 <= held / all_ <= 0.97


@pytest.mark.parametrize("low", [0.05, 0.2, 0.4])
def test_intervals_hold_however_far_departments_are_apart(low):
    rng, held, all_ = np.random.default_rng(8), 0, 0
    for _ in range(300):
        answers, truths = {}, {}
        for name, mean in zip("ABCDEF", np.linspace(low, 1 - low, 6), strict=True):
            answers[name], truths[name] = likert(rng, mean, 10)
        for name, estimate in estimates({name: group_of(one.tolist()) for name, one in answers.items()}).items():
            ends = (rules.posterior(estimate.value, estimate.standard_error, u) for u in (0.05, 0.95))
            at, to = ends
            held += at <= truths[name] <= to
            all_ += 1
    assert 0.86 <= held / all_ <= 0.97


@pytest.mark.parametrize(("value", "error"), [(0.98, 0.01), (0.97, 0.02), (0.95, 0.05), (0.6, 0.1), (0.1, 0.04)])
def test_a_trait_is_drawn_about_as_wide_as_its_error_says(value, error):
    drawn = np.array([rules.posterior(value, error, (at + 0.5) / 4000) for at in range(4000)])
    assert 0.6 * error <= drawn.std() <= 2.0 * error


def test_few_answers_leave_a_trait_wide_and_many_narrow():
    rng = np.random.default_rng(1)
    errors = {}
    for count in (6, 20, 200):
        shares, _ = likert(rng, 0.5, count)
        errors[count] = estimates({"A": group_of(shares.tolist()), "B": group_of(shares.tolist())})["A"].standard_error
    assert errors[6] > 1.5 * errors[20] > 4.0 * errors[200]
    assert errors[6] > 0.08


def test_where_all_have_answered_little_is_left_open():
    group = {"A": group_of([0.25, 0.75] * 10), "B": group_of([0.25, 0.75] * 10)}
    some, most, all_ = (estimates(group, asked={"A": asked})["A"].standard_error for asked in (200, 25, 20))
    assert some > 1.8 * most > most > all_
    assert all_ <= 0.01
    one_sided = {"A": group_of([1.0] * 6), "B": group_of([0.0] * 6)}
    assert estimates(one_sided, asked={"A": 6})["A"].value == 0.99
    assert estimates(one_sided)["A"].standard_error > 0.03


def test_each_world_draws_a_trait_from_what_the_answers_leave_open():
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["conviction"] = {"value": 0.7, "standard_error": 0.06, "answers": 20}
    scenario = parse(study_yaml(data)).scenarios[0]
    at = scenario.organisation.names.index("Sales")
    drawn = np.array([traits_of(scenario, values_of((), 1, world), 1, world)[at].conviction for world in range(2000)])
    assert np.median(drawn) == pytest.approx(0.7, abs=0.005)
    assert drawn.std() == pytest.approx(0.06, rel=0.06)
    assert np.quantile(drawn, (0.05, 0.95)) == pytest.approx([0.594, 0.792], abs=0.012)


@given(st.floats(0.01, 0.99), st.floats(1e-9, 0.25), st.floats(0.0, 1.0, exclude_max=True))
def test_no_draw_leaves_0_to_1_and_none_is_lost(value, error, u):
    drawn = rules.posterior(value, error, u)
    assert 0.0 <= drawn <= 1.0
    assert rules.posterior(value, error, 0.5) == pytest.approx(value)
    assert rules.posterior(value, error, min(1.0, u + 0.01)) >= drawn


def test_reliability_is_cronbach_s():
    rng = np.random.default_rng(3)
    of_one = rng.normal(size=(400, 1))
    items = of_one + rng.normal(size=(400, 4))  # four items that share half of their variance: alpha is 4·½/(1 + 3·½)
    assert alpha(items.tolist()) == pytest.approx(0.8, abs=0.03)
    assert abs(alpha(rng.normal(size=(400, 4)).tolist())) < 0.2
    assert math.isnan(alpha([[1.0, 2.0]]))
    assert math.isnan(alpha([[0.5], [0.2], [0.1]]))
    assert math.isnan(alpha([[0.5, 0.5]] * 5))


# --- what a file may say -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trait", "said"),
    [
        ({"value": 0.5, "plus_minus": 0.1, "standard_error": 0.1}, "either `plus_minus`"),
        ({"value": 0.5, "plus_minus": 0.1, "answers": 20}, "either `plus_minus`"),
        ({"value": 0.0, "standard_error": 0.1}, "from 0.01 to 0.99"),
        ({"value": 1, "standard_error": 0.1}, "from 0.01 to 0.99"),
        ({"value": 0.5, "standard_error": 0}, "more than 0"),
        ({"value": 0.5, "standard_error": -0.1}, "more than 0"),
        ({"value": 0.5, "standard_error": 0.3}, "at most 0.25"),
        ({"value": 0.5, "standard_error": "wide"}, "number"),
        ({"value": 0.5, "standard_error": 0.1, "answers": 0}, "at least 1"),
        ({"value": 0.5, "standard_error": 0.1, "answers": 2.5}, "whole"),
        ({"value": 0.5, "standart_error": 0.1}, "standard_error"),
    ],
)
def test_a_trait_in_two_forms_or_in_none(trait, said):
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["conviction"] = trait
    refused = refusal(lambda: parse(study_yaml(data)))
    assert said in str(refused)
    assert not {"problem.", "{"} & set(refused.told("nl"))


def test_competing_pull_is_no_matter_of_a_survey():
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["competing_pull"] = {"value": 0.5, "standard_error": 0.1}
    assert "standard_error" in str(refusal(lambda: parse(study_yaml(data))))


# --- exports -------------------------------------------------------------------------------------------------

LABELS = ("Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree")
PEOPLE = {"Sales": 14, "Purchasing": 8, "Logistics": 30, "Finance": 3, "IT": 11}


def people(seed=4):
    """Who works where, and what they answered to three questions (0 to 4) and to one (1 to 7)."""
    rng, everyone = random.Random(seed), []
    for name, count in PEOPLE.items():
        for _ in range(count):
            base = rng.choice([1, 2, 3])
            items = [min(4, max(0, base + rng.choice([-1, 0, 0, 1]))) for _ in range(3)]
            everyone.append((name, [items[0], items[1], 4 - items[2]], rng.randint(3, 7)))
    return everyone


def as_csv(rows, delimiter=",", encoding="utf-8"):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def qualtrics(coded=False):
    heads = ["StartDate", "Status", "Progress", "Finished", "ResponseId", "Q1", "Q2_1", "Q2_2", "Q2_3", "Q5"]
    texts = ["Start Date", "Response Type", "Progress", "Finished", "Response ID", "Where do you work?"]
    texts += ["It matters: to us", "It matters: to me", "It is nonsense", "How full is your week?"]
    names = ["startDate", "status", "progress", "finished", "_recordId", *(f"QID{at}" for at in range(5))]
    marks = [f'{{"ImportId":"{name}"}}' for name in names]
    rows = [heads, texts, marks]
    for number, (name, items, full) in enumerate(people()):
        said = [item + 1 for item in items] if coded else [LABELS[item] for item in items]
        status = 0 if coded else "IP Address"
        rows.append(["2026-10-01", status, 100, 1 if coded else "True", f"R_{number}", name, *said, full])
    preview = ["2026-10-01", 1 if coded else "Survey Preview", 100, "True", "R_x", "Sales", 5, 5, 5, 7]
    return [*rows, preview]


def limesurvey():
    heads = ["id", "submitdate", "lastpage", "G1Q1. Where do you work?", "G2Q1[SQ1]. It matters [to us]"]
    heads += ["G2Q1[SQ2]. It matters [to me]", "G2Q1[SQ3]. It is nonsense", "G3Q1. How full is your week?"]
    rows = [heads]
    for number, (name, items, full) in enumerate(people()):
        rows.append([number, "2026-10-01 10:00", 3, name, *(f"A{item + 1}" for item in items), full])
    return [*rows, [999, "", 1, "Sales", "A5", "A5", "A5", 7]]


def surveymonkey():
    heads = ["Respondent ID", "Collector ID", "Email Address", "Where do you work?", "How far do you agree?", "", ""]
    under = ["", "", "", "Response", "It matters to us", "It matters to me", "It is nonsense", "Response"]
    rows = [[*heads, "How full is your week?"], under]
    return rows + [
        [number, 1, "a@example.org", name, *(LABELS[item] for item in items), full]
        for number, (name, items, full) in enumerate(people())
    ]


def forms():
    heads = ["ID", "Start time", "Email", "Where do you work?\n", "It matters\u00a0to us", "It matters to me"]
    rows = [[*heads, "It is nonsense", "How full is your week?"]]
    return rows + [
        [number, "2026-10-01", "anonymous", name, *(LABELS[item] for item in items), full]
        for number, (name, items, full) in enumerate(people())
    ]


MAPPING = """survey: 1
department: {department}
traits:
  conviction:
    items: [{items}, {{column: {last}, reversed: true}}]
    {answers}
  workload: {{items: [{full}], scale: [1, 7], lowest: 0.4, highest: 1.0}}
"""
WORDS = f"labels: [{', '.join(LABELS)}]"
NUMBERS = "scale: [1, 5]"
ASKED = ("Where do you work?", "How full is your week?")
EXPORTS = {
    "qualtrics words": (as_csv(qualtrics()), "csv", ("Q1", "Q2_1, Q2_2", "Q2_3", WORDS, "Q5")),
    "qualtrics codes": (as_csv(qualtrics(True)), "csv", ("Q1", "Q2_1, Q2_2", "Q2_3", NUMBERS, "Q5")),
    "qualtrics texts": (
        as_csv(qualtrics(), "\t", "utf-16"),
        "tsv",
        (ASKED[0], '"It matters: to us", "It matters: to me"', "It is nonsense", WORDS, ASKED[1]),
    ),
    "limesurvey": (
        as_csv(limesurvey(), ";"),
        "csv",
        ("G1Q1", '"G2Q1[SQ1]", "G2Q1[SQ2]"', '"G2Q1[SQ3]"', NUMBERS, "G3Q1"),
    ),
    "surveymonkey": (
        as_csv(surveymonkey(), encoding="utf-8-sig"),
        "csv",
        (ASKED[0], "It matters to us, It matters to me", "It is nonsense", WORDS, ASKED[1]),
    ),
    "surveymonkey book": (
        workbook_of(surveymonkey()),
        "xlsx",
        ('"Where do you work?: Response"', "It matters to us, It matters to me", "It is nonsense", WORDS, ASKED[1]),
    ),
    "forms": (
        workbook_of(forms()),
        "xlsx",
        (ASKED[0], "It matters to us, It matters to me", "It is nonsense", WORDS, ASKED[1]),
    ),
}


def put(folder, content, ending, mapping):
    """A table and its mapping as files, by their paths."""
    table, plan = folder / f"answers.{ending}", folder / "mapping.yaml"
    table.write_bytes(content)
    plan.write_text(mapping, "utf-8")
    return str(table), str(plan)


def mapping_of(parts):
    department, items, last, answers, full = parts
    return MAPPING.format(department=department, items=items, last=last, answers=answers, full=full)


def told(folder, content=None, ending="csv", mapping=None):
    first = EXPORTS["qualtrics words"]
    paths = put(folder, first[0] if content is None else content, ending, mapping or mapping_of(first[2]))
    return read_answers(*paths, case().organisation)


@pytest.mark.parametrize("name", EXPORTS)
def test_every_tool_s_export_tells_the_same(name, tmp_path):
    content, ending, parts = EXPORTS[name]
    answers = told(tmp_path, content, ending, mapping_of(parts))
    conviction = {}
    load_ = {}
    for where, items, full in people():
        conviction.setdefault(where, []).append((items[0] + items[1] + 4 - items[2]) / 12)
        load_.setdefault(where, []).append(0.4 + 0.6 * (full - 1) / 6)
    for trait, shares, span in (("conviction", conviction, 1.0), ("workload", load_, 0.6)):
        expected = estimates({where: group_of(found) for where, found in shares.items()}, span=span)
        assert answers.estimates[trait].keys() == expected.keys() == {"Sales", "Logistics", "IT"}
        for where, estimate in expected.items():
            assert answers.estimates[trait][where].plain() == estimate.plain()
        assert answers.kept_back[trait] == ("Purchasing", "Finance")
    assert answers.passed_over == (1 if name.startswith(("qualtrics", "lime")) else 0)
    assert answers.kind == {"forms": "table"}.get(name, name.split(" ")[0])
    assert answers.alphas["conviction"] > 0.7
    assert answers.used == 14 + 30 + 11


def test_half_of_the_items_are_enough_and_fewer_are_not(tmp_path):
    head = ["Where", "A", "B", "C"]
    full = [["Sales", 5, 5, 5]] * 6 + [["IT", 1, 1, 1]] * 6
    plan = "survey: 1\ndepartment: Where\nmissing: [n/a]\ntraits: {knowledge: {items: [A, B, C], scale: [1, 5]}}\n"
    some = [["Sales", 5, "", "n/a"]] * 9 + [["IT", "", 1, 1]] * 3 + [["", 3, 3, 3]]
    answers = told(tmp_path, as_csv([head, *full, *some]), "csv", plan)
    counts = {name: estimate.answers for name, estimate in answers.estimates["knowledge"].items()}
    assert counts == {"Sales": 6, "IT": 9}


def test_what_is_hidden_moves_nothing_that_is_written(tmp_path):
    """Finance answers otherwise, and nothing in what is shown, or written, is another."""
    first = told(tmp_path)
    rows = qualtrics()
    changed = [[*row[:6], *[LABELS[0]] * 3, 3] if row[5] in ("Finance", "Purchasing") else row for row in rows]
    second = told(tmp_path, as_csv(changed))
    assert first.traits() == second.traits()
    assert first.alphas == second.alphas
    assert replace(first, kept_back={}) == replace(second, kept_back={})


# --- in a workbook ---------------------------------------------------------------------------------------------


def counts_table(head=("name", "trait", "answers from 1 to", *(f"answered {n}" for n in range(1, 8))), **more):
    rows = {
        "Sales": ["Sales", "conviction", 5, 1, 2, 4, 5, 2],
        "IT": ["IT", "conviction", 5, 0, 3, 4, 4],
        "Finance": ["Finance", "Overtuiging", 5, 1, 0, 2],
        "Legal": ["Logistics", "conviction", 5, 9, 9, 9, 9, 9],
    }
    return [list(head), *(rows | more).values()]


def reading_with(rows):
    grids = dict(apart.here(sample()).data and tables_of())
    grids["survey"] = tables.Grid("Survey", rows)
    return tables.read(grids)


def sample():
    from simulation.study.sources.workbook import workbook

    return workbook(load_data("case"), "en")


def tables_of():
    from simulation.study.sources.workbook import grids_of

    return grids_of(sample())


def test_counts_on_the_sheet_say_the_same_as_answers_one_by_one():
    reading = reading_with(counts_table())
    assert not reading.problems
    departments = reading.data["organisation"]["departments"]
    shares = {
        "Sales": [0.0] + [0.25] * 2 + [0.5] * 4 + [0.75] * 5 + [1.0] * 2,
        "IT": [0.25] * 3 + [0.5] * 4 + [0.75] * 4,
        "Finance": [0.0, 0.5, 0.5],
        "Logistics": [0.0, 0.25, 0.5, 0.75, 1.0] * 9,
    }
    expected = estimates({name: group_of(found) for name, found in shares.items()})
    assert departments["Sales"]["conviction"] == expected["Sales"].plain()
    assert departments["Logistics"]["conviction"] == expected["Logistics"].plain()
    assert "conviction" not in departments["Finance"]
    assert "conviction" not in departments["IT"]
    assert [one.key for one in reading.remarks] == ["kept_back", "kept_back"]
    assert parse(study_yaml(reading.data)).organisation.departments[1].conviction.answers == 14


def test_a_trait_stands_in_one_place():
    head = ["name", "trait", "value", "standard error"]
    reading = reading_with([head, ["Sales", "conviction", 0.6, 0.1], ["Sales", "conviction", 0.5, 0.1]])
    assert [one.key for one in reading.problems] == ["cell_twice"]


BROKEN_COUNTS = {
    "an unknown department": (["Slaes", "conviction", 5, 1, 2, 3], "Sales"),
    "an unknown trait": (["Purchasing", "happiness", 5, 1, 2, 3], "no trait that a survey measures"),
    "a trait nobody asks people": (["Purchasing", "voice", 5, 1, 2, 3], "no trait that a survey measures"),
    "no scale": (["Purchasing", "conviction", None, 1, 2, 3], "answers to choose from"),
    "a scale of one": (["Purchasing", "conviction", 1, 9], "answers to choose from"),
    "a scale of ten": (["Purchasing", "conviction", 10, 9], "answers to choose from"),
    "mixed scales": (["Purchasing", "conviction", 7, 1, 1, 1], "the same scale"),
    "more answers than the scale has": (["Purchasing", "conviction", 5, 1, 1, 1, 1, 1, 1], "somebody answered 6"),
    "half a person": (["Purchasing", "conviction", 5, 1.5, 1], "no number of people"),
    "fewer than nobody": (["Purchasing", "conviction", 5, -1, 1], "no number of people"),
    "words": (["Purchasing", "conviction", 5, "many"], "no number of people"),
    "the same twice": (["Sales", "conviction", 5, 1, 2, 3], "a second time"),
    "no name": ([None, "conviction", 5, 1, 2, 3], "name"),
    "no end of people": (["Purchasing", "conviction", 5, 1e308], "no number of people"),
}


@pytest.mark.parametrize("name", BROKEN_COUNTS)
def test_broken_counts(name):
    row, said = BROKEN_COUNTS[name]
    reading = reading_with(counts_table(more=row))
    sentences = {language: [one.told(language) for one in reading.problems] for language in LANGUAGES}
    assert any(said in sentence for sentence in sentences["en"])
    assert len(sentences["nl"]) == len(reading.problems) == 1
    assert sentences["en"] != sentences["nl"]


def test_counts_and_a_value_in_one_row_are_refused():
    head = ("name", "trait", "value", "standard error", "answers from 1 to", "answered 1")
    rows = [list(head), ["Sales", "conviction", 0.5, 0.1, 5, 12]]
    assert "not both" in reading_with(rows).problems[0].told("en")


# --- the command -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_what_answers_tell(tmp_path, capsys, language):
    first = EXPORTS["qualtrics words"]
    paths = put(tmp_path, first[0], "csv", mapping_of(first[2]))
    out = tmp_path / "new.yaml"
    assert (
        main(["survey", *paths, "--out", str(out), "--pair", "full,it-only", "--worlds", "20", "--lang", language]) == 0
    )
    printed = capsys.readouterr().out
    assert say("survey.kept_back", language) in printed
    study = load(str(out))
    estimate = told(tmp_path).estimates["conviction"]["Sales"].plain()
    sales = study.organisation.departments[1].conviction
    assert (sales.value, sales.standard_error, sales.answers) == tuple(estimate.values())
    assert study.organisation.departments[4].conviction is None
    assert study.digest() == parse(study_yaml(with_answers(load_data("case"), told(tmp_path)))).digest()
    assert main(["survey", *paths, "--out", str(out), "--lang", language]) == 1
    assert main(["survey", *paths, "--out", str(tmp_path / "new.xlsx"), "--lang", language]) == 0
    assert load(str(tmp_path / "new.xlsx")).digest() == study.digest()


def test_a_further_answer_that_matters_changes_the_verdict_where_it_says():
    data = load_data("case")
    data["organisation"]["departments"]["IT"]["workload"] = {"value": 0.8, "standard_error": 0.12, "answers": 5}
    data["organisation"]["departments"]["Finance"]["knowledge"] = {"value": 0.3, "standard_error": 0.01, "answers": 200}
    asked = trial(parse(study_yaml(data)), ("full", "it-led"), worlds=60)
    verdict, tried = asked.verdict(), list(further(asked))
    assert [one.about.trait for one in tried] == ["workload", "knowledge"]
    assert tried[0].matters(verdict)
    assert not tried[1].matters(verdict)
    low, high = tried[0].about.ends
    assert low < 0.6
    assert 0.9 < high < 1.0
    held = asked.pair.override({"organisation.departments.IT.workload": low})
    assert replace(asked, pair=held).verdict() == tried[0].at_low


@pytest.mark.parametrize(
    ("names", "outcome", "key"),
    [
        (("full", "full"), "reach", "scenario_twice"),
        (("full", "nobody"), "reach", "unknown_scenario"),
        (("full", "it-only"), "joy", "unknown_outcome"),
        (("full", "it-only"), "reach", "no_answers"),
    ],
)
def test_what_cannot_be_tried(names, outcome, key):
    assert not surveyed(case())
    assert refusal(lambda: trial(case(), names, outcome)).problems[0].key == key


# --- what is wrong -----------------------------------------------------------------------------------------------

ROWS = [["Where", "A", "B"], *[["Sales", 4, 5]] * 6, *[["IT", 2, 3]] * 6]
PLAN = "survey: 1\ndepartment: Where\ntraits: {conviction: {items: [A, B], scale: [1, 5]}}\n"
BROKEN = {
    "no such column": (ROWS, PLAN.replace("[A, B]", "[A, Bb]"), "no column 'Bb'"),
    "no department column": (ROWS, PLAN.replace("Where", "Wher"), "no column 'Wher'"),
    "a column twice": ([["Where", "A", "A"], *ROWS[1:]], PLAN.replace("[A, B]", "[A]"), "several columns"),
    "a strange answer": ([*ROWS, ["Sales", "maybe", 3]], PLAN, "'maybe' is no answer to the question about conviction"),
    "beyond the scale": ([*ROWS, ["Sales", 7, 3]], PLAN, "'7' is no answer"),
    "half an answer": ([*ROWS, ["Sales", "3.5", 3]], PLAN, "'3.5' is no answer"),
    "a thousand or one": ([*ROWS, ["Sales", "1.000", 3]], PLAN, "'1.000' is no answer"),
    "an unknown department": ([*ROWS, *[["Slaes", 4, 3]] * 12], PLAN, "Also in cells"),
    "a look-alike": ([*ROWS, ["Sаles", 4, 3]], PLAN.replace("Where", "Where"), None),
    "nobody enough": ([ROWS[0], ["Sales", 4, 5]], PLAN, "nothing may be shown"),
    "nobody at all": ([ROWS[0], ["", 4, 5]], PLAN, "nothing may be shown"),
    "no rows": ([ROWS[0]], PLAN, "no rows under a head"),
    "empty": ([], PLAN, "no rows under a head"),
    "no format": (ROWS, PLAN.replace("survey: 1\n", ""), "begins with `survey: 1`"),
    "another format": (ROWS, PLAN.replace("survey: 1", "survey: 2"), "begins with `survey: 1`"),
    "no mapping": (ROWS, "- a\n- b\n", "mapping"),
    "no traits": (ROWS, "survey: 1\ndepartment: Where\ntraits: {}\n", "traits"),
    "a strange trait": (ROWS, PLAN.replace("conviction", "happiness"), "happiness"),
    "a trait misspelt": (ROWS, PLAN.replace("conviction", "convictoin"), "conviction"),
    "both scales": (ROWS, PLAN.replace("scale: [1, 5]", "scale: [1, 5], labels: [a, b]"), "once"),
    "no scale": (ROWS, PLAN.replace(", scale: [1, 5]", ""), "scale"),
    "a scale upside down": (ROWS, PLAN.replace("[1, 5]", "[5, 1]"), "lowest answer to the highest"),
    "a scale of words": (ROWS, PLAN.replace("[1, 5]", "[one, five]"), "whole"),
    "a label twice": (ROWS, PLAN.replace("scale: [1, 5]", "labels: [no, No]"), "same answer"),
    "one label": (ROWS, PLAN.replace("scale: [1, 5]", "labels: [no]"), "at least two answers"),
    "no items": (ROWS, PLAN.replace("[A, B]", "[]"), "items"),
    "too small a bound": (ROWS, PLAN + "smallest: 0\n", "at least 1"),
    "a bound of words": (ROWS, PLAN + "smallest: few\n", "whole"),
    "a department nobody has": (ROWS, PLAN + "departments: {Verkoop: Verkoop}\n", "Verkoop"),
    "people of nobody": (ROWS, PLAN + "asked: {Nobody: 12}\n", "Nobody"),
    "an item twice": (ROWS, PLAN.replace("[A, B]", "[A, A]"), "stands here twice"),
    "an item of two traits": (
        ROWS,
        PLAN.replace("}}", "}, it_frame: {items: [A], scale: [1, 5]}}"),
        "about two traits",
    ),
    "no span": (ROWS, PLAN.replace("[1, 5]", "[1, 5], lowest: 0.5, highest: 0.5"), "are the same"),
    "keys that look alike": (ROWS, PLAN + "departments: {Verkoop: Sales, verkoop: IT}\n", "look the same"),
    "fewer asked than answered": (ROWS, PLAN + "asked: {Sales: 5}\n", "more people answered than the 5"),
    "fewer than none": (ROWS, PLAN + "asked: {Sales: -1}\n", "at least 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_said_with_its_place(name, tmp_path, capsys):
    rows, plan, said = BROKEN[name]
    paths = put(tmp_path, as_csv(rows), "csv", plan)
    if said is None:  # a Cyrillic letter looks the same, and whoever works there is counted there
        assert read_answers(*paths, case().organisation).estimates["conviction"]["Sales"].answers == 7
        return
    sentences = {}
    for language in LANGUAGES:
        assert main(["survey", *paths, "--lang", language]) == 1
        sentences[language] = capsys.readouterr().err
        assert "Traceback" not in sentences[language]
    assert said in sentences["en"]
    assert sentences["en"] != sentences["nl"]


FILES = {
    "a quotation mark that stays open": (b'Where,A,B\nSales,4,"5\nIT,2,3\n', "csv"),
    "a cell of many letters": (b"Where,A,B\nSales,4," + b"5" * 200_000, "csv"),
    "very wide": (b",".join([b"a"] * 6_000) + b"\n1,2", "csv"),
    "nothing but lines": (b"\n" * 600_000, "csv"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "csv"),
    "a picture named xlsx": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "xlsx"),
    "half a workbook": (workbook_of(forms())[:3000], "xlsx"),
    "another ending": (as_csv(ROWS), "docx"),
    "latin": ("Where,A,B\nCaf\xe9,4,5\n".encode("latin-1"), "csv"),
    "nothing": (b"", "csv"),
    "zeros": (b"\0" * 5000, "csv"),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_table_is_said(name, tmp_path, capsys):
    content, ending = FILES[name]
    paths = put(tmp_path, content, ending, PLAN)
    assert main(["survey", *paths]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_all_mistakes_at_once_and_the_same_once(tmp_path, capsys):
    rows = [*ROWS, *[["Slaes", 9, 3]] * 12, ["IT", "x", "y"]]
    paths = put(tmp_path, as_csv(rows), "csv", PLAN)
    assert main(["survey", *paths]) == 1
    told_ = capsys.readouterr().err
    assert told_.count("'Slaes'") == told_.count("'9'") == told_.count("'x'") == told_.count("'y'") == 1
    assert "(11 times)" in told_ or "(12 times)" in told_


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["csv", "tsv"]))
def test_whatever_is_read_is_read_or_refused(tmp_path_factory, content, ending):
    folder = tmp_path_factory.mktemp("fuzz")
    paths = put(folder, content, ending, PLAN)
    refused = refusal(lambda: read_answers(*paths, case().organisation))
    assert refused.told("nl")


def test_a_large_survey_takes_seconds(tmp_path):
    rows = [["Where", *(f"Q{n}" for n in range(20))]]
    rng = random.Random(1)
    rows += [[rng.choice(["Sales", "IT", "Finance"]), *rng.choices(range(1, 8), k=20)] for _ in range(50_000)]
    plan = (
        f"survey: 1\ndepartment: Where\ntraits: {{conviction: {{items: [{', '.join(rows[0][1:])}], scale: [1, 7]}}}}\n"
    )
    answers = told(tmp_path, as_csv(rows), "csv", plan)
    assert sum(estimate.answers for estimate in answers.estimates["conviction"].values()) == 50_000
    assert answers.mapping.smallest == LEAST


def test_who_is_left_out_counts_as_hidden(tmp_path):
    """Left out of one reading and put to another department in the next, three people would be told apart."""
    plan = mapping_of(EXPORTS["qualtrics words"][2])
    rows = [row for row in qualtrics() if row[5] != "Finance"]
    assert "Purchasing" in told(tmp_path, as_csv(rows)).estimates["conviction"]
    left_out = told(tmp_path, mapping=plan + "missing: [Finance]\n")
    assert "Purchasing" not in left_out.estimates["conviction"]
    joined = told(tmp_path, mapping=plan + "departments: {Finance: Purchasing}\n")
    assert joined.estimates["conviction"]["Purchasing"].answers == 11


def test_a_small_bound_is_used_and_warned_of(tmp_path, capsys):
    first = EXPORTS["qualtrics words"]
    paths = put(tmp_path, first[0], "csv", mapping_of(first[2]) + "smallest: 3\n")
    assert main(["survey", *paths]) == 0
    assert "people can be recognised" in " ".join(capsys.readouterr().out.split())


def test_what_a_workbook_does_not_hold_is_no_silence(tmp_path):
    made = openpyxl.Workbook()
    for row in ROWS:
        made.active.append(row)
    made.active["B3"] = "=1/0"
    made.active.merge_cells("A4:A6")
    stream = io.BytesIO()
    made.save(stream)
    refused = refusal(lambda: told(tmp_path, stream.getvalue(), "xlsx", PLAN))
    assert {one.key for one in refused.problems} == {"merged_cells", "formula_cell"}


def test_true_is_no_answer(tmp_path):
    rows = [*ROWS, ["Sales", True, 3]]
    refused = refusal(lambda: told(tmp_path, workbook_of(rows), "xlsx", PLAN))
    assert [one.key for one in refused.problems] == ["strange_answer"]
    assert refused.problems[0].place.short.endswith("B14")


def test_a_question_about_the_status_is_a_question(tmp_path):
    rows = [["Q1", "Q2", "Status"], ["Where?", "Status", "Response Type"]]
    rows += [[f'{{"ImportId":"{name}"}}' for name in ("QID1", "QID2", "status")]]
    rows += [["Sales", 1, "IP Address"]] * 6 + [["IT", 2, "IP Address"]] * 6 + [["IT", 2, "Survey Preview"]]
    plan = "survey: 1\ndepartment: Q1\ntraits: {conviction: {items: [Q2], scale: [1, 5]}}\n"
    answers = told(tmp_path, as_csv(rows), "csv", plan)
    assert (answers.used, answers.passed_over) == (12, 1)


def test_what_an_earlier_survey_told_of_a_small_group_does_not_stay(tmp_path):
    data = load_data("case")
    data["organisation"]["departments"]["Finance"]["conviction"] = {"value": 0.3, "standard_error": 0.1, "answers": 9}
    after = with_answers(data, told(tmp_path))["organisation"]["departments"]
    assert "conviction" not in after["Finance"]
    assert after["Sales"]["conviction"]["answers"] == 14


def test_hostile_tables_take_seconds(tmp_path):
    marks = "S" + "\u0316\u0301" * 60_000
    many = [[f"dept {number}", 4, f"x{number}"] for number in range(40_000)]
    for rows in ([*ROWS, *[[marks, 4, 5]] * 5], [*ROWS, *many]):
        begun = time.process_time()
        refused = refusal(lambda rows=rows: told(tmp_path, as_csv(rows), "csv", PLAN))
        assert time.process_time() - begun < 5.0
        assert len(refused.problems) <= LIMITS.problems + 1


def test_what_the_study_said_before_is_told(tmp_path, capsys):
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["workload"] = 0.95
    study = tmp_path / "mine.yaml"
    study.write_text(study_yaml(data), "utf-8")
    first = EXPORTS["qualtrics words"]
    paths = put(tmp_path, first[0], "csv", mapping_of(first[2]))
    assert main(["survey", *paths, "--study", str(study)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert re.search(r"Sales, load: 0\.\d\d by the survey, where the study said 0\.95", printed)
    assert printed.count("where the study said") == 1
