"""Paired differences: the interval, and the sentence that it allows."""

from __future__ import annotations

import numpy as np
import pytest

from augkit.proof.paired import Paired


def test_the_interval_is_students() -> None:
    """The sleep data of Student (1908), as scipy and R give it: mean 1.58, 0.7001 to 2.4599."""
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    pair = Paired(tuple(b - a for a, b in zip(first, second, strict=True)))
    assert pair.mean == pytest.approx(1.58)
    assert pair.interval == pytest.approx((0.7001142, 2.4598858))


def test_one_pair_proves_nothing() -> None:
    assert Paired((0.3,)).interval is None
    assert "One seed is not proof" in Paired((0.3,)).verdict("a", "b")


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ((0.01, -0.01, 0.0), "No difference found"),
        ((0.05, -0.01, 0.09), "No difference found"),
        ((0.05, 0.06, 0.055), "with is better than without"),
        ((-0.05, -0.06, -0.055), "with is worse than without"),
    ],
)
def test_the_verdict_says_what_the_interval_allows(differences: tuple[float, ...], words: str) -> None:
    verdict = Paired(differences).verdict("with", "without")
    assert words in verdict and "3 paired seeds" in verdict


def test_equal_differences_have_no_spread_to_judge_by() -> None:
    pair = Paired((0.25, 0.25))
    assert pair.interval is None and pair.sign == 0
    assert "No difference found" in pair.verdict("a", "b")
    assert Paired((0.0, 0.0)).interval == (0.0, 0.0) and Paired((0.0, 0.0)).sign == 0


def test_several_intervals_hold_together() -> None:
    """Bonferroni: of 8 intervals of pure noise, one or more leaves 0 out in at most 5 % of 2,000 tables."""
    noise = np.random.default_rng(0).normal(size=(2000, 8, 4))
    wrong = sum(any(Paired(tuple(row), among=8).sign for row in table) for table in noise.tolist())
    alone = sum(any(Paired(tuple(row)).sign for row in table) for table in noise.tolist())
    assert wrong / 2000 < 0.065
    assert alone / 2000 > 0.2, "uncorrected, one in four tables would tell of a difference"


def test_the_turned_pair_is_the_other_arm_against_this_one() -> None:
    pair = Paired((0.1, 0.2, 0.4), among=3)
    turned = pair.turned()
    assert pair.interval is not None
    assert turned.mean == -pair.mean and turned.interval == pytest.approx((-pair.interval[1], -pair.interval[0]))
