"""Luck: the generator against NumPy's, the quantiles against SciPy's, and that draws are what they should be.

Error rates are the chance that a correct generator fails; the draws are keyed, so each run gives the same.
"""

import inspect
import warnings
from dataclasses import asdict, fields, replace
from math import nextafter, sqrt

import numba
import numpy as np
import pytest
from helpers import organisation, scenario
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from simulation import PARAMETERS, OrganisationModel, Values, case
from simulation.engine.kernel import randomness as kernel
from simulation.engine.kernel.departments import at
from simulation.engine.kernel.records import ANSWERS, LUCK, OTHER_LOAD, SHOCK, SPONSOR, room_for_luck
from simulation.model import randomness, rules, sobol, worlds
from simulation.model.worlds import sobol_point, traits_of, values_of
from simulation.study.measures import CARRIED_OUT, MEASURES
from simulation.study.organisation import Department
from simulation.study.parameters import BY_NAME, DIMENSIONS, REGISTERED, RESERVED
from simulation.study.scenario import Given

WORD = st.integers(0, 2**64 - 1)
EDGES = st.sampled_from([0, 1, 2**32 - 1, 2**32, 2**63, 2**64 - 2, 2**64 - 1])
ANY = WORD | EDGES
NAMES = st.text(min_size=1, max_size=40)
SMALL = 1e-6


# --- the generator -------------------------------------------------------------------------------------


def numpys(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """What NumPy's Philox makes of a counter; it counts up before it draws."""
    before = (sum(word << (64 * place) for place, word in enumerate(counter)) - 1) % 2**256
    words = np.array([before >> (64 * place) & (2**64 - 1) for place in range(4)], dtype=np.uint64)
    return tuple(np.random.Philox(counter=words, key=np.array(key, dtype=np.uint64)).random_raw(4).tolist())


@given(st.tuples(ANY, ANY, ANY, ANY), st.tuples(ANY, ANY))
@settings(max_examples=200, deadline=None)
@example((0, 0, 0, 0), (0, 0))
@example((2**64 - 1,) * 4, (2**64 - 1,) * 2)
def test_philox_gives_numpys_words(counter, key):
    assert randomness.philox4x64(counter, key) == numpys(counter, key)


def test_philox_gives_the_published_words():
    """The known answers of Salmon et al.'s Random123 (kat_vectors, philox4x64 10)."""
    ones = 2**64 - 1
    assert randomness.philox4x64((0, 0, 0, 0), (0, 0)) == (
        0x16554D9ECA36314C,
        0xDB20FE9D672D0FDC,
        0xD7E772CEE186176B,
        0x7E68B68AEC7BA23B,
    )
    assert randomness.philox4x64((ones,) * 4, (ones,) * 2) == (
        0x87B092C3013FE90B,
        0x438C3C67BE8D0224,
        0x9CC7D7C69CD777B6,
        0xA09CAEBF594F0BA0,
    )


@numba.njit
def compiled_philox(counter, group, world, seed, key):
    return kernel.philox(counter, group, world, seed, key)


@given(st.tuples(ANY, ANY, ANY), st.tuples(ANY, ANY))
@settings(max_examples=300, deadline=None)
@example((0, 0, 0), (0, 0))
@example((2**64 - 1,) * 3, (2**64 - 1,) * 2)
def test_compiled_philox_gives_numpys_numbers(counter, key):
    """The fourth word of the counter is always 0."""
    found = compiled_philox(*(np.uint64(one) for one in (*counter, *key)))
    assert list(found) == [randomness.uniform(word) for word in numpys((*counter, 0), key)]


@numba.njit
def compiled_week(drawn, answers, organisation, week, world, seed, keys):
    kernel.draw_week(drawn, answers, organisation, week, world, seed, keys)


@numba.njit
def compiled_answer(answers, place, week, world, seed, key):
    kernel.draw_answers(at(answers, place), week, world, seed, key)


@pytest.mark.parametrize("count", [1, 3, 4, 5, 9])
def test_a_compiled_week_has_the_draws_of_that_week(count):
    names, seed, world, week = [f"Büro {place}" for place in range(count)], 2**63 - 1, 12345, 77
    tables = {name: randomness.draws(seed, world, name, week)[week] for name in ("", *names)}
    keys = np.array([randomness.name_key(name) for name in names], dtype=np.uint64)
    drawn, answers, organisation_ = room_for_luck(1, count)
    when = tuple(map(np.uint64, (week, world, seed)))
    compiled_week(drawn[0], answers[0], organisation_[0], *when, keys)
    for place, name in enumerate(names):
        one, purposes = tables[name], randomness.PURPOSES
        assert {kind: drawn[0][kind].ravel()[place] for kind in LUCK.names} == {
            kind: one[purposes.index(kind)] for kind in LUCK.names
        }
        assert answers[0]["pick_up"].ravel()[place] == -1.0, "drawn when somebody asks"
        for _ in range(2):  # and once
            compiled_answer(answers[0], place, *when, keys[place])
        assert {kind: answers[0][kind].ravel()[place] for kind in ANSWERS.names} == {
            kind: one[purposes.index(kind)] for kind in ANSWERS.names
        }
    of_all = dict(zip(randomness.PURPOSES, tables[""], strict=True))
    drawn_for_all = organisation_[0, [SHOCK, OTHER_LOAD, SPONSOR]].tolist()
    assert drawn_for_all == [of_all["shock"], of_all["other_load"], of_all["sponsor"]]


def test_philox_tells_counter_and_key_words_apart():
    seen = set()
    for place in range(4):
        seen.add(randomness.philox4x64(tuple(int(place == i) for i in range(4)), (0, 0)))
    seen |= {randomness.philox4x64((0, 0, 0, 0), key) for key in ((0, 0), (1, 0), (0, 1))}
    assert len(seen) == 7


@given(ANY, ANY, NAMES | st.just(""), st.integers(1, 12))
@settings(max_examples=80, deadline=None)
@example(0, 0, "", 3)
@example(2**64 - 1, 2**64 - 1, "Sales", 3)
@example(5, 0, "Verkoop – büro", 3)
def test_a_table_of_draws_holds_the_draws(seed, world, name, weeks):
    table = randomness.draws(seed, world, name, weeks)
    assert table.shape == (weeks + 1, len(randomness.PURPOSES))
    for week in (0, 1, weeks):
        for place, purpose in enumerate(randomness.PURPOSES):
            assert table[week, place] == randomness.draw(seed, world, purpose, name, week)
    assert table.min() >= 0.0
    assert table.max() < 1.0


def test_a_draw_is_numpys_own_double():
    before = np.array([2**64 - 1, 2**64 - 1, 8, 0], dtype=np.uint64)  # one below week 0, group 0, world 9
    key = np.array([7, randomness.name_key("Sales")], dtype=np.uint64)
    generator = np.random.Generator(np.random.Philox(counter=before, key=key))
    assert [randomness.draw(7, 9, purpose, "Sales") for purpose in randomness.PURPOSES[:4]] == generator.random(
        4
    ).tolist()


@given(ANY, ANY, st.sampled_from(randomness.PURPOSES), NAMES, st.integers(0, 520))
@settings(max_examples=50, deadline=None)
def test_a_draw_is_a_pure_function(seed, world, purpose, name, week):
    first = randomness.draw(seed, world, purpose, name, week)
    randomness.draw(seed, world, purpose, name, week + 1)
    np.random.default_rng().random()
    assert randomness.draw(seed, world, purpose, name, week) == first
    assert 0.0 <= first < 1.0


def test_more_weeks_leave_the_first_as_they_are():
    assert (randomness.draws(3, 4, "Sales", 156)[:81] == randomness.draws(3, 4, "Sales", 80)).all()


def test_the_purposes_keep_their_places():
    """Old luck stays as it was: a new purpose may only be added at the end."""
    known = (
        "noise incident leave arrivals pick_up objection answer other_load shock "
        "conviction it_frame workload pull survey fidelity sponsor"
    )
    assert randomness.PURPOSES[:16] == tuple(known.split())
    assert len(set(randomness.PURPOSES)) == len(randomness.PURPOSES)


def test_an_unknown_purpose_is_refused():
    with pytest.raises(ValueError, match=r"tuple\.index"):
        randomness.draw(1, 0, "coffee", "Sales", 1)


def test_nothing_is_drawn_in_sequence():
    """Nobody asks for a generator but for the scrambling of Sobol's points and a seed where none is given."""
    from simulation.model import department, organisation

    for module in (rules, department):
        assert "random" not in inspect.getsource(module)
    assert "self.random" not in inspect.getsource(organisation)
    assert inspect.getsource(organisation).count("self.rng") == 1
    assert inspect.getsource(worlds).count("default_rng") == 0
    assert inspect.getsource(sobol).count("default_rng(") == 2  # the second one in its documentation


# --- are they random -----------------------------------------------------------------------------------

TABLES = {
    "weeks": lambda: randomness.draws(1, 0, "Sales", 4000),
    "names": lambda: np.array([randomness.draws(1, 0, f"Department {i}", 1)[1] for i in range(4000)]),
    "worlds": lambda: np.array([randomness.draws(1, i, "Sales", 1)[1] for i in range(4000)]),
    "seeds": lambda: np.array([randomness.draws(i, 0, "Sales", 1)[1] for i in range(4000)]),
}


@pytest.fixture(scope="module", params=list(TABLES))
def table(request):
    """Draws of all purposes: one row per week, name, world or seed."""
    return TABLES[request.param]()


def test_draws_are_uniform(table):
    """Kolmogorov–Smirnov for each purpose; together they fail a good generator once in a million."""
    for column in table.T:
        assert stats.kstest(column, "uniform").pvalue > SMALL / (len(TABLES) * table.shape[1])


def test_draws_of_two_purposes_do_not_hang_together(table):
    rho = np.corrcoef(table.T)[np.triu_indices(table.shape[1], 1)]
    tests = len(TABLES) * rho.size
    assert np.abs(rho).max() < stats.norm.isf(SMALL / tests / 2.0) / sqrt(len(table))


def test_neighbouring_draws_do_not_hang_together(table):
    """Next week, next name, next world or next seed; and their squares, which would show a common spread."""
    bound = stats.norm.isf(SMALL / (len(TABLES) * table.shape[1] * 6) / 2.0) / sqrt(len(table) - 3)
    for column in table.T:
        for values in (column, (column - 0.5) ** 2):
            for lag in (1, 2, 3):
                assert abs(np.corrcoef(values[:-lag], values[lag:])[0, 1]) < bound


def test_pairs_of_draws_fill_the_square():
    """Chi-square over 10 × 10 cells for pairs of weeks, names and worlds."""
    for one, other in (
        (randomness.draws(1, 0, "Sales", 4000), randomness.draws(1, 0, "Finance", 4000)),
        (randomness.draws(1, 0, "Sales", 4000), randomness.draws(1, 1, "Sales", 4000)),
        (randomness.draws(1, 0, "Sales", 4000), randomness.draws(2, 0, "Sales", 4000)),
        (randomness.draws(1, 0, "Sales", 4000), randomness.draws(1, 0, "", 4000)),
    ):
        cells = np.histogram2d(one.ravel(), other.ravel(), bins=10, range=[[0, 1], [0, 1]])[0]
        assert stats.chisquare(cells.ravel()).pvalue > SMALL / 4.0


# --- quantiles -----------------------------------------------------------------------------------------

U = st.floats(0.0, 1.0, exclude_max=True)


def smallest_above(cdf, u, reached):
    """Whether ``reached`` is the smallest count whose cumulative chance exceeds u, but for rounding."""
    room = 1e-9
    below = cdf(reached - 1) if reached else 0.0
    return below <= u + room and u < cdf(reached) + room


@given(U, st.floats(0.0, 50.0) | st.floats(50.0, 1e5) | st.sampled_from([1.0, 2.0, 0.5, 1e-9, 700.0, 800.0, 1e5]))
@settings(max_examples=400, deadline=None)
@example(0.0, 1e5)
@example(nextafter(1.0, 0.0), 1e5)
@example(nextafter(1.0, 0.0), 1e-9)
@example(5e-324, 800.0)
def test_poisson_quantile_is_scipys(u, mean):
    found = rules.poisson_quantile(u, mean)
    assert isinstance(found, int)
    if mean == 0.0:
        assert found == 0
        return
    assert found >= 0
    assert smallest_above(lambda k: stats.poisson.cdf(k, mean), u, found)
    if 1e-9 < u < 1.0 - 1e-9:
        low, high = stats.poisson.ppf([u - 1e-9, u + 1e-9], mean)
        assert low <= found <= high


@given(
    U,
    st.integers(0, 60) | st.integers(61, 100_000),
    st.floats(0.0, 1.0) | st.sampled_from([1e-12, 0.5, 1.0 - 1e-12, 0.0, 1.0]),
)
@settings(max_examples=400, deadline=None)
@example(0.0, 100_000, 0.5)
@example(nextafter(1.0, 0.0), 100_000, 0.5)
@example(nextafter(1.0, 0.0), 1, 1e-300)
@example(0.5, 100_000, nextafter(1.0, 0.0))
@example(0.5, 1, 5e-324)
def test_binomial_quantile_is_scipys(u, trials, probability):
    found = rules.binomial_quantile(u, trials, probability)
    assert isinstance(found, int)
    assert 0 <= found <= trials
    if trials == 0 or probability in {0.0, 1.0}:
        assert found == (trials if probability == 1.0 else 0)
        return
    assert smallest_above(lambda k: stats.binom.cdf(k, trials, probability), u, found)


@pytest.mark.parametrize("mean", [0.3, 1.0, 2.5, 7.0, 30.0])
def test_poisson_quantile_on_a_step(mean):
    """A step of the distribution function belongs to the next count."""
    for count in range(12):
        step = float(stats.poisson.cdf(count, mean))
        if step > 1.0 - 1e-9:
            break
        assert rules.poisson_quantile(step - 1e-12, mean) == count
        assert rules.poisson_quantile(step + 1e-12, mean) == count + 1
        assert rules.poisson_quantile(step, mean) in {count, count + 1}
    assert rules.poisson_quantile(0.0, mean) == 0


@pytest.mark.parametrize(("trials", "probability"), [(1, 0.5), (4, 0.5), (10, 0.25), (12, 0.9), (40, 0.03125)])
def test_binomial_quantile_on_a_step(trials, probability):
    for count in range(trials):
        step = float(stats.binom.cdf(count, trials, probability))
        if step > 1.0 - 1e-9:
            break
        if stats.binom.pmf(count, trials, probability) > 1e-9:
            assert rules.binomial_quantile(step - 1e-12, trials, probability) == count
        assert rules.binomial_quantile(step + 1e-12, trials, probability) == count + 1
    assert rules.binomial_quantile(0.0, trials, probability) == 0


def test_a_chance_exactly_met_does_not_happen():
    """An event fires when u < p: one trial at p = .5 succeeds for u ≥ .5 only, half of all draws."""
    assert [rules.binomial_quantile(u, 1, 0.5) for u in (0.0, nextafter(0.5, 0.0), 0.5, 0.9)] == [0, 0, 1, 1]
    assert rules.event_clock(0, 0.0, 0.0, 3) == 0
    assert rules.event_clock(0, nextafter(1.0, 0.0), 1.0, 3) == 3
    assert rules.event_clock(0, 0.25, 0.25, 3) == 0


@given(st.floats(0.01, 1e4), st.lists(U, min_size=2, max_size=6))
@settings(max_examples=60, deadline=None)
def test_quantiles_rise_with_the_draw(mean, us):
    counts = [rules.poisson_quantile(u, mean) for u in sorted(us)]
    assert counts == sorted(counts)
    counts = [rules.binomial_quantile(u, int(mean), 0.3) for u in sorted(us)]
    assert counts == sorted(counts)


@pytest.mark.parametrize("mean", [0.2, 5.0, 900.0])
def test_poisson_quantile_of_all_draws_has_mean_and_variance(mean):
    n = 4000
    counts = [rules.poisson_quantile((i + 0.5) / n, mean) for i in range(n)]
    assert np.mean(counts) == pytest.approx(mean, rel=2e-3)
    assert np.var(counts) == pytest.approx(mean, rel=2e-2)


# --- worlds --------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 700), min_size=1, max_size=8), st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_a_world_is_the_same_whatever_was_asked_before(asked, seed):
    worlds._sobol_block.cache_clear()
    first = [sobol_point(seed, world).tolist() for world in asked]
    worlds._sobol_block.cache_clear()
    again = {world: sobol_point(seed, world).tolist() for world in sorted(set(asked))}
    assert first == [again[world] for world in asked]


def test_worlds_are_the_prefix_of_one_sequence():
    plain = stats.qmc.Sobol(160, scramble=True, rng=np.random.default_rng(4)).random(256)
    assert RESERVED == 160
    assert [sobol_point(4, world).tolist() for world in range(256)] == plain[:, DIMENSIONS].tolist()


@pytest.mark.parametrize("seed", [1, 7])
def test_a_parameter_is_drawn_in_its_own_dimension_of_160(seed):
    plain = stats.qmc.Sobol(160, scramble=True, rng=np.random.default_rng(seed)).random(2)
    for world in range(2):
        values = values_of((), seed, world)
        for about in PARAMETERS:
            u = plain[world, REGISTERED.index(about.name)]
            assert getattr(values, about.name) == about.low + u * (about.high - about.low)


def test_the_first_draws_of_the_sequence_are_what_they_were():
    """A promise from version 0.2 on: the same seed and world give the same parameters."""
    known = {
        0: {0: 0.28616916202008724, 8: 0.010248741135001183, 19: 0.7087854016572237, 86: 0.9867325341328979},
        1: {0: 0.5529215233400464, 8: 0.5375834191218019, 19: 0.09194187819957733, 86: 0.4958744151517749},
    }
    for world, draws in known.items():
        row = sobol.points(1, 160, world, 1)[0]
        assert {dimension: row[dimension] for dimension in draws} == draws


def test_parameters_keep_their_dimensions():
    """A promise from version 0.2 on: a new parameter may only be registered at the end."""
    known = {
        "bau_business": 0,
        "gamma_size": 7,
        "x0": 12,
        "t": 27,
        "tau_V": 35,
        "h_ref": 46,
        "A": 52,
        "k0": 57,
        "WB": 63,
        "eps_s": 78,
        "iota": 80,
        "q_a": 88,
        "p_inc": 104,
        "fid": 110,
        "sp_weeks": 114,
        "debt_std": 121,
    }
    assert {name: REGISTERED.index(name) for name in known} == known


def test_every_parameter_has_a_dimension_of_its_own():
    assert len(set(REGISTERED)) == len(REGISTERED) <= RESERVED
    assert {*REGISTERED} >= {one.name for one in PARAMETERS}
    assert len(set(DIMENSIONS)) == len(PARAMETERS)
    assert [REGISTERED[place] for place in DIMENSIONS] == [one.name for one in PARAMETERS]


@pytest.mark.parametrize("place", [0, 30, len(PARAMETERS)])
def test_one_more_parameter_leaves_all_others_draws_as_they_are(place, monkeypatch):
    """Wherever it stands in the table: it is registered last, and takes a dimension that nobody had."""
    before = [asdict(values_of((), 3, world)) for world in range(70)]
    more = replace(PARAMETERS[0], name="one_more", low=0.0, high=1.0)
    listed = (*PARAMETERS[:place], more, *PARAMETERS[place:])
    registered = (*REGISTERED, more.name)
    monkeypatch.setattr(worlds, "PARAMETERS", listed)
    monkeypatch.setattr(worlds, "DIMENSIONS", tuple(registered.index(one.name) for one in listed))
    monkeypatch.setattr(worlds, "Values", dict)
    worlds._sobol_block.cache_clear()
    try:
        after = [values_of((), 3, world) for world in range(70)]
    finally:
        worlds._sobol_block.cache_clear()
    drawn = [one.pop("one_more") for one in after]
    assert after == before
    assert len(set(drawn)) == 70
    assert not {*drawn} & {*sobol.points(3, RESERVED, 0, 70)[:, : len(REGISTERED)].ravel().tolist()}


@given(st.integers(0, 2**63 - 1), st.integers(1, 256), st.integers(0, 5_000), st.integers(1, 100))
@settings(max_examples=40, deadline=None)
def test_points_are_those_of_scipy(seed, dimensions, first, count):
    judge = stats.qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
    if first:
        judge.fast_forward(first)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The balance properties", UserWarning)
        assert sobol.points(seed, dimensions, first, count).tolist() == judge.random(count).tolist()


def test_a_point_far_along_is_had_at_once():
    far = sobol.points(1, 75, 10**9, 1)
    assert far.shape == (1, 75)
    assert 0.0 <= far.min() <= far.max() < 1.0
    for wrong in ((1, 0, 0, 1), (1, 257, 0, 1), (1, 2, -1, 1), (1, 2, 2**30, 1)):
        with pytest.raises(ValueError, match="no points"):
            sobol.points(*wrong)


def test_points_are_in_range_and_even():
    points = np.array([sobol_point(1, world) for world in range(1024)])
    assert points.shape == (1024, len(PARAMETERS))
    assert points.min() >= 0.0
    assert points.max() < 1.0
    cells = np.sort(np.floor(points * 1024).astype(int), axis=0)
    assert (cells == np.arange(1024)[:, None]).all()  # one point in each 1024th: a digital net


def test_seeds_give_other_points():
    assert len({tuple(sobol_point(seed, 0).tolist()) for seed in range(20)}) == 20
    assert abs(np.corrcoef([sobol_point(s, w) for s in (1, 2) for w in range(1)])[0, 1]) < 0.6


def test_points_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        sobol_point(1, 0)[0] = 0.5


@given(st.integers(0, 300), st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_a_world_draws_within_the_ranges(world, seed):
    values = values_of((), seed, world)
    for one in PARAMETERS:
        assert one.low <= getattr(values, one.name) <= one.high


@given(st.sampled_from([one.name for one in PARAMETERS]), st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_a_fixed_parameter_changes_no_other(name, world):
    about = BY_NAME[name]
    fixed = values_of((Given(name, about.default, about.default, about.default, ""),), 1, world)
    assert getattr(fixed, name) == about.default
    assert replace(fixed, **{name: 0.0}) == replace(values_of((), 1, world), **{name: 0.0})


def test_a_range_in_the_file_is_used_by_the_same_draw():
    plain = values_of((), 1, 7)
    about = BY_NAME["t"]
    u = (plain.t - about.low) / (about.high - about.low)
    wide = values_of((Given("t", 1.0, 0.0, 2.0, ""),), 1, 7)
    assert wide.t == pytest.approx(2.0 * u)
    assert values_of((Given("t", 1.2, 0.0, 2.0, ""),), 1, 7, "defaults") == replace(Values(), t=1.2)


def test_defaults_are_the_same_in_every_world():
    assert values_of((), 1, 0, "defaults") == values_of((), 9, 77, "defaults") == Values()


def test_traits_are_drawn_around_their_parameters():
    """x0 ± .15, f0 ± .10, bau ± .05, Ω × [.6 … 1.4]: uniform, for every department apart."""
    plain, values = case().scenario("it-only"), Values()
    found = [traits_of(plain, values, 1, world) for world in range(400)]
    sales, it, chain = (
        np.array([[getattr(world[i], f.name) for f in fields(world[i])] for world in found]) for i in (1, 0, 7)
    )
    expected = {
        (1, 0): (values.x0 - 0.15, 0.30),
        (1, 1): (values.f0 - 0.10, 0.20),
        (1, 2): (values.bau_business - 0.05, 0.10),
        (1, 3): (0.6 * values.omega_business, 0.8 * values.omega_business),
        (0, 2): (values.bau_it - 0.05, 0.10),
        (0, 3): (0.6 * values.omega_it, 0.8 * values.omega_it),
    }
    for (row, column), (low, width) in expected.items():
        drawn = (it, sales)[row][:, column]
        # x0 = .75 ± .15 and f0 = .8 ± .1 stay clear of their clips at .98
        assert stats.kstest(drawn, "uniform", args=(low, width)).pvalue > SMALL / 6.0
        assert low <= drawn.min() < low + 0.05 * width
        assert low + 0.95 * width < drawn.max() <= low + width
    assert (it[:, 1] == 1.0 - values.acc).all()
    assert (sales[:, 4] == values.k0).all()
    assert set(it[:, 5]) == {5.0}
    assert set(sales[:, 5]) == {2.0}
    assert (set(sales[:, 6]), set(sales[:, 7])) == ({240.0}, {190.0})
    assert (set(it[:, 6]), set(it[:, 7])) == ({0.0}, {190.0})
    assert set(chain[:, 6]) == {120.0}
    assert chain[0, 7] == pytest.approx(190.0 * 1.3)
    others = [[one[i].conviction for one in found] for i in range(9)]
    rho = np.corrcoef(others)[np.triu_indices(9, 1)]
    assert np.abs(rho).max() < stats.norm.isf(SMALL / rho.size / 2.0) / sqrt(400)


def test_traits_are_clipped():
    plain = case().scenario("it-only")
    for world in range(30):
        high = traits_of(plain, Values(x0=0.95, f0=0.95, bau_business=0.0), 1, world)
        assert max(one.conviction for one in high) <= 0.98
        assert max(one.it_frame for one in high) <= 0.98
        assert min(one.workload for one in high) >= 0.0
        low = traits_of(plain, Values(x0=0.0, f0=0.0), 1, world)
        assert min(one.conviction for one in low) >= 0.05
        assert min(one.it_frame for one in low) >= 0.0


def test_a_surveyed_trait_replaces_the_parameter():
    said = {"value": 0.5, "plus_minus": 0.2}
    organised = organisation(1, conviction=said, workload=0.7, competing_pull=0.4, knowledge={"value": 0.3})
    drawn = [traits_of(scenario(organised), Values(), 1, world)[1] for world in range(300)]
    convictions = [one.conviction for one in drawn]
    assert stats.kstest(convictions, "uniform", args=(0.3, 0.4)).pvalue > SMALL
    assert {(one.workload, one.competing_pull, one.knowledge) for one in drawn} == {(0.7, 0.4, 0.3)}


def test_a_self_built_platform_is_larger_and_known_better():
    full, built = (traits_of(case().scenario(name), Values(), 1, 0) for name in ("full", "full-self-built"))
    for one, other in zip(full, built, strict=True):
        assert other.technical_work == pytest.approx(1.35 * one.technical_work)
        assert other.knowledge == pytest.approx(one.knowledge + 0.1)
        assert replace(other, technical_work=one.technical_work, knowledge=one.knowledge) == one


# --- how well measures are carried out -----------------------------------------------------------------


def fidelities(name="it-only", world=0, mode="ranges", seed=1):
    """How well each measure is carried out in a world, by the part of the state's name."""
    model = OrganisationModel(name, world, seed, parameters=mode, collect=False)
    return {part: getattr(model, f"{part}_fidelity") for part in CARRIED_OUT}


def test_how_well_a_measure_is_carried_out_is_uniform_from_fid_to_one():
    found = np.array([list(fidelities(world=world, mode="defaults").values()) for world in range(400)])
    low = Values().fid
    for column in found.T:
        assert stats.kstest(column, "uniform", args=(low, 1.0 - low)).pvalue > SMALL / len(CARRIED_OUT)
    spread = (1.0 - low) / sqrt(12.0 * found.size)
    assert abs(found.mean() - (1.0 - (1.0 - low) / 2.0)) < stats.norm.isf(SMALL / 2.0) * spread
    rho = np.corrcoef(found.T)[np.triu_indices(len(CARRIED_OUT), 1)]
    assert np.abs(rho).max() < stats.norm.isf(SMALL / rho.size / 2.0) / sqrt(len(found))


@pytest.mark.parametrize("mode", ["ranges", "defaults"])
def test_how_well_a_measure_is_carried_out_is_the_same_in_all_scenarios(mode):
    for world in range(3):
        first = fidelities(world=world, mode=mode)
        assert all(fidelities(name, world, mode) == first for name in case().names)
        fid = values_of((), 1, world, mode).fid
        for part, name in CARRIED_OUT.items():
            drawn = randomness.draw_of_measure(1, world, name)
            assert first[part] == pytest.approx(1.0 - (1.0 - fid) * drawn, rel=1e-15)
    assert fidelities(world=0, mode=mode) != fidelities(world=1, mode=mode) != fidelities(world=1, mode=mode, seed=2)


def test_a_department_of_the_same_name_as_a_measure_has_draws_of_its_own():
    for name in CARRIED_OUT.values():
        of_department = randomness.draw(1, 0, "fidelity", name, 0)
        assert randomness.draw_of_measure(1, 0, name) != of_department
        assert randomness.measure_key(name) != randomness.name_key(name)


def test_those_that_are_carried_out_in_full_have_no_draw():
    in_full = {"platform", "wait_for_capacity", "persuasion", "push_go_live", "retire_old_way", "pledge_hours"}
    assert set(MEASURES) - set(CARRIED_OUT.values()) == in_full


# --- traits of others ----------------------------------------------------------------------------------


def test_another_department_changes_nobodys_traits():
    small, large = organisation(2), organisation(2, chain=1)
    assert Department(name="C0", kind="chain", capacity=100.0) in large.departments
    ours, theirs = (traits_of(scenario(one), Values(), 1, 3) for one in (small, large))
    assert theirs[:3] == ours
