"""Beta and Dirichlet draws: golden values, and distributions whose closed forms are known."""

import math
import statistics

import hypothesis.strategies as st
import pytest
from hypothesis import given

from augkit.rng import _sum, stream

COUNT = 4000
CLOSED = {
    (1, 1): lambda x: x,
    (2, 1): lambda x: x * x,
    (1, 3): lambda x: 1 - (1 - x) ** 3,
    (0.5, 0.5): lambda x: 2 / math.pi * math.asin(math.sqrt(x)),
    (0.2, 1): lambda x: x**0.2,
}


def test_golden_mixes():
    rng = stream(1, 2, "k", 3, 4, "mix")
    assert [rng.beta(1, 1).hex(), rng.beta(0.2, 0.4).hex(), rng.beta(7, 2.5).hex()] == [
        "0x1.d0a69882413f0p-1",
        "0x1.a91459428e6a7p-3",
        "0x1.8e964c3c06b12p-1",
    ]
    assert [part.hex() for part in rng.dirichlet([1.0, 0.3, 4])] == [
        "0x1.abd6f76bbde92p-4",
        "0x1.d16a18c0f8aedp-4",
        "0x1.9057ddfa692d1p-1",
    ]


@pytest.mark.parametrize("shape", CLOSED)
def test_beta_has_its_distribution(shape):
    rng = stream(0, 0, f"beta {shape}")
    drawn = sorted(rng.beta(*shape) for _ in range(COUNT))
    off = [abs(CLOSED[shape](x) - (place + 0.5) / COUNT) for place, x in enumerate(drawn)]
    assert max(off) < 1.95 / math.sqrt(COUNT)  # Kolmogorov and Smirnov: 99.9 % of true ones lie below


def test_dirichlet_has_its_moments():
    alphas = [0.5, 2.0, 3.5]
    rng = stream(0, 0, "dirichlet")
    drawn = [rng.dirichlet(alphas) for _ in range(COUNT)]
    total = sum(alphas)
    for alpha, column in zip(alphas, zip(*drawn, strict=True), strict=True):
        mean = alpha / total
        variance = mean * (1 - mean) / (total + 1)
        assert abs(statistics.fmean(column) - mean) < 4 * math.sqrt(variance / COUNT)
        assert statistics.pvariance(column) == pytest.approx(variance, rel=0.1)
    first, second = statistics.covariance(*list(zip(*drawn, strict=True))[:2]), -0.5 * 2 / total**2 / (total + 1)
    assert first == pytest.approx(second, rel=0.3)


@given(st.lists(st.floats(1e-4, 1e4), min_size=1, max_size=5), st.integers(0, 99))
def test_parts_are_shares_of_one(alphas, key):
    parts = stream(0, 0, str(key)).dirichlet(alphas)
    assert all(0 <= part <= 1 for part in parts)
    assert math.isclose(math.fsum(parts), 1, rel_tol=1e-12)


def test_tiny_parameters_give_all_or_nothing_and_no_division_by_zero():
    rng = stream(0, 0, "tiny")
    assert {round(rng.beta(1e-7, 1e-7), 9) for _ in range(50)} == {0.0, 1.0}


def test_weights_are_added_up_alike_on_every_python():
    # One after the other, 0.1 ten times is 0.9999999999999999; Python's own sum is 1.0 since 3.12.
    assert _sum([0.1] * 10) == 0.9999999999999999
