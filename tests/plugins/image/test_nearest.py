"""Label maps move by the very same pixels as images, and keep every label."""

import numpy as np
import pytest

from augkit_image.nearest import nearest_indices
from augkit_image.warp import warp

from .references import NUMPY_PAD, PERSPECTIVE, affine, pixels, slow_nearest


@pytest.mark.parametrize("border", NUMPY_PAD)
@pytest.mark.parametrize(
    "matrix",
    [
        affine(20, 0.8, (3.3, -2.1), (20, 15)),
        affine(-70.3, 1.7, (0.1, 0.2)),
        affine(0, 0.63, (1.234, 5.1)),
        affine(90, 1.37, (20.01, 3.1)),
        affine(5, 0.001, (20, 20)),
        affine(0.5, 900, (-2000.2, -300.3)),
        PERSPECTIVE,
    ],
)
def test_nearest_takes_the_pixel_under_each_centre(matrix, border):
    image = pixels(31, 41)
    moved = warp(image, matrix, (36, 50), "nearest", border, (7, 8, 9))
    assert np.array_equal(moved, slow_nearest(image, matrix, (36, 50), border, (7, 8, 9)))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.float32])
@pytest.mark.parametrize(
    "matrix", [affine(33, 0.9, (1, 2), (10, 10)), affine(0, 1.7), PERSPECTIVE, affine(shift=(3, 4))]
)
def test_a_label_map_moves_as_the_image_of_it_whatever_its_dtype(matrix, dtype):
    picture = pixels(23, 29, 1) % 2
    labels = picture[:, :, 0].astype(dtype)
    for border in NUMPY_PAD:
        as_image = warp(picture, matrix, (25, 31), "nearest", border, 1)
        as_labels = warp(labels, matrix, (25, 31), "nearest", border, 1)
        assert as_labels.dtype == labels.dtype
        assert np.array_equal(as_image[:, :, 0], as_labels)


def test_large_labels_survive():
    labels = np.array([[2**24 + 1, 2**31 + 3], [2**53 + 1, -7]], dtype=np.int64)
    moved = warp(labels, affine(10, 20), (60, 60), "nearest", fill=2**60 + 1)
    assert set(np.unique(moved)) == {*labels.ravel().tolist(), 2**60 + 1}


@pytest.mark.parametrize(
    ("before", "after"), [((20, 30), (10, 15)), ((33, 47), (11, 8)), ((10, 12), (25, 37)), ((7, 7), (1, 1))]
)
def test_nearest_resizing_agrees_with_whole_numbers(before, after):
    image = pixels(*before)
    rows, columns = ((2 * np.arange(n) + 1) * m // (2 * n) for m, n in zip(before, after, strict=True))
    matrix = np.diag([after[1] / before[1], after[0] / before[0], 1])
    assert np.array_equal(warp(image, matrix, after, "nearest"), image[rows][:, columns])


def test_labels_are_not_blended():
    with pytest.raises(ValueError, match="labels take 'nearest'"):
        warp(np.zeros((4, 4), np.int32), affine(10), (4, 4), "linear")


def test_indices_of_an_even_reduction_all_lean_one_way():
    rows, columns = nearest_indices(np.linalg.inv(np.diag([1 / 6, 1 / 6, 1])).tolist(), (50, 50), separable=True)
    assert np.array_equal(rows[:, 0], np.arange(50) * 6 + 3) and np.array_equal(columns[0], np.arange(50) * 6 + 3)
