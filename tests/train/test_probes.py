"""Probes and LogME against scikit-learn, their definitions, and features that are known to be good or bad."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import multivariate_normal
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from augkit.train.evidence import evenly, evidence_of
from augkit.train.probes import PENALTIES, Ridge, fitted, folds_of, hits, logme, predicted


def blobs(apart: float, count: int = 90, width: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Three classes in noise, ``apart`` standard deviations from each other in three of the columns."""
    rng, labels = np.random.default_rng(seed), np.arange(count) % 3
    rows = rng.normal(size=(count, width))
    rows[np.arange(count), labels] += apart
    return rows, labels


@pytest.mark.parametrize("width", [5, 200])
def test_the_probe_is_the_ridge_classifier_of_scikit_learn(width: int) -> None:
    rows, labels = blobs(1.5, width=width)
    known, asked = rows[:60], rows[60:]
    scale = StandardScaler().fit(known)
    oracle = RidgeClassifierCV(alphas=PENALTIES).fit(scale.transform(known), labels[:60])
    assert (predicted(known, labels[:60], asked) == oracle.predict(scale.transform(asked))).mean() > 0.95


def test_what_is_told_of_left_out_samples_is_what_the_others_tell() -> None:
    """The closed form against fitting again without each sample, in the scale of all."""
    rows, labels = blobs(1.0, count=30, width=12)
    ridge = Ridge.of(rows, labels, 3)
    scaled = (rows - ridge.mean) / ridge.spread
    for row in range(30):
        rest = np.arange(30) != row
        oracle = RidgeCV(alphas=[ridge.penalty]).fit(scaled[rest], ridge.y[rest])
        assert oracle.predict(scaled[row : row + 1])[0] == pytest.approx(ridge.left_out()[row], abs=1e-9)


def test_the_head_that_begins_is_as_sure_as_it_is_right() -> None:
    known, asked = blobs(3.0, count=60, width=200), blobs(3.0, count=600, width=200, seed=1)
    weights, biases = fitted(*known, classes=3)
    odds = softmax(asked[0] @ weights.T + biases, axis=1)
    right = (odds.argmax(1) == asked[1]).mean()
    assert right > 0.5 and abs(odds.max(1).mean() - right) < 0.1
    assert log_loss(asked[1], odds) < 0.95 * np.log(3)


def test_every_sample_is_held_out_once_and_classes_are_dealt_evenly() -> None:
    _, labels = blobs(1.0)
    folds = folds_of(labels.tolist(), 5, list(range(90)))
    assert all(np.bincount(folds[labels == label]).tolist() == [6] * 5 for label in range(3))


def test_features_that_know_nothing_are_right_by_chance() -> None:
    rows, labels = blobs(0.0, count=300)
    right = hits(rows, labels, folds_of(labels.tolist(), 5, list(range(300)))).mean()
    assert abs(right - 1 / 3) < 0.12


def test_features_that_know_all_are_always_right() -> None:
    rows, labels = blobs(20.0)
    assert hits(rows, labels, folds_of(labels.tolist(), 5, list(range(90)))).all()


def test_logme_is_the_evidence_of_bayesian_linear_regression_at_its_maximum() -> None:
    """The marginal of y is normal with covariance XXᵀ / alpha + 1 / beta: no pair of a grid explains y better."""
    rows, labels = blobs(1.0, count=45, width=8)
    x = rows - rows.mean(0)
    alphas, betas = np.meshgrid(np.logspace(-1, 4, 80), np.logspace(-1, 2, 80))
    best = []
    for label in range(3):
        y = (labels == label) - (labels == label).mean()
        values, vectors = np.linalg.eigh(x @ x.T)
        variances = values.clip(0) / alphas[..., None] + 1 / betas[..., None]
        spans = -0.5 * (np.log(2 * np.pi * variances) + (vectors.T @ y) ** 2 / variances).sum(-1) / 45
        peak = np.unravel_index(spans.argmax(), spans.shape)
        covariance = x @ x.T / alphas[peak] + np.eye(45) / betas[peak]
        assert multivariate_normal(np.zeros(45), covariance).logpdf(y) / 45 == pytest.approx(spans[peak])
        best.append(spans[peak])
    assert logme(rows, labels, rounds=200) == pytest.approx(np.mean(best), abs=2e-3)


def test_logme_prefers_features_that_know_more() -> None:
    assert logme(*blobs(0.0)) < logme(*blobs(1.0)) < logme(*blobs(4.0))


def test_the_stage_that_knows_most_is_found_twice_alike() -> None:
    labels = blobs(0.0)[1]
    stages = [blobs(apart)[0].astype(np.float32) for apart in (0.3, 3.0, 1.0)]
    first, again = (evidence_of(stages, labels, ["a", "b", "c"], 30.0, seed=4) for _ in range(2))
    assert first == again and first.best == 2
    assert first.stages[2].behind == 0 and first.stages[1].behind < -2 * first.stages[1].spread < 0


def test_so_many_samples_are_drawn_as_evenly_as_there_are() -> None:
    labels = [0] * 100 + [1] * 7 + [2] * 50
    rows = evenly(labels, 40, seed=1)
    counts = np.bincount([labels[row] for row in rows]).tolist()
    assert sorted(counts) == [7, 16, 17] and counts[1] == 7 and rows == sorted(set(rows))
    assert evenly(labels, 40, seed=1) == rows != evenly(labels, 40, seed=2)
    assert evenly(labels, 1000, seed=1) == list(range(157))
