"""Tone steps against Pillow, torchvision, OpenCV and SciPy; alpha, grays and floats; tables that can be fused."""

import cv2
import numpy as np
import pytest
import torch
from PIL import Image as Pillow
from PIL import ImageOps
from scipy.interpolate import PchipInterpolator
from torchvision.transforms.v2 import functional as oracle

from augkit import FieldError, Pipeline, steps
from augkit.errors import DataError
from augkit.transform import kernel_for
from augkit.vocab.space import Image
from augkit_image import tone
from augkit_image.pca_color import IMAGENET_COMPONENTS, IMAGENET_SPREAD, ColorShift
from augkit_image.tone_steps import Bent, Equalized, Inverted, LocallyEqualized, Posterized, Solarized, Stretched, table

RNG = np.random.default_rng(11)
BENT = Bent((-0.1, 0.2, 0.0), (0.1, -0.2, 0.05))
POINTWISE = [Posterized(3), Solarized(0.4), Inverted(), Bent((-0.1,), (0.1,)), BENT, ColorShift((0.1, -0.2, 0.05))]
ALL = [*POINTWISE, Equalized(), Stretched(0.02), LocallyEqualized(3.0, 4)]


def photo(channels=3, dtype=np.uint8, height=61, width=83):
    """Smooth, within a part of the range, so that there is something to stretch."""
    y, x = np.mgrid[:height, :width]
    planes = [90 + 40 * np.sin(x / (9 + k)) * np.cos(y / (7 + 2 * k)) for k in range(channels)]
    levels = (
        np.stack(planes, axis=2) + np.random.default_rng(channels).normal(0, 4, (height, width, channels))
    ).astype(np.uint8)
    return levels if dtype == np.uint8 else (levels / np.float32(255)).astype(np.float32)


def changed(params, pixels):
    return kernel_for(type(params), Image)(Image(pixels), params).pixels


def named(params):
    return type(params).__name__


def tensor(pixels):
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("params", ALL, ids=named)
def test_shape_type_range_alpha_and_input_stay(params, channels, dtype):
    for pixels in (photo(channels, dtype), photo(channels, dtype)[::-1, ::-1], photo(channels, dtype, 1, 1)):
        before = pixels.copy()
        pixels.flags.writeable = False
        after = changed(params, pixels)
        assert (after.shape, after.dtype) == (pixels.shape, dtype)
        assert after.min() >= 0 and after.max() <= (255 if dtype == np.uint8 else 1)
        assert np.array_equal(pixels, before)
        if channels in (2, 4):
            assert np.array_equal(after[:, :, -1], pixels[:, :, -1])
    pixels = photo(channels, dtype)
    assert np.array_equal(changed(params, pixels), pixels) == (isinstance(params, ColorShift) and channels < 3)


@pytest.mark.parametrize("params", ALL, ids=named)
def test_floats_change_as_levels_do(params):
    levels = photo()
    floats = changed(params, (levels / np.float32(255)).astype(np.float32))
    far = np.abs(floats * 255 - changed(params, levels))
    assert far.max() <= (1.01 if isinstance(params, LocallyEqualized) else 0.51)


@pytest.mark.parametrize("params", POINTWISE, ids=named)
def test_a_table_says_all_there_is_to_say_of_uint8(params):
    levels, pixels = table(params), photo()
    assert levels.dtype == np.uint8 and levels.shape in ((256,), (256, 3))
    columns = np.broadcast_to(levels.reshape(256, -1), (256, 3))
    expected = np.stack([columns[pixels[:, :, c], c] for c in range(3)], axis=2)
    assert np.array_equal(changed(params, pixels), expected)


@pytest.mark.parametrize("params", [Posterized(8), Solarized(1.0), Bent((0.0,), (0.0,)), ColorShift((0.0, 0.0, 0.0))])
def test_neutral_params_give_the_image_back(params):
    for dtype in (np.uint8, np.float32):
        image = Image(photo(dtype=dtype))
        assert kernel_for(type(params), Image)(image, params) is image
    assert np.array_equal(table(params).reshape(256, -1)[:, 0], np.arange(256))


@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize_is_pillows_and_torchvisions(bits):
    pixels = RNG.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    after = changed(Posterized(bits), pixels)
    assert np.array_equal(after, np.asarray(ImageOps.posterize(Pillow.fromarray(pixels), bits)))
    assert np.array_equal(after, oracle.posterize(tensor(pixels), bits).permute(1, 2, 0).numpy())


@pytest.mark.parametrize("level", [1, 77, 128, 254])
def test_solarize_and_invert_are_pillows(level):
    pixels = RNG.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    expected = ImageOps.solarize(Pillow.fromarray(pixels), level)
    assert np.array_equal(changed(Solarized((level - 0.5) / 255), pixels), np.asarray(expected))
    assert np.array_equal(changed(Inverted(), pixels), np.asarray(ImageOps.invert(Pillow.fromarray(pixels))))


@pytest.mark.parametrize("pixels", [photo(), photo(1), photo(height=9, width=20), np.full((30, 40, 3), 7, np.uint8)])
def test_equalize_is_pillows_and_torchvisions(pixels):
    after = changed(Equalized(), pixels)
    expected = ImageOps.equalize(Pillow.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))
    assert np.array_equal(after, np.asarray(expected).reshape(pixels.shape))
    assert np.array_equal(after, oracle.equalize(tensor(pixels)).permute(1, 2, 0).numpy())


@pytest.mark.parametrize("percent", [0, 2])
def test_auto_contrast_is_pillows_but_for_rounding(percent):
    pixels = photo()
    after = changed(Stretched(percent / 100), pixels).astype(int)
    expected = np.asarray(ImageOps.autocontrast(Pillow.fromarray(pixels), cutoff=percent))
    assert np.abs(after - expected).max() <= 1
    assert after.min() == 0 and after.max() == 255
    floats = (pixels / np.float32(255)).astype(np.float32)
    expected = oracle.autocontrast(tensor(floats)).permute(1, 2, 0).numpy()
    assert np.allclose(changed(Stretched(0), floats), expected, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("cutoff", [0, 0.013, 0.2, 0.49])
def test_the_ends_are_those_of_the_sorted_pixels(cutoff, dtype):
    pixels = photo(3, dtype, 31, 17)
    ranked = np.sort(pixels.reshape(-1, 3), axis=0)
    cut = int(cutoff * len(ranked))
    low, high = tone.stretch_ends(pixels, cutoff)
    assert np.array_equal(low, ranked[cut]) and np.array_equal(high, ranked[len(ranked) - 1 - cut])


def test_large_images_are_counted_to_the_last_pixel(monkeypatch):
    pixels = photo()
    counts = tone.histograms(pixels)
    monkeypatch.setattr(tone, "_MOST_THAT_OPENCV_COUNTS", 1)
    assert np.array_equal(tone.histograms(pixels), counts) and counts.sum() == pixels.size


def test_a_channel_of_one_value_is_not_stretched():
    pixels = photo()
    pixels[:, :, 1] = 90
    for image in (pixels, (pixels / np.float32(255)).astype(np.float32)):
        after = changed(Stretched(0), image)
        assert np.array_equal(after[:, :, 1], image[:, :, 1]) and not np.array_equal(after, image)


def test_clahe_is_opencvs_and_keeps_hue():
    gray = photo(1)
    expected = cv2.createCLAHE(2.5, (8, 8)).apply(gray[:, :, 0])
    assert np.array_equal(changed(LocallyEqualized(2.5, 8), gray)[:, :, 0], expected)
    pixels = photo()
    before, after = (cv2.cvtColor(p, cv2.COLOR_RGB2Lab) for p in (pixels, changed(LocallyEqualized(2.5, 8), pixels)))
    assert after[:, :, 0].std() > 1.3 * before[:, :, 0].std()
    assert np.median(np.abs(before[:, :, 1:].astype(int) - after[:, :, 1:])) <= 1


@pytest.mark.parametrize(("dark", "light"), [(-0.1, 0.1), (0.2, -0.2), (0.25, -0.25), (-0.25, 0.25), (0.0, 0.13)])
def test_a_tone_curve_is_scipys_monotone_cubic_and_never_turns_back(dark, light):
    values = np.linspace(0, 1, 1001)
    curve = tone.monotone_curve(values, dark, light)
    assert np.allclose(curve, PchipInterpolator([0, 0.25, 0.75, 1], [0, 0.25 + dark, 0.75 + light, 1])(values))
    assert (np.diff(curve) >= -1e-15).all() and (curve[0], curve[-1]) == (0, 1)


def test_channels_bend_together_or_apart():
    image = photo(dtype=np.float32)
    together, apart = (
        Pipeline([steps.tone_curve(per_channel=each)], {"image": "image"}).traced(key="a", image=image)[1].steps[0][2]
        for each in (False, True)
    )
    assert len(together["dark"]) == 1 and len(set(apart["dark"])) == 3
    gray = changed(BENT, photo(1, np.float32))
    assert np.array_equal(gray, changed(Bent(BENT.dark[:1], BENT.light[:1]), photo(1, np.float32)))


def test_lighting_noise_is_the_formula_of_the_paper():
    step = steps.pca_color(std=0.5).transform
    numbers = []

    class Recorded:
        def normal(self, mean, std):
            numbers.append(float(RNG.normal(mean, std)))
            return numbers[-1]

    shift = step.draw(Recorded(), {}).shift
    eigenvectors, eigenvalues = np.array(IMAGENET_COMPONENTS).T, np.array(IMAGENET_SPREAD)
    assert np.allclose(shift, eigenvectors @ (np.array(numbers) * eigenvalues))
    image = photo(dtype=np.float32)
    assert np.allclose(changed(ColorShift(shift), image), np.clip(image + np.float32(shift), 0, 1))
    gray = Image(photo(1))
    assert kernel_for(ColorShift, Image)(gray, ColorShift(shift)) is gray
    assert np.allclose(eigenvectors.T @ eigenvectors, np.eye(3), atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_lighting_measured_on_images_is_the_covariance_of_their_colours(dtype):
    images = [photo(3, dtype, 20, 30), photo(4, dtype, 5, 9)]
    colours = np.concatenate([image[:, :, :3].reshape(-1, 3) for image in images]) / (255.0 if dtype == np.uint8 else 1)
    step = steps.pca_color(fit=True, std=0.2).transform
    fitted = step.fit_to(map(Image, images))
    assert fitted.fitted() and not step.fitted() and fitted.std == step.std
    vectors, spread = np.array(fitted.components), np.array(fitted.spread)
    assert np.allclose(vectors.T @ np.diag(spread**2) @ vectors, np.cov(colours.T, bias=True), atol=1e-9)
    assert list(spread) == sorted(spread, reverse=True) and (vectors.max(axis=1) >= -vectors.min(axis=1)).all()
    other = step.fit_to(map(Image, images[::-1]))
    assert np.allclose(other.components, fitted.components) and np.allclose(other.spread, fitted.spread)
    assert type(fitted)(std=0.2, components=[list(c) for c in fitted.components], spread=list(fitted.spread)) == fitted


def test_what_lighting_cannot_be_is_refused():
    with pytest.raises(FieldError, match="go together"):
        steps.pca_color(spread=[1, 1, 1])
    with pytest.raises(FieldError, match="3 rows of 3"):
        steps.pca_color(components=[[1, 0, 0]], spread=[1])
    with pytest.raises(FieldError, match="either components and spread, or fit"):
        steps.pca_color(components=np.eye(3).tolist(), spread=[1, 1, 1], fit=True)
    step = steps.pca_color(fit=True).transform
    with pytest.raises(DataError, match="no image"):
        step.fit_to([])
    with pytest.raises(DataError, match="1 channel"):
        step.fit_to([Image(photo(1))])
    with pytest.raises(DataError, match="has not been measured"):
        Pipeline([steps.pca_color(fit=True)], {"image": "image"})(key="a", image=photo())


@pytest.mark.parametrize("name", ["posterize", "solarize", "tone_curve", "pca_color"])
def test_half_the_strength_is_half_the_way(name):
    image = photo()
    full, half, none = (
        Pipeline([getattr(steps, name)(strength=s)], {"image": "image"}).traced(key="a", image=image)
        for s in (1, 0.5, 0)
    )
    assert np.array_equal(none[0]["image"], image)
    field = {"posterize": "bits", "solarize": "threshold", "tone_curve": "dark", "pca_color": "shift"}[name]
    neutral = {"posterize": 8, "solarize": 1}.get(name, 0)
    a, b = (np.asarray(run[1].steps[0][2][field], dtype=float) - neutral for run in (full, half))
    assert np.allclose(b, a / 2, atol=0.51 if name == "posterize" else 1e-12) and np.any(a)
