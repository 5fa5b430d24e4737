"""Rectangles that hide: how much of a box they cover, grids, paint of noise and of the mean, one policy for all."""

import numpy as np
import pytest

from augkit import FieldError, Pipeline, steps
from augkit.fields import Size
from augkit.vocab.space import Boxes, Erase
from augkit.vocab.space.erase import boxes_follow_erase, hidden_fractions

from .scenes import EVERYTHING, draws, everything, pipeline

RNG = np.random.default_rng(17)


def rectangles(count, height, width):
    x, y = (np.sort(RNG.integers(0, side + 1, (count, 2)), axis=1) for side in (width, height))
    return [(int(a), int(b), int(c), int(d)) for (a, c), (b, d) in zip(x, y, strict=True)]


def counted(box, rects, per_pixel=8):
    """The covered fraction by counting points, for boxes on multiples of 1/8."""
    x0, y0, x1, y1 = (int(edge * per_pixel) for edge in box)
    covered = np.zeros((y1, x1), dtype=bool)
    for a, b, c, d in np.array(rects) * per_pixel:
        covered[b:d, a:c] = True
    return covered[y0:, x0:].mean() if x1 > x0 and y1 > y0 else 0.0


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_the_hidden_fraction_is_what_counting_gives_to_the_last_bit(count):
    rects = rectangles(count, 30, 40)
    x, y = (np.sort(RNG.integers(0, 8 * side + 1, (60, 2)), axis=1) / 8 for side in (40, 30))
    boxes = np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1)
    expected = np.array([counted(box, rects) for box in boxes])
    found = hidden_fractions(boxes, rects)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    assert np.array_equal(np.rint(found * areas * 64), np.rint(expected * areas * 64))
    assert np.allclose(found, expected, rtol=1e-14, atol=0)


def test_overlaps_count_once_and_edges_are_half_open():
    box = [[2.0, 2.0, 6.0, 4.0]]
    assert hidden_fractions(np.array(box), [(0, 0, 4, 9), (3, 0, 4, 9), (0, 0, 4, 9)]).tolist() == [0.5]
    assert hidden_fractions(np.array(box), [(0, 0, 2, 9), (6, 0, 9, 9), (3, 3, 3, 9)]).tolist() == [0.0]
    assert hidden_fractions(np.array(box), [(5, 3, 5, 3)]).tolist() == [0.0]
    assert hidden_fractions(np.array([[3.0, 3.0, 3.0, 5.0]]), [(0, 0, 9, 9)]).tolist() == [0.0]


def test_boxes_are_dropped_beyond_and_kept_at_the_limit():
    boxes = Boxes(np.array([[0.0, 0, 10, 10], [10, 0, 20, 10], [20, 0, 30, 10]]), {"label": ["a", "b", "c"]})
    erase = Erase(((0, 0, 10, 7), (10, 0, 20, 8), (20, 0, 21, 1)), policy="ignore", max_hidden=0.7)
    assert boxes_follow_erase(boxes, erase).columns["label"] == ["a", "c"]


def test_a_grid_covers_as_the_cell_says_from_any_offset():
    step = steps.grid_dropout(cell=0.25, ratio=0.5).transform
    offsets = set()
    for drawn in draws(step, 60, Size(40, 64)):
        covered = np.zeros((40, 64), dtype=bool)
        for x0, y0, x1, y1 in drawn.rects:
            assert 0 <= x0 < x1 <= 64 and 0 <= y0 < y1 <= 40 and not covered[y0:y1, x0:x1].any()
            covered[y0:y1, x0:x1] = True
        assert np.array_equal(covered[:-10], covered[10:]) and np.array_equal(covered[:, :-10], covered[:, 10:])
        assert covered[:10, :10].sum() == 25
        offsets.add(tuple(np.argwhere(covered)[0]))
    assert len(offsets) > 20
    [fixed] = {
        drawn.rects for drawn in draws(steps.grid_dropout(cell=0.25, random_offset=False).transform, 5, Size(40, 64))
    }
    assert fixed[0] == (0, 0, 5, 5) and len(fixed) == 4 * 7
    assert draws(steps.grid_dropout(cell=0.02, ratio=1).transform, 1, Size(3, 3))[0].rects
    assert draws(steps.grid_dropout(ratio=0).transform, 1, Size(40, 64))[0].rects == ()


def test_coarse_dropout_draws_as_many_holes_as_large_as_it_says():
    for drawn in draws(steps.coarse_dropout(count=[3, 5], size=[0.1, 0.2]).transform, 50, Size(100, 50)):
        assert 3 <= len(drawn.rects) <= 5
        for x0, y0, x1, y1 in drawn.rects:
            assert 10 <= y1 - y0 <= 20 and 5 <= x1 - x0 <= 10 and x0 >= 0 and x1 <= 50 and y0 >= 0 and y1 <= 100


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_paint_of_the_mean_and_of_noise(channels, dtype):
    sample = everything(60, 80, channels, dtype)
    full, colours = (255 if dtype == np.uint8 else 1), channels - (channels in (2, 4))
    for name in ("erase", "coarse_dropout", "grid_dropout"):
        aug = pipeline(name, fill="mean")
        out, trace = aug.traced(key="a", **sample)
        inside = np.zeros((60, 80), dtype=bool)
        for x0, y0, x1, y1 in trace.steps[0][2]["rects"]:
            inside[y0:y1, x0:x1] = True
        mean = sample["image"][:, :, :colours].mean(axis=(0, 1), dtype=np.float64)
        assert np.abs(out["image"][inside][:, :colours] - mean).max() <= (0.5 if dtype == np.uint8 else 1e-6)
        assert (out["image"][inside][:, colours:] == full).all()
        assert np.array_equal(out["image"][~inside], sample["image"][~inside])
    aug = pipeline("coarse_dropout", fill="noise", count=30, size=0.3)
    out, trace = aug.traced(key="a", **sample)
    assert np.array_equal(aug.replay(trace, **sample)["image"], out["image"])
    other = aug(key="b", **sample)["image"]
    x0, y0, x1, y1 = trace.steps[0][2]["rects"][-1]
    noise = out["image"][y0:y1, x0:x1]
    assert noise[:, :, :colours].std() > 0.2 * full and not np.array_equal(other, out["image"])
    assert (noise[:, :, colours:] == full).all() and out["image"].dtype == dtype


def test_a_colour_draws_what_it_drew_before_there_was_noise():
    for name in ("erase", "coarse_dropout"):
        rects = [
            pipeline(name, fill=fill).traced(key="a", **everything())[1].steps[0][2]["rects"] for fill in (9, "noise")
        ]
        assert rects[0] == rects[1]
    with pytest.raises(FieldError, match=r"fill: .*noise.*mean"):
        steps.erase(fill="white")


@pytest.mark.parametrize("name", ["coarse_dropout", "grid_dropout"])
def test_the_policy_holds_for_all_annotations_or_for_none(name):
    sample = everything(60, 80)
    kept = pipeline(name, policy="keep")(key="a", **sample)
    assert kept["mask"] is sample["mask"] and len(kept["points"]["xy"]) == 60 * 80
    out, trace = pipeline(name, policy="ignore", max_hidden=0.1).traced(key="a", **sample)
    hidden = {
        int(number) for x0, y0, x1, y1 in trace.steps[0][2]["rects"] for number in sample["mask"][y0:y1, x0:x1].ravel()
    }
    assert set(out["mask"].ravel()[out["mask"].ravel() >= 0]) == set(range(60 * 80)) - hidden
    assert set(out["points"]["number"]) == set(range(60 * 80)) - hidden and hidden
    assert Pipeline([getattr(steps, name)(strength=0)], EVERYTHING)(key="a", **sample)["image"] is sample["image"]
