"""Motion, focus and median blur: kernels that are centred, references, mirrored edges, alpha."""

import cv2
import numpy as np
import pytest
from scipy import ndimage

from augkit import FieldError, Pipeline, steps
from augkit.transform import kernel_for
from augkit.vocab.space import Image
from augkit_image import blur
from augkit_image.blur_steps import Disk, Median, Streak

from .scenes import draws

ALL = [Streak(6.3, 25.0), Disk(2.4, 0.7), Median(3), Median(7)]


def pixels(channels=3, dtype=np.uint8, height=29, width=37):
    levels = np.random.default_rng(channels).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return levels if dtype == np.uint8 else levels.astype(np.float32) / 255


def changed(params, image):
    return kernel_for(type(params), Image)(Image(image), params).pixels


def centroid(kernel):
    y, x = np.mgrid[: kernel.shape[0], : kernel.shape[1]]
    middle = (kernel.shape[1] - 1) / 2, (kernel.shape[0] - 1) / 2
    return (kernel * x).sum() - middle[0], (kernel * y).sum() - middle[1]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("params", ALL, ids=repr)
def test_shape_type_range_and_input_stay_and_alpha_is_blurred_too(params, channels, dtype):
    for image in (pixels(channels, dtype), pixels(channels, dtype)[::-1, ::-1], pixels(channels, dtype, 1, 2)):
        before = image.copy()
        image.flags.writeable = False
        after = changed(params, image)
        assert (after.shape, after.dtype) == (image.shape, dtype)
        assert after.min() >= 0 and after.max() <= (255 if dtype == np.uint8 else 1)
        assert np.array_equal(image, before)
    image = pixels(channels, dtype)
    alone = np.concatenate([changed(params, image[:, :, [c]]) for c in range(channels)], axis=2)
    assert np.allclose(changed(params, image), alone, atol=1e-6)


@pytest.mark.parametrize("degrees", [0, 17, 45, 90, 133.7, -200])
@pytest.mark.parametrize("length", [0.1, 1, 2.5, 3, 8, 31.4])
def test_a_motion_kernel_is_centred_of_sum_1_and_as_long_as_it_says(length, degrees):
    kernel = blur.motion_kernel(length, degrees)
    assert kernel.sum() == pytest.approx(1, abs=1e-12) and kernel.min() >= 0
    assert np.abs(centroid(kernel)).max() < 1e-12 and np.array_equal(kernel, kernel[::-1, ::-1])
    y, x = np.mgrid[: kernel.shape[0], : kernel.shape[1]] - (len(kernel) - 1) / 2
    along = x * np.cos(np.radians(degrees)) - y * np.sin(np.radians(degrees))
    # A line's variance is length² / 12; reading between pixels adds at most 1/4 in each direction.
    assert length**2 / 12 - 0.01 <= (kernel * along**2).sum() <= length**2 / 12 + 0.26
    assert (kernel * (x**2 + y**2 - along**2)).sum() <= 0.26


def test_motion_along_a_row_is_the_mean_of_shifted_rows():
    image = pixels(1, np.float32)
    shifts = np.linspace(-2, 2, 4001)
    expected = np.mean([ndimage.shift(image[:, :, 0], (0, s), order=1, mode="reflect") for s in shifts], axis=0)
    assert np.abs(changed(Streak(4.0, 0.0), image)[:, :, 0] - expected).max() < 2e-3
    turned = changed(Streak(4.0, 90.0), np.ascontiguousarray(image.transpose(1, 0, 2)))
    assert np.allclose(turned.transpose(1, 0, 2), changed(Streak(4.0, 0.0), image), atol=1e-6)


def test_degrees_turn_counter_clockwise():
    image = np.zeros((21, 21, 1), np.float32)
    image[10, 10] = 1
    streak = changed(Streak(12.0, 45.0), image)[:, :, 0]
    assert streak[7, 13] > 0.03 and streak[13, 7] > 0.03 and streak[7, 7] == 0


@pytest.mark.parametrize("params", [Streak(9.0, 30.0), Disk(3.3, 0.0), Disk(3.3, 1.5), Median(5)], ids=repr)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_picture_does_not_shift(params, dtype):
    y, x = np.mgrid[:60, :80]
    blob = np.exp(-((x - 41.3) ** 2 + (y - 27.8) ** 2) / 50)[:, :, None]
    image = np.rint(blob * 255).astype(np.uint8) if dtype == np.uint8 else blob.astype(np.float32)
    places = []
    for picture in (image, changed(params, image)):
        weights = picture[:, :, 0].astype(np.float64)
        places.append(((weights * x).sum() / weights.sum(), (weights * y).sum() / weights.sum()))
    assert np.abs(np.subtract(*places)).max() < 0.02


@pytest.mark.parametrize("radius", [0.5, 0.8, 1, 2.5, 7])
def test_a_disk_covers_as_much_as_it_should(radius):
    kernel = blur.disk_kernel(radius)
    assert kernel.sum() == pytest.approx(1) and np.abs(centroid(kernel)).max() < 1e-12
    assert len(kernel) == 2 * max(0, int(np.ceil(radius - 0.5))) + 1
    assert kernel.max() == pytest.approx(min(1, 1 / (np.pi * radius**2)), rel=0.07) or radius in (0.5, 0.8)
    y, x = np.mgrid[: len(kernel), : len(kernel)] - (len(kernel) - 1) / 2
    if radius > 1:
        assert (kernel * (x**2 + y**2)).sum() == pytest.approx(radius**2 / 2 + 1 / 6, rel=0.05)
    soft = blur.disk_kernel(radius, 1.2)
    assert soft.sum() == pytest.approx(1) and np.abs(centroid(soft)).max() < 1e-12 and soft.max() < kernel.max()


@pytest.mark.parametrize("params", [Streak(5.0, 30.0), Disk(2.0, 0.5)], ids=repr)
def test_kernels_see_edges_mirrored(params):
    image = pixels(3, np.float32)
    wide = np.pad(image, ((20, 20), (20, 20), (0, 0)), mode="symmetric")
    assert np.allclose(changed(params, image), changed(params, wide)[20:-20, 20:-20], atol=1e-6)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("size", [3, 5, 7, 11])
def test_a_median_is_scipys_with_mirrored_edges(size, dtype, monkeypatch):
    image = pixels(2, dtype)
    expected = ndimage.median_filter(image, (size, size, 1), mode="reflect")
    assert np.array_equal(changed(Median(size), image), expected)
    monkeypatch.setattr(blur, "_WINDOWS_AT_ONCE", 1)
    assert np.array_equal(changed(Median(size), image), expected)


def test_sizes_drawn_are_odd_and_even_ones_are_refused():
    def sizes_of(size):
        return {drawn.size for drawn in draws(steps.median_blur(size=size).transform, 200, (9, 9))}

    assert sizes_of([3, 9]) == {3, 5, 7, 9}
    assert {drawn.size for drawn in draws(steps.median_blur(size={"choice": [1, 5]}).transform, 50, (9, 9))} == {1, 5}
    assert {drawn.size for drawn in draws(steps.median_blur(size={"normal": [5, 2]}).transform, 90, (9, 9))} >= {
        3,
        5,
        7,
    }
    assert steps.median_blur(size=7).transform.at_strength(0.5).draw(None, {}).size in (3, 5)
    for even in (4, [3, 6], {"choice": [3, 4]}, 3.5):
        with pytest.raises(FieldError, match=r"size: .*odd"):
            steps.median_blur(size=even)


@pytest.mark.parametrize("params", [Streak(0.0, 40.0), Disk(0.0, 0.0), Disk(0.5, 0.0), Median(1)], ids=repr)
def test_nothing_to_blur_is_the_identical_image(params):
    image = Image(pixels())
    assert kernel_for(type(params), Image)(image, params) is image


def test_a_streak_blurs_less_than_opencv_would_along_the_other_way():
    """The line runs where it says: stripes along it stay, stripes across it go."""
    stripes = np.zeros((40, 40, 1), np.uint8)
    stripes[::2] = 255
    along = Pipeline([steps.motion_blur(length=9, degrees=0)], {"image": "image"})(key="a", image=stripes)["image"]
    across = Pipeline([steps.motion_blur(length=9, degrees=90)], {"image": "image"})(key="a", image=stripes)["image"]
    assert np.array_equal(along, stripes) and cv2.meanStdDev(across)[1].item() < 12
