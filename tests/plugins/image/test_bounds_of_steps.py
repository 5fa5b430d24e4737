"""Values at and beyond the bounds of fields: refused when a recipe is read, or done in bounded time and room."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit_image import blur, filters
from tests.data.conftest import noise


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("erase", {"count": [0.5, 0.5]}, "whole numbers"),
        ("erase", {"count": [0.2, 0.8]}, "whole numbers"),
        ("coarse_dropout", {"count": 2.5}, "whole numbers"),
        ("copy_paste", {"count": {"choice": [1, 1.5]}}, "whole numbers"),
        ("jpeg", {"quality": [40.2, 40.8]}, "whole numbers"),
        ("posterize", {"bits": 3.5}, "whole numbers"),
        ("normalize", {"mean": 0.5, "std": []}, "std: is empty"),
        ("normalize", {"mean": [], "std": 0.5}, "mean: is empty"),
        ("normalize", {"mean": 0.5, "std": 1e-320}, "std: .* must be above 0"),
        ("normalize", {"mean": 1e308, "std": 0.5}, "mean: .* is no fraction"),
        ("resize", {"size": 65_536}, "size: 65536 is above the highest allowed, 65535"),
        ("resize", {"long_side": 10**9}, "long_side: .* is above"),
        ("image/pad", {"size": [8, 2**63]}, "size: .* is above"),
        ("image/pad", {"left": 10**6}, "left: .* is above"),
        ("random_resized_crop", {"size": 1e308}, "size: .* is above"),
        ("mosaic", {"size": 10**9}, "size: .* is above"),
    ],
)
def test_what_no_draw_could_do_is_refused(name: str, fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        getattr(steps, name)(**fields)


def test_whole_numbers_may_be_weakened() -> None:
    """A strength takes the ends of a range to between whole numbers, and draws are rounded."""
    aug = augkit.Pipeline([steps.posterize(bits=[3, 6], strength=0.5)], {"image": "image"})
    picture = noise(0, 8, 8)
    assert any(not np.array_equal(aug(image=picture, key=str(number))["image"], picture) for number in range(5))
    magnitudes = [steps.posterize().transform.at_magnitude(number / 10) for number in range(11)]
    assert magnitudes[-1].bits.ends() == (3, 3)


@pytest.mark.parametrize("given", [10**400, 1001, {"normal": [1e308, 1e308], "clip": [0, 1e308]}, np.array([1, 2])])
def test_a_combiner_is_not_asked_for_more_than_can_be_done(given: Any) -> None:
    few = [steps.hflip(), steps.invert()]
    with pytest.raises(augkit.FieldError, match=r"n: "):
        steps.repeat(given, few)
    with pytest.raises(augkit.FieldError, match=r"n: "):
        steps.rand_augment(few, n=given)
    with pytest.raises(augkit.FieldError, match=r"depth: "):
        steps.augmix(few, depth=given)


def test_a_normal_count_is_clipped_to_what_can_be_done() -> None:
    aug = augkit.Pipeline([steps.repeat({"normal": [1e300, 1e300]}, [steps.hflip()])], {"image": "image"})
    assert aug(image=noise(0, 4, 4), key="a")["image"].shape == (4, 4, 3)


@pytest.mark.parametrize("size", [{"loguniform": [1, 63]}, {"loguniform": [3, 9]}])
def test_the_side_of_a_median_may_be_drawn_by_its_logarithm(size: Any) -> None:
    aug = augkit.Pipeline([steps.median_blur(size=size)], {"image": "image"})
    sides = {aug.traced(image=noise(0, 4, 4), key=str(number))[1].steps[0][2]["size"] for number in range(60)}
    assert len(sides) > 2 and all(side % 2 == 1 for side in sides)
    assert min(sides) >= min(size["loguniform"]) and max(sides) <= max(size["loguniform"])


def test_a_median_of_floats_keeps_no_windows() -> None:
    """Each window has 63 × 63 numbers; all of them together would take 256 MB, one row of them 1 MB."""
    picture = noise(0, 256, 64)[:, :, :1].astype(np.float32) / 255
    tracemalloc.start()
    out = blur.median(picture, 63)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert out.shape == picture.shape and peak < 100e6
    assert out[128, 32, 0] == np.median(picture[128 - 31 : 128 + 32, 1:64, 0])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_rectangles_that_lie_over_each_other_are_painted_once(dtype: Any, channels: int) -> None:
    picture = noise(0, 30, 40)[:, :, [0, 1, 2, 0][:channels]].astype(dtype) / (1 if dtype == np.uint8 else 255)
    picture = picture.astype(dtype)
    rects = [(x, y, x + 30, y + 20) for x in (0, 3, 9) for y in (0, 1, 10)]
    fill = tuple(float(number) / (1 if dtype == np.uint8 else 255) for number in (9, 8, 7, 255)[:channels])
    assert filters.overlap(rects, 30 * 40) and not filters.overlap(rects[:2], 30 * 40)
    one_by_one = picture
    for rect in rects:
        one_by_one = filters.erase(one_by_one, [rect], fill)
    assert np.array_equal(filters.erase(picture, rects, fill), one_by_one)


@pytest.mark.parametrize("fill", ["noise", "mean", 128])
def test_a_thousand_rectangles_are_one_layer_of_paint(fill: Any) -> None:
    """Every pixel is painted once: what is drawn for a pixel is no more than its own noise."""
    step = steps.coarse_dropout(count=1000, size=1.0, fill=fill)
    aug = augkit.Pipeline([step], {"image": "image"})
    picture = noise(0, 300, 400)
    out = aug(image=picture, key="a")["image"]
    assert np.array_equal(out, aug(image=picture, key="a")["image"])
    if fill == "noise":
        assert len(np.unique(out)) == 256 and abs(out.mean() - 127.5) < 2
    else:
        assert len(np.unique(out.reshape(-1, 3), axis=0)) == 1
