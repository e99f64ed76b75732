import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from simulation import case
from simulation.analysis.patterns import PATTERNS
from simulation.analysis.validity import examined, knockouts, measured, readings, statistics, variants
from simulation.analysis.validity.bench import FEWER, Bench, Order
from simulation.analysis.validity.document import document, made_for, said
from simulation.analysis.validity.regularities import VERDICTS, Band, Figure, references, regularities
from simulation.cli.commands import validity as command
from simulation.cli.main import main
from simulation.engine.ensemble import Runs, run_worlds
from simulation.model.outcomes import OUTCOMES
from simulation.model.worlds import values_of
from simulation.study.measures import CARRIED_OUT
from simulation.study.parameters import BY_NAME, Values

WORLDS = 8


@pytest.fixture(scope="module")
def found():
    return measured.measure(WORLDS, seed=1, threads=2)


@pytest.fixture(scope="module")
def written(found):
    return document(found)


def made(study, worlds=4, **outcomes):
    """Runs with these outcomes, by ``scenario__outcome`` with hyphens as underscores; all others are 0."""
    runs = Runs(
        study,
        tuple(range(worlds)),
        1,
        "ranges",
        np.zeros((len(study.scenarios), worlds, len(OUTCOMES))),
        np.zeros((len(study.scenarios), worlds, 0, 5), np.float32),
    )
    for name, values in outcomes.items():
        scenario, outcome = name.split("__")
        runs.of(scenario.replace("_", "-"), outcome)[:] = values
    return runs


def evidence(worlds=4, **runs):
    """Evidence of runs that are made up."""
    carried = np.ones((worlds, len(CARRIED_OUT)))
    return readings.Evidence(runs, carried, np.zeros(worlds), {})


# --- the rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", regularities(), ids=lambda row: row.key)
def test_every_row_says_what_is_known_and_where_it_was_read(row):
    texts = (row.sentence, row.number, row.reference, row.where, row.reading, row.why, row.below, row.above, row.group)
    assert all(texts)
    assert row.grade in {"read", "second-hand", "from memory"}
    assert "http" in row.where or "from memory" in row.where
    assert row.kind in {"outcome", "input", "built in", "loose"}
    for band in row.bands:
        (low, high), (least, most) = band.hit, band.near
        assert least < most
        assert low < high
        # Where more is always better, or less, the near band lies beside the hit band and need not hold it.
        assert least <= low or most == low or least == high


def test_every_row_is_measured_and_nothing_else():
    keys = [row.key for row in regularities()]
    assert sorted(keys) == sorted(readings.READINGS)
    assert len(keys) == len(set(keys)) == 35


def test_what_rows_refer_to_is_listed():
    listed = "\n".join(references())
    for row in regularities():
        author = row.reference.removeprefix("The ").split(" ")[0].strip(",")
        assert author in listed or author in {"Gartner", "NHS", "UniSIC"}, row.key


def test_a_band_holds_its_ends():
    band = Band("r", 2, (0.2, 0.4), (0.1, 0.5))
    assert [band.verdict(value) for value in (0.2, 0.4, 0.41, 0.1, 0.0999, 0.51)] == [
        "hit",
        "hit",
        "near",
        "near",
        "miss",
        "miss",
    ]


def test_the_worst_of_several_bands_decides():
    row = next(row for row in regularities() if row.key == "transfer-curve")
    hit, near, miss = (0.7, 0.5), (0.7, 0.3), (0.1, 0.5)
    assert [row.verdict(Figure(values)) for values in (hit, near, miss)] == ["hit", "near", "miss"]
    assert row.verdict(Figure((math.nan, 0.5))) == "hit"
    assert row.verdict(Figure((math.nan, math.nan))) == "no verdict"
    assert row.meaning(Figure(miss)) == row.below
    assert row.meaning(Figure((0.99, 0.5))) == row.above
    assert not row.meaning(Figure(hit))


def test_the_document_says_what_the_bands_say(found, written):
    for row in found.rows:
        section = written.split(f"### {row.regularity.key}\n")[1].split("\n### ")[0]
        assert f"- **Verdict**: {row.verdict}\n" in section
        assert row.regularity.number in section
        assert row.regularity.where in section
    lines = {line.split("]")[0][3:]: line for line in written.splitlines() if line.startswith("| [")}
    assert all(lines[row.regularity.key].endswith(f"| **{row.verdict}** |") for row in found.rows)
    for kind, title in (("outcome", "Outcome checks"), ("input", "Input checks"), ("built in", "Built in")):
        verdicts = [row.verdict for row in found.rows if row.regularity.kind == kind]
        counts = [str(verdicts.count(one)) for one in ("hit", "near", "miss", "no verdict")]
        line = next(line for line in written.splitlines() if line.startswith(f"| **{title}**"))
        assert [cell.strip() for cell in line.split("|")[2:-1]] == counts


def test_misses_come_first(found, written):
    section = written.split("## What the model misses\n")[1].split("\n## ")[0]
    missed = [row.regularity.key for row in found.rows if row.verdict == "miss" and row.regularity.kind != "loose"]
    assert missed
    assert all(f"- **{key}**" in section.split("Near, and")[0] for key in missed)
    order = [
        row.split("**")[-2] for row in written.splitlines() if row.startswith("| [loafing") or row.startswith("| [dur")
    ]
    assert order == sorted(order, key=VERDICTS.index)


# --- figures ---------------------------------------------------------------------------------------------


def test_figures_of_made_up_runs():
    mix = case().select(tuple(dict.fromkeys((*readings.MIX, "team"))))
    runs = made(
        mix,
        full__reach=[4, 4, 4, 1],
        full_no_anchoring__reach=[4, 1, 1, 1],
        full__lasting_adoption=[1, 1, 1, 1],
        full__business_adoption=[0.5, 0.5, 0.5, 0.01],
        full_no_team__business_adoption=[0.1, 0.1, 0.6, 0.0],
        team__reach=[3, 0, 0, 0],
    )
    known = evidence(case=runs)
    assert readings.sponsor_success(known).values == (3.0,)
    assert readings.support_size(known).values == (pytest.approx(1.0),)
    assert readings.participation_share(known).values == (pytest.approx(2 / 3),)
    assert readings.governance_team(known).values == (0.75,)
    assert readings.mirroring(known).values == (0.5,)
    assert readings.more_actions(known).values == (pytest.approx(0.75 / ((0.75 + 0.25) / 8)),)
    assert readings.standish(known).values == (pytest.approx(28 / 32 - 0.19),)


def test_what_lasts_is_asked_of_worlds_that_were_live_in_time():
    study = case().select(readings.MIX)
    late = dict.fromkeys((f"{name.replace('-', '_')}__go_live_week" for name in readings.MIX), 157)
    runs = made(
        study,
        **late
        | {
            "full__go_live_week": [50, 104, 105, 50],
            "full__peak_adoption": [0.8, 0.8, 0.8, 0.4],
            "full__lasting_adoption": [0.4, 0.39, 0.8, 0.4],
        },
    )
    figure = readings.sustained_two_years(evidence(**{"four years": runs}))
    assert figure.values == (0.5,)
    assert "`full` 0.50" in figure.beside
    assert "`it-led` –" in figure.beside


def test_inputs_are_read_off_the_parameters():
    nothing = evidence()
    assert readings.sponsor_turnover(nothing).values[0] == pytest.approx(1 - (1 - BY_NAME["p_sp"].default) ** 52)
    assert readings.diffusion_constants(nothing).values[0] == pytest.approx(0.2 / 0.03)
    t = np.linspace(BY_NAME["t"].low, BY_NAME["t"].high, 4001)
    by_hand = 1 - 0.15 ** (2.0**-t)
    assert readings.bystander_curve(nothing).values[0] == pytest.approx(by_hand.mean(), abs=1e-3)


def test_how_well_measures_are_carried_out_is_what_the_engine_draws():
    bench = Bench(4, 1)
    runs = {name: run_worlds(order.study, 4) for name, order in readings.orders(case()).items() if name == "case"}
    runs["four years"] = runs["case"]
    known = readings.gather(bench, case(), runs)
    low = [values_of((), 1, world).fid for world in range(4)]
    assert (known.carried >= np.array(low)[:, None]).all()
    assert (known.carried <= 1.0).all()
    assert known.carried.std() > 0.05


# --- statistics ------------------------------------------------------------------------------------------


def test_tau_counts_pairs():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 5, 12).tolist(), rng.integers(0, 5, 12).tolist()
    stats = pytest.importorskip("scipy.stats")
    assert statistics.kendall(a, b) == pytest.approx(stats.kendalltau(a, b).statistic)
    assert statistics.rank_correlation(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)
    assert statistics.kendall(a, a) == pytest.approx(1.0)


def test_shapley_gains_add_up_and_are_fair():
    rng = np.random.default_rng(2)
    worth = {
        frozenset(chosen): float(rng.random()) for size in range(5) for chosen in itertools.combinations("abcd", size)
    }
    gains = statistics.shapley("abcd", worth.__getitem__)
    assert sum(gains.values()) == pytest.approx(worth[frozenset("abcd")] - worth[frozenset()])
    idle = statistics.shapley("ab", lambda those: float("a" in those))
    assert idle == {"a": 1.0, "b": 0.0}


def test_shares_of_variance_are_found_again():
    rng = np.random.default_rng(3)
    values = rng.normal(0, 1.0, (400, 1)) + rng.normal(0, 0.5, (400, 20))
    assert statistics.within_share(values) == pytest.approx(0.2, abs=0.03)


def test_effect_sizes():
    assert statistics.of_presence([1.0, 0.0], [1.0, 0.0]) == pytest.approx(0.0)
    assert statistics.effect_size([2.0, 4.0], [0.0, 2.0]) == pytest.approx(math.sqrt(2.0))
    assert math.isnan(statistics.correlation([1.0, 1.0], [1.0, 2.0]))


# --- knock-outs and variants -----------------------------------------------------------------------------


@pytest.mark.parametrize("one", knockouts.KNOCK_OUTS, ids=lambda one: one.mechanism)
def test_a_knock_out_is_the_same_in_every_world_and_moves_something(one):
    study = case().select(("full",))
    without = variants.changed(study, one.change)
    for given in without.scenarios[0].parameters:
        assert given.low == given.value == given.high
    before, after = (run_worlds(each, 8).outcomes for each in (study, without))
    assert not np.array_equal(before, after, equal_nan=True)


def without(start):
    """The knock-out whose mechanism begins so."""
    return next(one.change for one in knockouts.KNOCK_OUTS if one.mechanism.startswith(start))


def outcomes(*names, change=None, **parameters):
    """Outcomes of scenarios of the case, changed."""
    study = case().select(names)
    study = variants.changed(study, change) if change else study
    return run_worlds(variants.changed(study, variants.fixed(**parameters)), 3).outcomes


@pytest.mark.parametrize(
    ("mechanism", "moved"),
    [
        ("hand-offs", {"D_ref": 0.02}),  # with attention for nothing and everything unsettled
        ("anchoring", {"p_sp": 1.0}),
        ("habit", {"tau_z": 1e7}),
        ("issues", {"mu": 0.01}),
        ("roles are heard", {"paper": 0.99}),
        ("falling back", {"press": 9.0}),
        ("fidelity", {}),
    ],
)
def test_what_is_knocked_out_no_longer_matters(mechanism, moved):
    change = without(mechanism)
    names = {"roles are heard": "package-partner-with"}.get(mechanism, "full-no-chain")
    column = [outcome.name for outcome in OUTCOMES].index("lasting_adoption")
    calm = {"p_inc": 0.0} | ({"iota": 0.0, "I_half": 1e6} if "D_ref" in moved else {})
    base, other = (outcomes(names, change=change, **calm | more)[..., column] for more in ({}, moved))
    assert base == pytest.approx(other, abs=1e-4)


def test_without_interdependence_nothing_is_left_to_settle():
    study = variants.changed(case().select(("full",)), without("interdependence"))
    assert np.isnan(run_worlds(study, 2).of("full", "settled")).all()


def test_without_anchoring_the_board_is_paid_and_does_nothing():
    plain, anchored = (outcomes(name, change=without("anchoring")) for name in ("full-no-anchoring", "full"))
    column = [outcome.name for outcome in OUTCOMES].index("progress_104")
    assert plain[..., column] == pytest.approx(anchored[..., column])


def test_patterns_fall_and_come_to_hold():
    before = knockouts.Ranking({}, {"1": 0.9, "2": 0.2, "3": 0.5})
    after = knockouts.Ranking({}, {"1": 0.4, "2": 0.5, "3": 0.5})
    assert (before.fallen(after), after.fallen(before)) == (["1"], ["2"])


def test_whatever_patterns_there_are_is_measured(found, written):
    assert list(found.knocked.whole.patterns) == [pattern.number for pattern in PATTERNS]
    assert all(pattern.sentence in written for pattern in PATTERNS)


def test_null_models_count_and_pay():
    study = case().select(("it-only", "roles", "name-roles-team"))
    runs = made(
        study, roles__progress_104=0.2, name_roles_team__progress_104=0.4, roles__cost=9.0, name_roles_team__cost=5.0
    )
    counted, paid, _ = knockouts.null_models(runs)
    assert counted.taus[0] == pytest.approx(1.0)
    assert paid.taus[0] == pytest.approx(1 / 3)


def test_everything_ten_times_as_large_is_the_same():
    study = case().select(examined.SIZED)
    runs = [
        run_worlds(variants.changed(study, change), 3)
        for change in (variants.fixed(gamma_size=1.0), variants.everything_times(10.0))
    ]
    for moved in examined.moved(*runs):
        assert moved.most < 0.02


@pytest.mark.parametrize("name", examined.HALVED)
def test_two_halves_are_a_whole(name):
    whole = variants.with_work(name, 240.0, 190.0)(case().scenario("full"))
    halves = variants.split(name)(whole)
    both = [one for one in halves.organisation.departments if one.name in {name, f"{name} 2"}]
    one = next(one for one in whole.organisation.departments if one.name == name)
    for what in ("capacity", "benefit", "process_work", "technical_work"):
        assert sum(getattr(half, what) for half in both) == getattr(one, what)
    between = [tie.strength for tie in halves.organisation.interdependence if tie.pair == {name, f"{name} 2"}]
    assert between == [1.0]
    needs = {frozenset(tie.pair): tie.strength for tie in halves.organisation.interdependence}
    for tie in whole.organisation.interdependence:
        if name in tie.pair:
            assert needs[(tie.pair - {name}) | {f"{name} 2"}] == needs[tie.pair] == tie.strength
    assert f"{name} 2" in halves.measures.consult_chain.departments
    assert np.isfinite(run_worlds(replace(case(), scenarios=(halves,)), 2).of("full", "lasting_adoption")).all()


def test_packages_are_all_combinations_of_the_full_one():
    made_up = variants.packages(case())
    assert len({scenario.name for scenario in made_up.values()}) == 64
    assert made_up[frozenset(variants.PACKAGE)].measures == case().scenario("full").measures
    assert made_up[frozenset()].measures == case().scenario("it-only").measures


def test_gains_of_the_packages_add_up(found):
    packages = found.examined.packages
    for outcome, gains in packages.gains.items():
        none, everything = packages.ends[outcome]
        assert sum(gains.values()) == pytest.approx(everything - none)


def test_parameters_that_are_moved_keep_their_world():
    base = run_worlds(case().select(("roles",)), 3).outcomes
    same = run_worlds(variants.changed(case().select(("roles",)), variants.times(WT=1.0)), 3).outcomes
    assert np.array_equal(base, same, equal_nan=True)


def test_points_repeat_a_world_with_other_luck():
    study = examined.orders(case(), 1)["points"].study
    scenario = study.scenarios[3]
    values = values_of((), 1, 3)
    assert {given.name: given.value for given in scenario.parameters} == {
        name: pytest.approx(getattr(values, name)) for name in BY_NAME
    }
    assert values != Values()


# --- the command -----------------------------------------------------------------------------------------


def test_the_bench_announces_what_it_runs():
    heard = []
    bench = Bench(8, 1, progress=lambda done, total: heard.append((done, total)))
    orders = {
        "all": Order(case().select(("it-only",))),
        "few": Order(case().select(("it-only", "name")), fewer=True),
    }
    bench.announce(orders)
    results = bench.run_all(orders)
    assert len(results["few"].worlds) == 8 // FEWER
    assert heard[-1] == (12, 12)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


@pytest.mark.slow
def test_the_same_worlds_and_seed_give_the_same_document(written):
    assert document(measured.measure(WORLDS, seed=1, threads=1)) == written


def test_a_document_names_its_worlds_and_seed(written):
    assert made_for(written) == (WORLDS, 1)
    assert made_for("nothing") is None


def test_numbers_are_written_for_readers():
    assert [said(-0.0001), said(12345.6, 0), said(math.nan), said(-1.5, 1)] == ["0.00", "12\u202f346", "–", "−1.5"]


@pytest.mark.parametrize(("language", "same", "other"), [("en", "up to date", "differs"), ("nl", "is bij", "wijkt af")])
def test_check_passes_what_is_the_same_and_fails_what_is_not(
    tmp_path, monkeypatch, capsys, found, written, language, same, other
):
    asked = []
    monkeypatch.setattr(measured, "measure", lambda *given: asked.append(given[:2]) or found)
    path = tmp_path / "validity.md"
    path.write_text(written, encoding="utf-8", newline="\r\n")
    words = ["validity", "--check", str(path), "--lang", language]
    assert main(words) == 0
    assert same in capsys.readouterr().out
    path.write_text(written.replace("**hit**", "**miss**", 1), encoding="utf-8")
    assert main(words) == 1
    assert other in capsys.readouterr().out
    assert asked == [(WORLDS, 1)] * 2
    path.write_text("nothing", encoding="utf-8")
    assert main([*words, "--seed", "5"]) == 1
    assert asked[-1] == (command.WORLDS, 5)


def test_the_command_writes_a_file(tmp_path, monkeypatch, capsys, found, written):
    monkeypatch.setattr(measured, "measure", lambda *_: found)
    path = tmp_path / "new.md"
    assert main(["validity", "--worlds", "8", "--out", str(path), "--lang", "en"]) == 0
    assert path.read_text(encoding="utf-8") == written
    assert "written" in capsys.readouterr().out
