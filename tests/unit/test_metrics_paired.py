"""Intervals of what is lost: published examples, an independent solution, and coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar

from harness.metrics.detection import Trials, area
from harness.metrics.paired import Z_95, accuracy_lost, area_lost, tango_interval


@st.composite
def tables(draw):
    n = draw(st.integers(1, 400))
    b = draw(st.integers(0, n))
    return b, draw(st.integers(0, n - b)), n


def test_the_example_of_tangos_paper():
    # Section 6.2: 32 pairs, of which 9 and 3 are discordant.
    assert tango_interval(9, 3, 32) == pytest.approx((-0.027, 0.390), abs=5e-4)


def statistic(b: int, c: int, n: int, difference: float) -> float:
    """The score statistic with the likelihood maximized numerically, not by the closed form."""

    def minus_log_likelihood(q: float) -> float:
        cells = ((b, q + difference), (c, q), (n - b - c, 1 - 2 * q - difference))
        return -sum(count * np.log(share) for count, share in cells if count)

    low, high = max(0.0, -difference), (1 - difference) / 2
    margin = 1e-13
    found = minimize_scalar(
        minus_log_likelihood,
        bounds=(low + margin, high - margin),
        method="bounded",
        options={"xatol": 1e-13},
    )
    variance = n * (2 * found.x + difference * (1 - difference))
    return (b - c - n * difference) / np.sqrt(variance)


@pytest.mark.parametrize(
    ("b", "c", "n"), [(9, 3, 32), (1, 1, 10), (5, 1, 100), (40, 20, 160), (2, 30, 60), (7, 0, 24)]
)
def test_the_ends_solve_the_score_equation(b, c, n):
    low, high = tango_interval(b, c, n)
    middle = (b - c) / n
    by_search = [
        brentq(lambda d: statistic(b, c, n, d) - Z_95, -1 + 1e-6, middle - 1e-9),
        brentq(lambda d: statistic(b, c, n, d) + Z_95, middle + 1e-9, 1 - 1e-6),
    ]
    assert (low, high) == pytest.approx(by_search, abs=1e-5)


@pytest.mark.parametrize("n", [1, 24, 100, 10_000])
def test_without_discordant_pairs_the_interval_is_that_of_no_event_in_n(n):
    # The equation becomes n D^2 = z^2 D (1 - D).
    end = Z_95**2 / (n + Z_95**2)
    assert tango_interval(0, 0, n) == pytest.approx((-end, end))


@given(tables())
def test_the_interval_holds_the_estimate_has_width_and_stays_within_all_there_is(table):
    b, c, n = table
    low, high = tango_interval(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert high - low > 0.5 / (n + 4)


@given(tables())
def test_the_mirrored_table_has_the_mirrored_interval(table):
    b, c, n = table
    low, high = tango_interval(b, c, n)
    assert tango_interval(c, b, n) == pytest.approx((-high, -low))


@given(tables())
def test_more_samples_of_the_same_kind_narrow_the_interval(table):
    b, c, n = table
    ends, more = tango_interval(b, c, n), tango_interval(4 * b, 4 * c, 4 * n)
    assert more[1] - more[0] < ends[1] - ends[0]


@pytest.mark.parametrize(("p_worse", "p_better"), [(0.02, 0.02), (0.1, 0.03), (0.3, 0.0)])
def test_the_interval_covers_the_truth_about_as_often_as_it_says(p_worse, p_better):
    generator = np.random.default_rng(8)
    rest = 1 - p_worse - p_better
    draws = generator.multinomial(100, [p_worse, p_better, rest], size=1500)
    ends = np.array([tango_interval(int(b), int(c), 100) for b, c, _ in draws])
    truth = p_worse - p_better
    covered = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()
    assert 0.93 <= covered <= 0.98


def test_accuracy_lost_is_in_points_and_positive_is_worse():
    before = np.array([True, True, True, False] * 5)
    after = np.array([True, False, True, True] * 5)
    same = accuracy_lost(before, after)
    assert (same.points, same.low) == (0.0, -same.high)
    worse = accuracy_lost(before, np.zeros(20, bool))
    assert worse.points == pytest.approx(75.0)
    assert worse.low > 0


# The bootstrap.


def noisy(seed: int, count: int, noise: float) -> tuple[Trials, Trials]:
    generator = np.random.default_rng(seed)
    positive = np.arange(count) % 2 == 0
    scores = positive + generator.normal(0, 0.8, count)
    return Trials(scores, positive), Trials(scores + generator.normal(0, noise, count), positive)


def test_the_area_lost_is_the_difference_within_its_interval():
    before, after = noisy(1, 80, noise=1.0)
    found = area_lost(before, after)
    assert found.points == pytest.approx(100 * (area(before) - area(after)))
    assert found.low < found.points < found.high
    assert found == area_lost(before, after)


def test_the_bootstrap_is_that_of_single_draws():
    # An independent, slow bootstrap agrees to the noise of 2,000 draws.
    before, after = noisy(2, 60, noise=0.7)
    generator = np.random.default_rng(3)
    kinds = [np.flatnonzero(before.positive), np.flatnonzero(~before.positive)]
    differences = []
    for _ in range(300):
        drawn = np.concatenate([generator.choice(kind, len(kind)) for kind in kinds])
        both = [Trials(one.scores[drawn], one.positive[drawn]) for one in (before, after)]
        differences.append(100 * (area(both[0]) - area(both[1])))
    found = area_lost(before, after)
    spread = found.high - found.low
    assert (found.low, found.high) == pytest.approx(
        tuple(np.quantile(differences, [0.025, 0.975])), abs=0.2 * spread
    )


def test_the_bootstrap_covers_the_truth_about_as_often_as_it_says():
    truth = 100 * (area(noisy(0, 40_000, 0.6)[0]) - area(noisy(0, 40_000, 0.6)[1]))
    found = [area_lost(*noisy(seed, 60, 0.6)) for seed in range(10, 70)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert covered >= 0.88


def test_more_recordings_narrow_the_bootstraps_interval():
    few, many = (area_lost(*noisy(5, count, 0.6)) for count in (40, 640))
    assert many.high - many.low < few.high - few.low


def test_the_same_scores_lose_nothing():
    before, _ = noisy(6, 30, 1.0)
    found = area_lost(before, before)
    assert (found.points, found.low, found.high) == (0, 0, 0)


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=2, max_size=40))
def test_scores_that_are_not_finite_never_break_the_bootstrap(broken):
    positive = np.arange(len(broken)) % 2 == 0
    before = Trials(positive.astype(float), positive)
    after = Trials(np.where(broken, np.where(positive, -np.inf, np.inf), before.scores), positive)
    found = area_lost(before, after)
    assert 0 <= found.low <= found.points + 1e-9
    assert found.points <= found.high + 1e-9 <= 100 + 1e-8
