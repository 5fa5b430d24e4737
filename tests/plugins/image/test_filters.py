"""Filters against SciPy, torchvision and Pillow, and what must stay: alpha, shape, dtype, range, the input."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage, stats
from torchvision.transforms.v2 import functional as oracle

from augkit_image import filters

RNG = np.random.default_rng(3)
STEPS = {
    "gaussian_blur": lambda image: filters.gaussian_blur(image, 1.3),
    "gaussian_noise": lambda image: filters.gaussian_noise(image, 0.3, 2**63 + 5),
    "sharpen": lambda image: filters.sharpen(image, 2.0),
    "jpeg": lambda image: filters.jpeg(image, 40),
    "erase": lambda image: filters.erase(image, [(2, 3, 9, 7)], 0),
}


def pixels(channels, dtype=np.uint8, height=33, width=45):
    levels = RNG.integers(0, 256, (height, width, channels), dtype=np.uint8)
    return levels if dtype is np.uint8 else levels.astype(np.float32) / 255


def scene(height=48, width=64):
    y, x = np.mgrid[:height, :width]
    planes = [np.sin(x / 9) * 100 + 128, np.cos(y / 7) * 100 + 128, (x + y) * 255 / (height + width)]
    return np.stack(planes, axis=2).astype(np.uint8)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", STEPS)
def test_shape_dtype_range_and_input_stay(name, channels, dtype):
    for image in (pixels(channels, dtype)[::-1, ::-1], pixels(channels, dtype, 1, 1), pixels(channels, dtype, 1, 30)):
        before = image.copy()
        image.flags.writeable = False
        changed = STEPS[name](image)
        assert (changed.shape, changed.dtype) == (image.shape, image.dtype)
        assert changed.min() >= 0 and changed.max() <= (255 if dtype is np.uint8 else 1)
        assert np.array_equal(image, before)


@pytest.mark.parametrize("channels", [2, 4])
@pytest.mark.parametrize("name", ["gaussian_noise", "sharpen", "jpeg"])
def test_alpha_stays(name, channels):
    image = pixels(channels)
    assert np.array_equal(STEPS[name](image)[:, :, -1], image[:, :, -1])


def test_zero_is_the_identity():
    image = pixels(3)
    assert filters.gaussian_blur(image, 0) is image
    assert filters.gaussian_noise(image, 0, 1) is image
    assert filters.sharpen(image, 0) is image
    assert filters.erase(image, [], 0) is image


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1, 3.3, 12])
def test_blur_is_the_gaussian(sigma):
    for image, allowed in ((pixels(3), 0.51), (pixels(3, np.float32), 1e-5)):
        exact = ndimage.gaussian_filter(image.astype(np.float64), (sigma, sigma, 0), mode="reflect", radius=(60, 60, 0))
        assert np.abs(filters.gaussian_blur(image, sigma) - exact).max() <= allowed + 255 * 1e-3 * (image.max() > 1)


def test_noise_is_normal_independent_and_a_function_of_its_seed():
    image = np.full((120, 120, 3), 0.5, np.float32)
    noise = filters.gaussian_noise(image, 0.05, 77) - image
    assert stats.kstest(noise.ravel() / 0.05, "norm").pvalue > 1e-3
    assert abs(np.corrcoef(noise[:, :, 0].ravel(), noise[:, :, 1].ravel())[0, 1]) < 0.05
    assert np.array_equal(filters.gaussian_noise(image, 0.05, 77), image + noise)
    assert not np.array_equal(filters.gaussian_noise(image, 0.05, 78), image + noise)


def test_noise_is_the_same_field_for_levels_and_fractions():
    levels = np.full((50, 50, 3), 128, np.uint8)
    noisy = filters.gaussian_noise(levels, 0.1, 9)
    fractions = filters.gaussian_noise(levels.astype(np.float32) / 255, 0.1, 9) * 255
    assert np.abs(noisy - fractions).max() <= 0.51
    assert abs(noisy.astype(float).std() - 25.5) < 1


@pytest.mark.parametrize("amount", [-1.0, 0.5, 3.0])
def test_sharpening_agrees_with_torchvision_inside(amount):
    for image, allowed in ((pixels(3), 1.0), (pixels(3, np.float32), 1e-5)):
        tensor = torch.from_numpy(image).permute(2, 0, 1)
        # Its mean is rounded to a level before it is weighted, and the result is cut.
        allowed *= 1 + abs(amount) if image.dtype == np.uint8 else 1
        expected = oracle.adjust_sharpness(tensor, 1 + amount) if amount >= -1 else None
        inside = np.s_[1:-1, 1:-1]
        difference = filters.sharpen(image, amount).astype(np.float64) - expected.permute(1, 2, 0).numpy()
        assert np.abs(difference[inside]).max() <= allowed


@pytest.mark.parametrize("quality", [5, 50, 95])
def test_jpeg_agrees_with_pillow(quality):
    image = scene()
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    expected = np.asarray(Image.open(file)).astype(int)
    assert np.abs(filters.jpeg(image, quality) - expected).max() <= 3
    assert np.abs(filters.jpeg(image / np.float32(255), quality) * 255 - expected).max() <= 3


def test_jpeg_loses_more_at_lower_quality_and_keeps_the_order_of_colours():
    image = scene()
    losses = [np.abs(filters.jpeg(image, quality).astype(int) - image).mean() for quality in (95, 50, 10)]
    assert 0 < losses[0] < losses[1] < losses[2]
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 0] = 200
    assert filters.jpeg(red, 90)[8, 8, 0] > 190


def test_jpeg_says_what_it_cannot():
    with pytest.raises(ValueError, match="quality 0"):
        filters.jpeg(scene(), 0)
    with pytest.raises(ValueError, match="too large for JPEG"):
        filters.jpeg(np.zeros((1, 70_000, 1), np.uint8), 50)


def test_erasing_paints_the_pixels_of_its_rectangles_only():
    image = pixels(3)
    erased = filters.erase(image, [(2, 3, 9, 7), (-5, 30, 4, 99), (50, 50, 60, 60), (6, 6, 6, 20)], (1, 2, 3))
    inside = np.zeros(image.shape[:2], bool)
    inside[3:7, 2:9] = inside[30:, :4] = True
    assert (erased[inside] == (1, 2, 3)).all()
    assert np.array_equal(erased[~inside], image[~inside])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("shape", [(33, 45), (1, 1), (1, 7), (7, 1)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_normalizing_is_the_formula_as_planes(channels, shape, dtype):
    image = pixels(channels, dtype, *shape)[:, ::-1]
    mean, std = [0.485, 0.456, 0.406, 0.5][:channels], [0.229, 0.224, 0.225, 0.25][:channels]
    fractions = image / 255 if dtype is np.uint8 else image.astype(np.float64)
    normalized = filters.normalize(image, mean, std)
    assert normalized.dtype == np.float32 and normalized.flags.c_contiguous
    assert np.abs(normalized - ((fractions - mean) / std).transpose(2, 0, 1)).max() < 1e-6


def test_a_tensor_of_levels_reaches_from_0_to_1():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    expected = oracle.to_dtype(torch.from_numpy(levels).permute(2, 0, 1), torch.float32, scale=True).numpy()
    tensor = filters.to_float_chw(levels)
    assert np.abs(tensor - expected).max() <= 6e-8 and tensor.min() == 0 and tensor.max() == 1


def test_normalizing_refuses_numbers_for_other_channels():
    with pytest.raises(ValueError, match=r"mean has 3 values for an image of 1 channel\(s\)"):
        filters.normalize(pixels(1), (0.5, 0.5, 0.5), 0.5)
    with pytest.raises(ValueError, match="must be above 0"):
        filters.normalize(pixels(3), 0.5, (1, 0, 1))
