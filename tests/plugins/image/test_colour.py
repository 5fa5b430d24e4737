"""Colours against torchvision, and what must not change: alpha, identities, gray images, the input."""

import colorsys

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as oracle

from augkit_image import colour

RNG = np.random.default_rng(11)

STEPS = {
    "brightness": (colour.brightness, oracle.adjust_brightness, [0.0, 0.3, 0.9, 1.7]),
    "contrast": (colour.contrast, oracle.adjust_contrast, [0.0, 0.4, 1.6]),
    "saturation": (colour.saturation, oracle.adjust_saturation, [0.0, 0.4, 1.8]),
    "hue": (colour.hue, oracle.adjust_hue, [-0.5, -0.31, -0.02, 0.001, 0.2, 0.5]),
    "gamma": (colour.gamma, oracle.adjust_gamma, [0.4, 0.9, 2.2]),
}
CASES = [(name, value) for name, (_, _, values) in STEPS.items() for value in values]
NEUTRAL = {"brightness": 1, "contrast": 1, "saturation": 1, "hue": 0, "gamma": 1}


def pixels(channels, dtype, height=37, width=41):
    levels = RNG.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return levels if dtype is np.uint8 else levels.astype(np.float32) / 255


def by_torchvision(adjust, image, value):
    moved = adjust(torch.from_numpy(image).permute(2, 0, 1), value)
    return moved.permute(1, 2, 0).numpy()


@pytest.mark.parametrize(("name", "value"), CASES)
def test_floats_agree_with_torchvision(name, value):
    ours, theirs, _ = STEPS[name]
    image = pixels(3, np.float32)
    # Its luma weights have 4 digits (0.2989, 0.587, 0.114), which sum to 0.9999.
    assert np.abs(ours(image, value) - by_torchvision(theirs, image, value)).max() < 4e-4


@pytest.mark.parametrize(("name", "value"), CASES)
def test_levels_agree_with_torchvision_but_for_its_truncation(name, value):
    ours, theirs, _ = STEPS[name]
    image = pixels(3, np.uint8)
    difference = ours(image, value).astype(int) - by_torchvision(theirs, image, value)
    # It cuts where we round, also the grays that contrast and saturation blend with.
    assert difference.min() >= -1 and difference.max() <= (2 if name in ("contrast", "saturation") else 1)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_levels_are_rounded_floats(name, value):
    ours = STEPS[name][0]
    image = pixels(3, np.uint8)
    exact = ours(image.astype(np.float32) / 255, value) * 255
    # OpenCV multiplies levels by a matrix in 10 bits of fraction: 3 x 255 x 2^-11 of a level on top.
    assert np.abs(ours(image, value) - exact).max() <= (0.88 if name == "saturation" else 0.501)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", NEUTRAL)
def test_neutral_values_change_nothing(name, channels, dtype):
    image = pixels(channels, dtype)
    assert np.array_equal(STEPS[name][0](image, NEUTRAL[name]), image)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("name", "value"), CASES)
def test_shape_dtype_range_alpha_and_input_stay(name, value, channels, dtype):
    image = pixels(channels, dtype)[::-1, ::-1]
    before = image.copy()
    image.flags.writeable = False
    moved = STEPS[name][0](image, value)
    assert (moved.shape, moved.dtype) == (image.shape, image.dtype)
    assert moved.min() >= 0 and moved.max() <= (255 if dtype is np.uint8 else 1)
    if channels in (2, 4):
        assert np.array_equal(moved[:, :, -1], image[:, :, -1])
    if channels == 4:
        without = STEPS[name][0](image[:, :, :3], value)
        assert np.abs(moved[:, :, :3].astype(np.float64) - without).max() <= (1 if dtype is np.uint8 else 1e-6)
    assert np.array_equal(image, before)


@pytest.mark.parametrize("step", [colour.saturation, colour.hue])
def test_gray_images_have_neither_saturation_nor_hue(step):
    for channels in (1, 2):
        image = pixels(channels, np.uint8)
        assert np.array_equal(step(image, 0.3), image)
    gray = np.repeat(pixels(1, np.uint8), 3, axis=2)
    assert np.array_equal(step(gray, 0.3), gray)


def test_hue_is_that_of_the_colour_circle():
    colours = [(255, 0, 0), (255, 255, 0), (12, 200, 77), (3, 2, 1), (0, 0, 255)]
    image = np.array([colours], np.uint8)
    for turns in (-0.5, -0.25, 1 / 3, 0.45, 1.25):
        expected = []
        for red, green, blue in colours:
            h, s, v = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
            expected.append([round(255 * part) for part in colorsys.hsv_to_rgb((h + turns) % 1, s, v)])
        assert np.abs(colour.hue(image, turns).astype(int) - [expected]).max() <= 1
    assert colour.hue(image, 1 / 3)[0, 0].tolist() == [0, 255, 0]


def test_hue_there_and_back_loses_at_most_a_level():
    image = pixels(3, np.uint8)
    assert np.abs(colour.hue(colour.hue(image, 0.37), -0.37).astype(int) - image).max() <= 1


def test_grayscale_is_the_luma_in_every_channel():
    for dtype, step in ((np.uint8, 1), (np.float32, 1e-5)):
        image = pixels(4, dtype)
        gray = colour.grayscale(image)
        luma = image[:, :, :3].astype(np.float64) @ [0.299, 0.587, 0.114]
        assert np.abs(gray[:, :, :3] - luma[:, :, None]).max() <= step * 0.51
        assert np.ptp(gray[:, :, :3], axis=2).max() == 0
        assert np.array_equal(gray[:, :, 3], image[:, :, 3])


def test_levels_are_rounded_not_cut():
    assert colour.brightness(np.full((1, 1, 1), 3, np.uint8), 0.9)[0, 0, 0] == 3


def test_channels_change_places():
    image = pixels(4, np.uint8)
    assert np.array_equal(colour.channel_shuffle(image, (2, 0, 1, 3)), image[:, :, [2, 0, 1, 3]])
    assert np.array_equal(colour.channel_shuffle(image, (2, 0, 1)), image[:, :, [2, 0, 1, 3]])
    assert np.array_equal(colour.channel_shuffle(image[:, :, :3], (1, 2, 0)), image[:, :, [1, 2, 0]])
    assert colour.channel_shuffle(image, (0, 1, 2, 3)) is image
    for wrong in ((0, 1), (0, 0, 1), (1, 2, 3)):
        with pytest.raises(ValueError, match="not an order of"):
            colour.channel_shuffle(image[:, :, :3], wrong)
