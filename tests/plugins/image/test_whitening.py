"""PCA and whitening against scikit-learn and the definitions, and what cannot be measured or met."""

import json
import pickle

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from augkit import CompileError, FieldError, Pipeline, steps
from augkit.errors import DataError, ReplayError
from augkit.recipe.resolved import as_written
from augkit.vocab.space import Image, ImageTensor
from augkit_image import basis
from augkit_image.basis import Basis, measure

DIGITS = np.rint(load_digits().images[:, :, :, None] * (255 / 16)).astype(np.uint8)
FLAT = DIGITS.reshape(len(DIGITS), -1) / 255


def fitted(step, pictures=DIGITS):
    return step.transform.fit_to(Image(picture) for picture in pictures)


def changed(step, pictures):
    return np.stack([step.apply_image(Image(p), step.draw(None, {})).values for p in pictures])


def test_components_are_scikit_learns():
    step, oracle = fitted(steps.pca(components=20, fit=True)), PCA(20, svd_solver="full").fit(FLAT)
    assert np.allclose(np.abs(np.sum(step.basis.components * oracle.components_, axis=1)), 1, atol=1e-5)
    assert np.allclose(step.basis.spread**2, oracle.explained_variance_ * (1 - 1 / len(FLAT)), rtol=1e-5)
    assert np.allclose(step.basis.mean, FLAT.mean(axis=0), atol=1e-6)
    assert (step.basis.components.max(axis=1) >= -step.basis.components.min(axis=1)).all()
    scores = changed(step, DIGITS)
    assert scores.shape == (len(DIGITS), 20, 1, 1) and scores.dtype == np.float32
    assert np.allclose(np.abs(scores.reshape(-1, 20)), np.abs(oracle.transform(FLAT)), atol=1e-4)
    covariance = np.cov(scores.reshape(-1, 20).T, bias=True)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 1e-5


def test_as_an_image_it_is_the_nearest_with_these_components():
    step = fitted(steps.pca(components=20, output="image", fit=True))
    oracle = PCA(20, svd_solver="full").fit(FLAT)
    expected = oracle.inverse_transform(oracle.transform(FLAT)).reshape(-1, 1, 8, 8)
    assert np.allclose(changed(step, DIGITS), expected, atol=1e-4)
    whole = fitted(steps.pca(components=int(np.linalg.matrix_rank(FLAT - FLAT.mean(axis=0))), output="image", fit=True))
    assert np.allclose(changed(whole, DIGITS).reshape(FLAT.shape), FLAT, atol=1e-5)


@pytest.mark.parametrize("components", [None, 30])
def test_whitened_training_images_have_the_identity_as_covariance(components):
    given = {} if components is None else {"components": components}
    step = fitted(steps.whiten(fit=True, epsilon=1e-9, **given))
    white = changed(step, DIGITS).reshape(len(DIGITS), -1)
    within = step.basis.components.astype(np.float64)
    assert len(within) == (components or 61) and step.basis.shape == (1, 8, 8)
    assert np.abs(within @ np.cov(white.T, bias=True) @ within.T - np.eye(len(within))).max() < 1e-3
    assert np.abs(white.mean(axis=0)).max() < 1e-4


def test_whitening_is_symmetric_so_that_images_keep_their_place():
    """ZCA: C^(-1/2), which is symmetric; of all whitenings it moves images least."""
    step = fitted(steps.whiten(fit=True, epsilon=0.01))
    values, vectors = np.linalg.eigh(np.cov(FLAT.T, bias=True))
    expected = (FLAT - FLAT.mean(axis=0)) @ vectors @ np.diag(1 / np.sqrt(values + 0.01)) @ vectors.T
    assert np.abs(changed(step, DIGITS).reshape(FLAT.shape) - expected).max() < 1e-3
    assert np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(expected, FLAT, strict=True)]) > 0.5


def test_a_higher_epsilon_is_smoother():
    rough, smooth = (changed(fitted(steps.whiten(fit=True, epsilon=e)), DIGITS[:50]) for e in (1e-6, 0.1))
    assert smooth.std() < 0.7 * rough.std()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_levels_floats_and_tensors_are_measured_alike(channels):
    rng = np.random.default_rng(1)
    levels = [rng.integers(0, 256, (4, 3, channels), dtype=np.uint8) for _ in range(300)]
    floats = [picture / np.float32(255) for picture in levels]
    tensors = [ImageTensor(np.ascontiguousarray(np.moveaxis(picture, 2, 0))) for picture in floats]
    step = steps.whiten(fit=True).transform
    made = [step.fit_to(map(Image, levels)), step.fit_to(map(Image, floats)), step.fit_to(tensors)]
    assert made[0].basis.shape == (channels, 4, 3)
    for other in made[1:]:
        assert np.allclose(other.basis.spread, made[0].basis.spread, atol=1e-6)
    image, tensor = made[0].apply_image(Image(levels[0]), made[0].draw(None, {})), tensors[0]
    assert np.allclose(made[0].apply_image_tensor(tensor, made[0].draw(None, {})).values, image.values, atol=1e-4)


def test_another_order_and_other_chunks_change_the_last_digits_at_most(monkeypatch):
    first = measure((np.moveaxis(p, 2, 0) / np.float32(255) for p in DIGITS), 30)
    monkeypatch.setattr(basis, "_AT_ONCE", 7)
    other = measure((np.moveaxis(p, 2, 0) / np.float32(255) for p in DIGITS[::-1]), 30)
    assert np.allclose(first.spread, other.spread, rtol=1e-6)
    assert np.allclose(first.components, other.components, atol=1e-5)


def test_a_basis_reads_back_from_plain_numbers_and_pickles():
    step = fitted(steps.pca(components=3, fit=True))
    plain = json.loads(json.dumps(as_written(step.basis)))
    assert type(step)(components=3, basis=plain) == step and pickle.loads(pickle.dumps(step)) == step
    assert hash(Basis(plain)) == hash(step.basis) and len(repr(step)) < 200
    assert Basis({**plain, "mean": [0.0] * 64}) != step.basis


def test_a_trace_of_other_components_is_not_replayed():
    one, other = (fitted(steps.whiten(fit=True, components=c)) for c in (3, 4))
    image = {"image": DIGITS[0]}
    pipelines = [Pipeline([steps.whiten(basis=as_written(s.basis))], {"image": "image"}) for s in (one, other)]
    out, trace = pipelines[0].traced(key="a", **image)
    assert np.array_equal(pipelines[0].replay(trace, **image)["image"], out["image"])
    with pytest.raises(ReplayError, match=f"components {one.basis.digest}; these are {other.basis.digest}"):
        pipelines[1].replay(trace, **image)


def test_coefficients_leave_no_mask_behind_and_images_do_not_mind_one():
    basis_of = as_written(fitted(steps.pca(components=2, fit=True)).basis)
    spec, mask = {"image": "image", "mask": "mask"}, np.zeros((8, 8), np.uint8)
    with pytest.raises(CompileError, match=r"image/pca: moves space, but a target of kind 'mask'"):
        Pipeline([steps.pca(components=2, basis=basis_of)], spec)
    beside = Pipeline([steps.pca(components=2, basis=basis_of, output="image")], spec)
    kept = beside(key="a", image=DIGITS[0], mask=mask)
    assert kept["mask"] is mask and kept["image"].shape == (1, 8, 8)


def test_what_cannot_be_is_told():
    with pytest.raises(FieldError, match="either `fit: true` or a basis"):
        steps.whiten()
    with pytest.raises(FieldError, match="expected shape, mean, components and spread"):
        steps.whiten(basis={"mean": [0.0]})
    good = {"shape": [1, 1, 2], "mean": [0, 0], "components": [[1, 0]], "spread": [1]}
    with pytest.raises(FieldError, match="do not fit"):
        steps.whiten(basis={**good, "components": [[1, 0, 0]]})
    with pytest.raises(FieldError, match="lists of numbers"):
        steps.whiten(basis={**good, "mean": "abc"})
    with pytest.raises(FieldError, match="components: 2, but the basis has 1"):
        steps.pca(components=2, basis=good)
    with pytest.raises(DataError, match="image/whiten: `fit: true` has not been measured yet"):
        Pipeline([steps.whiten(fit=True)], {"image": "image"})(key="a", image=DIGITS[0])
    with pytest.raises(DataError, match=r"measured on pictures of 1 × 2 px, 1 channel, met one of 8 × 8 px, 1 channel"):
        Pipeline([steps.whiten(basis=good)], {"image": "image"})(key="a", image=DIGITS[0])


def test_what_cannot_be_measured_says_why():
    unfitted = steps.whiten(fit=True)
    for pictures, complaint in (
        ([], "no picture to measure"),
        ([np.zeros((2, 2, 3), np.uint8)] * 3, "vary in 0 directions"),
        (
            [np.zeros((2, 2, c), np.uint8) for c in (3, 1)],
            "3 channels and of 2 × 2 px, 1 channel cannot be measured",
        ),
        ([np.zeros((64, 65, 1), np.uint8)], "64 × 65 px, 1 channel has 4,160 numbers.*at most 4,096.*`resize`"),
    ):
        with pytest.raises(DataError, match=complaint):
            fitted(unfitted, pictures)
    with pytest.raises(DataError, match=r"10 pictures of .* vary in 9 directions; components: at most 9"):
        fitted(steps.pca(components=10, fit=True), DIGITS[:10])
