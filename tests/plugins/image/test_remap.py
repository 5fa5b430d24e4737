"""Pixels are read where the field says: against the formula written out, for every border, dtype and channel count."""

import threading

import numpy as np
import pytest

from augkit.fields import Size
from augkit.vocab.space import Elastic, GridWarp, Lens
from augkit_image import remap
from augkit_image.remap import remapped

from .references import NUMPY_PAD, look_up, pixels, smooth

SIZE = Size(31, 41)
FIELDS = {
    "elastic": Elastic.drawn(1e9, (3, 4), 5, SIZE),
    "grid": GridWarp.drawn(1e9, (3, 4), 5, SIZE),
    "barrel": Lens(model="radial", amount=0.3, size_in=SIZE, size_out=SIZE),
    "pincushion": Lens(model="radial", amount=-0.2, size_in=SIZE, size_out=SIZE),
}


def slow_linear(image, x, y, border, fill):
    x, y = x - 0.5, y - 0.5
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right_part, lower_part = (x - left)[..., None], (y - top)[..., None]
    rows = []
    for row in (top, top + 1):
        ends = [look_up(image, row, column, border, fill) for column in (left, left + 1)]
        rows.append(ends[0] * (1 - right_part) + ends[1] * right_part)
    return rows[0] * (1 - lower_part) + rows[1] * lower_part


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("border", NUMPY_PAD)
@pytest.mark.parametrize("name", FIELDS)
def test_linear_agrees_with_the_formula(name, border, dtype):
    image, fill = smooth(*SIZE), (0.2, 0.4, 0.6)
    full = 255 if dtype is np.uint8 else 1
    if dtype is np.uint8:
        image, fill = np.rint(image * 255).astype(np.uint8), (51, 102, 153)
    x, y = (axis.astype(np.float64) for axis in FIELDS[name].sources())
    error = (
        np.abs(remapped(image, FIELDS[name], "linear", border, fill) - slow_linear(image, x, y, border, fill)) / full
    )
    # OpenCV 4 keeps 1/32 of a pixel; where the fill or a wrap meets the image that is up to 2 % of the range.
    assert error.mean() < 0.003
    assert error.max() < (0.008 if border in ("reflect", "replicate") else 0.025)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.int64, np.float32])
@pytest.mark.parametrize("border", NUMPY_PAD)
@pytest.mark.parametrize("name", FIELDS)
def test_nearest_takes_the_pixel_under_each_source_whatever_the_dtype(name, border, dtype):
    labels = (pixels(*SIZE, 1)[:, :, 0] % 2).astype(dtype)
    x, y = FIELDS[name].sources()
    expected = look_up(labels, np.floor(y).astype(int), np.floor(x).astype(int), border, 1)
    moved = remapped(labels, FIELDS[name], "nearest", border, 1)
    assert moved.dtype == dtype and np.array_equal(moved, expected.astype(dtype))


@pytest.mark.parametrize("interpolation", ["nearest", "linear", "cubic", "area"])
def test_any_number_of_channels_moves_as_each_by_itself(interpolation):
    fill = tuple(range(10, 19))
    image = pixels(*SIZE, 9)
    for channels in range(1, 10):
        part = image[:, :, :channels]
        moved = remapped(part, FIELDS["barrel"], interpolation, "constant", fill[:channels])
        assert moved.shape == part.shape
        for k in range(channels):
            alone = remapped(part[:, :, k], FIELDS["barrel"], interpolation, "constant", fill[k])
            # OpenCV 5 keeps 1/32 of a pixel for two channels, but not for one, three or four.
            assert np.abs(moved[:, :, k].astype(int) - alone).max() <= (255 / 32 if channels % 4 == 2 else 0)
        assert moved[0, 0].tolist() == list(fill[:channels])


def test_cubic_floats_stay_in_range():
    image = (pixels(*SIZE, 1) > 128).astype(np.float32)
    moved = remapped(image, FIELDS["elastic"], "cubic", "reflect", 0)
    assert moved.min() >= 0 and moved.max() <= 1


def test_read_only_and_flipped_images_are_read_and_left_alone():
    image = pixels(*SIZE)
    before = image.copy()
    image.flags.writeable = False
    for view in (image, image[::-1, ::-1]):
        again = remapped(np.ascontiguousarray(view), FIELDS["grid"], "linear", "wrap", 0)
        assert np.array_equal(remapped(view, FIELDS["grid"], "linear", "wrap", 0), again)
    assert np.array_equal(image, before)


def test_what_is_kept_is_bounded_and_never_another_field(monkeypatch):
    kept = remap._KeptSources()
    image, mask = (
        FIELDS["elastic"],
        Elastic.from_log({**FIELDS["elastic"].log(), "interpolation": "nearest", "fill": 7}),
    )
    assert image != mask and kept.sources(image)[0] is kept.sources(mask)[0]
    for field in FIELDS.values():
        for found, told in zip(kept.sources(field), field.sources(), strict=True):
            assert np.array_equal(found, told)
    assert len(kept._known) == len(FIELDS)
    monkeypatch.setattr(remap, "_KEPT_BYTES", 2 * SIZE.h * SIZE.w * 8)
    kept.sources(Elastic.drawn(1.0, (2, 2), 9, SIZE))
    assert len(kept._known) == 2
    monkeypatch.setattr(remap, "_KEPT_BYTES", 0)
    kept.sources(image)
    assert len(kept._known) == 1


def test_threads_do_not_get_in_each_others_way():
    image = pixels(*SIZE)
    expected = {name: remapped(image, field, "linear", "reflect", 0) for name, field in FIELDS.items()}
    wrong = []

    def work():
        for _ in range(50):
            for name, field in FIELDS.items():
                if not np.array_equal(remapped(image, field, "linear", "reflect", 0), expected[name]):
                    wrong.append(name)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"interpolation": "bilinear"}, "'bilinear'; one of nearest"),
        ({"border": "mirror"}, "'mirror'; one of constant"),
        ({"fill": 300}, "does not fit uint8"),
        ({"fill": (1, 2)}, "2 values for 3 channels"),
        ({"image": np.zeros(SIZE, np.int32)}, "labels take 'nearest'"),
        ({"image": np.zeros((31, 33000), np.uint8)}, "33000 px is too long to resample"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(change, complaint):
    arguments = {"image": pixels(*SIZE), "interpolation": "linear", "border": "constant", "fill": 0} | change
    with pytest.raises(ValueError, match=complaint):
        remapped(field=FIELDS["grid"], **arguments)
