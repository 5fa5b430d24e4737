"""The stopwatch of the benchmarks, with a clock that only the things timed move on."""

import pytest

from tests.benchmarks import side_by_side
from tests.benchmarks.forms import Form
from tests.benchmarks.side_by_side import Effort, fastest, finalists, heats, race, ratio
from tests.benchmarks.tables import Table

EFFORT = Effort(rounds=4, pictures=8, clock="told")


@pytest.fixture
def form(monkeypatch):
    """Makes a form of which a turn takes so many seconds."""
    now = [0.0]
    monkeypatch.setitem(side_by_side.CLOCKS, "told", lambda: now[0])

    def make(library, how, seconds, pictures=1):
        def work(n):
            now[0] += seconds * (1 + n % 2)

        return Form(library, how, work, pictures)

    return make


def test_ratios_are_of_the_same_round_and_the_same_draws(form):
    ours, theirs = form("augkit", "fast", 1.0), form("kornia", "", 3.0)
    times = race([ours, theirs], EFFORT)
    found = ratio(times[ours], times[theirs])
    assert (found.low, found.median, found.high) == pytest.approx((3.0, 3.0, 3.0))
    assert len(times[ours]) == EFFORT.rounds


def test_a_slow_round_moves_the_quartiles_but_not_the_median():
    found = ratio([1.0, 1.0, 1.0, 1.0, 5.0], [2.0] * 5)
    assert found.median == 2.0 and found.low <= found.median <= found.high and ratio([5.0], [2.0]).median == 0.4


def test_a_batch_counts_as_its_pictures(form):
    batch = form("kornia", "batch", 8.0, pictures=8)
    assert heats([batch], EFFORT)[batch] == pytest.approx(8.0 / 8, rel=0.5)


def test_each_library_and_each_plan_sends_its_best(form):
    slow, near, best = form("peer", "slow", 2.0), form("peer", "near", 1.05), form("peer", "best", 1.0)
    exact, fast = form("augkit", "exact, pillow", 3.0), form("augkit", "fast, pillow", 1.0)
    chosen = finalists(heats([slow, near, best, exact, fast], EFFORT))
    assert chosen == [near, best, exact, fast]
    times = race(chosen, EFFORT)
    assert fastest(times, "peer") is best and fastest(times, "augkit exact") is exact
    assert fastest(times, "nobody") is None


def test_tables():
    table = Table("Times", ["who", "µs"], [["augkit", "1"], ["others", "1,000"]])
    assert table.text().splitlines() == ["", "Times", "who     µs", "augkit  1", "others  1,000"]
    assert "| augkit | 1 |" in table.markdown().splitlines()
