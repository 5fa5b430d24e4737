"""Pixels land where the matrix says: against numpy's own flips and pads, and a warp written out pixel by pixel."""

import cv2
import numpy as np
import pytest

from augkit_image.warp import warp

from .references import ALL_WARPS, NUMPY_PAD, PERSPECTIVE, SMOOTH_WARP, affine, pixels, slow_linear, smooth

LATTICE = {
    "identity": (np.eye(3), (5, 7), lambda a: a),
    "hflip": (np.array([[-1, 0, 7], [0, 1, 0], [0, 0, 1.0]]), (5, 7), np.fliplr),
    "vflip": (np.array([[1, 0, 0], [0, -1, 5], [0, 0, 1.0]]), (5, 7), np.flipud),
    "transpose": (np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]]), (7, 5), lambda a: a.swapaxes(0, 1)),
    "quarter turn": (np.array([[0, 1, 0], [-1, 0, 7], [0, 0, 1.0]]), (7, 5), np.rot90),
    "half turn": (affine(180, about=(3.5, 2.5)), (5, 7), lambda a: np.rot90(a, 2)),
    "three quarters": (np.array([[0, -1, 5], [1, 0, 0], [0, 0, 1.0]]), (7, 5), lambda a: np.rot90(a, 3)),
    "crop": (affine(shift=(-2, -1)), (3, 4), lambda a: a[1:4, 2:6]),
    "flip and crop": (np.array([[-1, 0, 6], [0, 1, -2], [0, 0, 1.0]]), (3, 4), lambda a: a[2:5, 2:6][:, ::-1]),
}


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("name", LATTICE)
def test_pixels_that_land_on_pixels_are_not_interpolated(name, channels):
    matrix, size, expected = LATTICE[name]
    for dtype in (np.uint8, np.float32):
        image = pixels(5, 7, channels, dtype)
        for interpolation in ALL_WARPS:
            assert np.array_equal(warp(image, matrix, size, interpolation), expected(image))


def test_rotation_by_computed_quarter_turns_is_exact_too():
    image = pixels(9, 9)
    for quarters in range(-4, 5):
        moved = warp(image, affine(90 * quarters, about=(4.5, 4.5)), (9, 9), "cubic")
        assert np.array_equal(moved, np.rot90(image, quarters))


@pytest.mark.parametrize("border", NUMPY_PAD)
@pytest.mark.parametrize("shift", [(2, 3), (-2, 9), (15, -1), (-30, 40), (0, 0)])
def test_frames_that_leave_the_image_are_padded_as_numpy_pads(border, shift):
    image = pixels(5, 7)
    padded = np.pad(image, ((60, 60), (60, 60), (0, 0)), mode=NUMPY_PAD[border])
    left, top = 60 - shift[0], 60 - shift[1]
    moved = warp(image, affine(shift=shift), (8, 11), "linear", border)
    assert np.array_equal(moved, padded[top : top + 8, left : left + 11])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("border", NUMPY_PAD)
@pytest.mark.parametrize("matrix", [affine(20, 0.8, (3, -2), (20, 15)), affine(-70, 1.7), PERSPECTIVE])
def test_linear_resampling_agrees_with_the_formula(matrix, border, dtype):
    image, fill = smooth(31, 41), (0.2, 0.4, 0.6)
    full = 255 if dtype is np.uint8 else 1
    if dtype is np.uint8:
        image, fill = np.rint(image * 255).astype(np.uint8), (51, 102, 153)
    moved = warp(image, matrix, (36, 50), "linear", border, fill)
    error = np.abs(moved - slow_linear(image, matrix, (36, 50), border, fill)) / full
    # OpenCV 4 keeps 1/32 of a pixel; where the fill or a wrap meets the image that is up to 2 % of the range.
    assert error.mean() < 0.003
    assert error.max() < (0.008 if border in ("reflect", "replicate") else 0.025)


@pytest.mark.parametrize("factor", [2, 3, 4, 16])
def test_a_reduction_averages_what_it_covers(factor):
    image = pixels(48, 96, 3, np.float32)
    blocks = image.reshape(48 // factor, factor, 96 // factor, factor, 3).mean(axis=(1, 3))
    matrix = np.diag([1 / factor, 1 / factor, 1])
    for interpolation in ("linear", "area") if factor in (4, 16) else ("area",):
        moved = warp(image, matrix, blocks.shape[:2], interpolation)
        assert np.allclose(moved, blocks, atol=1e-5)


def test_reducing_one_side_while_the_other_grows_still_averages():
    stripes = np.zeros((10, 60, 1), np.uint8)
    stripes[:, ::2] = 255
    moved = warp(stripes, np.diag([1 / 6, 3, 1]), (30, 10))
    assert np.abs(moved.astype(int) - 127.5).max() <= 1


def test_a_turned_reduction_does_not_alias():
    checks = (np.indices((200, 200)).sum(axis=0) % 2 * 255).astype(np.uint8)[:, :, None]
    moved = warp(checks, affine(30, 0.2, (-80, -80), (100, 100)), (40, 40), "linear", "reflect")
    assert np.abs(moved.astype(int) - 127.5).max() <= 8


def spot(x, y, height, width, sigma):
    rows, columns = np.mgrid[:height, :width] + 0.5
    return np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2)).astype(np.float32)[:, :, None]


def centre(image):
    weights = image[:, :, 0].astype(np.float64)
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]] + 0.5
    return (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()


@pytest.mark.parametrize("interpolation", SMOOTH_WARP)
@pytest.mark.parametrize("factor", [2, 3, 4, 7, 10, 16])
def test_resizing_and_scaling_put_a_spot_in_the_same_place(factor, interpolation):
    small, large = spot(13.3, 9.7, 24, 32, 1.5), spot(13.3 * factor, 9.7 * factor, 24 * factor, 32 * factor, 2 * factor)
    for image, scale, size in ((small, factor, (24 * factor, 32 * factor)), (large, 1 / factor, (24, 32))):
        resized = centre(warp(image, affine(0, scale), size, interpolation))
        # A frame that does not fit whole pixels takes the general way.
        scaled = centre(warp(image, affine(1e-4, scale), size, interpolation))
        assert np.abs(np.subtract(resized, scaled)).max() <= 0.1
        assert np.abs(np.subtract(resized, (13.3 * max(scale, 1), 9.7 * max(scale, 1)))).max() <= 0.1 * max(scale, 1)


@pytest.mark.parametrize("turn", ["hflip", "vflip", "transpose", "quarter turn", "half turn", "three quarters"])
def test_a_turned_crop_and_resize_is_the_turn_of_the_resize(turn):
    matrix, size, turned = LATTICE[turn]
    image = pixels(15, 21)
    crop = affine(shift=(-7, -5)) @ np.eye(3)
    grow = np.diag([13 / size[1], 11 / size[0], 1])
    moved = warp(image, grow @ matrix @ crop, (11, 13), "linear")
    before = (11, 13) if size == (5, 7) else (13, 11)
    plain = cv2.resize(image[5:10, 7:14], (before[1], before[0]), interpolation=cv2.INTER_LINEAR)
    assert np.array_equal(moved, turned(plain))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(
    "matrix", [affine(10), affine(0, 0.7), affine(shift=(1, 1)), PERSPECTIVE, np.diag([2, 2, 1.0])]
)
def test_shape_dtype_and_input_are_kept(matrix, channels):
    for dtype in (np.uint8, np.float32):
        image = pixels(12, 14, channels, dtype)
        before = image.copy()
        image.flags.writeable = False
        for interpolation in ALL_WARPS:
            moved = warp(image, matrix, (24, 28), interpolation, "constant", tuple(range(channels)))
            assert (moved.shape, moved.dtype) == ((24, 28, channels), dtype)
            assert moved.min() >= 0 and np.isfinite(moved).all()
        assert np.array_equal(image, before)


@pytest.mark.parametrize("interpolation", ALL_WARPS)
def test_every_channel_gets_its_fill(interpolation):
    image = np.full((4, 4, 3), 200, np.uint8)
    for matrix in (affine(30, 0.3, (40, 40)), affine(shift=(40, 40))):
        assert warp(image, matrix, (50, 50), interpolation, fill=(1, 2, 3))[0, 0].tolist() == [1, 2, 3]
        assert warp(image, matrix, (50, 50), interpolation, fill=9)[0, 0].tolist() == [9, 9, 9]


def test_cubic_floats_stay_in_range():
    image = (pixels(20, 20, 1) > 128).astype(np.float32)
    moved = warp(image, affine(17, 1.5), (30, 30), "cubic")
    assert moved.min() >= 0 and moved.max() <= 1


@pytest.mark.parametrize("interpolation", ALL_WARPS)
@pytest.mark.parametrize("border", NUMPY_PAD)
def test_one_pixel_can_be_moved(interpolation, border):
    image = np.array([[[10, 20, 30]]], np.uint8)
    assert warp(image, affine(45, 8, (4, 1)), (9, 9), interpolation, border).shape == (9, 9, 3)
    assert warp(image, np.diag([5, 4, 1.0]), (4, 5), interpolation, border)[3, 4].tolist() == [10, 20, 30]
    assert warp(pixels(6, 6), np.diag([1 / 6, 1 / 6, 1]), (1, 1), interpolation, border).shape == (1, 1, 3)


def test_long_sides_are_cut_reduced_or_refused():
    strip = np.zeros((4, 40_000, 1), np.uint8)
    strip[:, 39_000:39_010] = 200
    assert warp(strip, np.array([[-1, 0, 40_000], [0, 1, 0], [0, 0, 1.0]]), (4, 40_000))[0, 995, 0] == 200
    assert warp(strip, affine(0.001, 1, (-38_990.3, 0)), (4, 40))[1, 15, 0] > 100
    assert warp(strip, np.diag([0.1, 1, 1]) @ affine(0.001), (4, 4_000))[1, 3_900, 0] > 100
    assert warp(strip, affine(0.001, 1, (0.3, 0)), (4, 40_000), "nearest")[1, 39_005, 0] == 200
    with pytest.raises(ValueError, match="40000 px is too long to resample"):
        warp(strip, affine(0.001, 1, (0.3, 0)), (4, 40_000))


def test_a_part_seen_from_a_large_image_is_the_same_as_from_the_whole():
    image = smooth(300, 400)
    matrix = affine(12, 0.3, (-30, -20))
    whole_frame = warp(image, matrix, (200, 200))
    part = warp(image, affine(shift=(-20, -10)) @ matrix, (40, 50))
    assert np.abs(part - whole_frame[10:50, 20:70]).max() < 0.02


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"matrix": np.diag([1, 0, 1.0])}, "flattens"),
        ({"matrix": np.array([[1, 2, 0], [2, 4, 0], [0, 0, 1.0]])}, "flattens"),
        ({"matrix": np.array([[1, 0, 0], [0, 1, 0], [-0.2, 0, 1.0]])}, "horizon"),
        ({"matrix": np.full((3, 3), np.nan)}, "not finite"),
        ({"matrix": np.eye(2)}, "3 x 3"),
        ({"interpolation": "bilinear"}, "'bilinear'; one of nearest"),
        ({"border": "mirror"}, "'mirror'; one of constant"),
        ({"fill": 300}, "does not fit uint8"),
        ({"fill": (1, 2)}, "2 values for 3 channels"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(change, complaint):
    arguments = {"matrix": affine(shift=(1, 1)), "interpolation": "linear", "border": "constant", "fill": 0} | change
    with pytest.raises(ValueError, match=complaint):
        warp(pixels(8, 8), size=(8, 8), **arguments)
