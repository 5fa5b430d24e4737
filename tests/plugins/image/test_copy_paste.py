"""Objects of one picture pasted on another: what is seen, what is hidden, and whose box is whose."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError
from augkit.vocab.space import Boxes, InstanceMasks
from augkit.vocab.space.paste import owners

SAMPLE = {
    "image": "image",
    "masks": {"masks": {"min_visible": 0.25}},
    "boxes": {"boxes": {"min_visible": 0.25}},
    "points": {"keypoints": {"coords": "continuous"}},
    "depth": "depth",
}


def discs(seed: int, count: int, size: int = 60) -> dict:
    """Discs that do not touch, each of its own gray and depth, with its mask, box, centre and the id of its gray."""
    rng = np.random.default_rng(seed)
    ys, xs = np.mgrid[:size, :size] + 0.5
    masks: list[np.ndarray] = []
    while len(masks) < count:
        (x, y), radius = rng.uniform(8, size - 8, 2), rng.uniform(4, 8)
        mask = (xs - x) ** 2 + (ys - y) ** 2 < radius**2
        if not any((mask & other).any() for other in masks):
            masks.append(mask)
    grays = [10 * seed + place + 1 for place in range(count)]
    image, depth = np.zeros((size, size, 3), np.uint8), np.zeros((size, size), np.float32)
    for mask, gray in zip(masks, grays, strict=True):
        image[mask], depth[mask] = gray, gray
    return {
        "image": image,
        "masks": {"masks": np.array(masks).reshape(-1, size, size), "gray": grays},
        "boxes": {"xyxy": np.array([extent(mask) for mask in masks]).reshape(-1, 4), "gray": grays},
        "points": {"xy": np.array([np.argwhere(mask).mean(axis=0)[::-1] + 0.5 for mask in masks]), "gray": grays},
        "depth": depth,
    }


def extent(mask: np.ndarray) -> list[float]:
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1)]


def test_every_annotation_says_what_the_pixels_show():
    """The grays of the picture tell which object is seen where: masks, boxes, points and depth must say the same."""
    aug = augkit.Pipeline([steps.copy_paste(count=[0, 4])], sample=SAMPLE)
    dropped = shrunk = pasted = 0
    for turn in range(150):
        own, other = discs(turn % 12 + 1, 3), discs(turn % 11 + 13, 4)
        out, trace = aug.traced(**own, key=str(turn), partners=[other])
        gray = out["image"][:, :, 0]
        assert np.array_equal(out["depth"], gray.astype(np.float32))
        count = len(trace.steps[0][2]["picks"])
        there = dict(zip(out["masks"]["gray"], out["masks"]["masks"], strict=True))
        assert len(set(there) & set(other["masks"]["gray"])) == count
        pasted += count
        boxes = dict(zip(out["boxes"]["gray"], out["boxes"]["xyxy"].tolist(), strict=True))
        for name, mask in zip(own["masks"]["gray"], own["masks"]["masks"], strict=True):
            left = (gray == name).sum() / mask.sum()
            assert (name in there) == (name in boxes) == (left >= 0.25)
            dropped += left < 0.25
            shrunk += 0.25 <= left < 1
        assert set(boxes) == set(there)
        for name, mask in there.items():
            assert np.array_equal(mask, gray == name)
            assert boxes[name] == extent(mask)
        for (x, y), name in zip(out["points"]["xy"], out["points"]["gray"], strict=True):
            assert gray[int(y), int(x)] == name
        seen = [
            n
            for s in (own, other)
            for n, (x, y) in zip(s["points"]["gray"], s["points"]["xy"], strict=True)
            if gray[int(y), int(x)] == n
        ]
        assert sorted(seen) == sorted(out["points"]["gray"])
    assert dropped > 5 and shrunk > 50 and pasted > 200


def test_pasting_replays_and_nothing_that_went_in_is_changed():
    aug = augkit.Pipeline([steps.hflip(p=0.5), steps.copy_paste()], sample=SAMPLE)
    own, other = discs(1, 3), discs(2, 4)
    for turn in range(8):
        out, trace = aug.traced(**own, key=str(turn), partners=[other])
        again = aug.replay(augkit.Trace.from_json(trace.to_json()), **own, partners=[other])
        assert repr(again) == repr(out) and np.array_equal(again["image"], out["image"])
    for kept, seed, count in ((own, 1, 3), (other, 2, 4)):
        assert all(repr(kept[name]) == repr(value) for name, value in discs(seed, count).items())


def test_pictures_without_objects_can_be_pasted_on_and_from():
    aug = augkit.Pipeline([steps.copy_paste(count=2)], sample={k: v for k, v in SAMPLE.items() if k != "points"})
    bare = {
        "image": np.zeros((60, 60, 3), np.uint8),
        "masks": {"masks": np.zeros((0, 0, 0), bool)},
        "boxes": {"xyxy": np.zeros((0, 4))},
        "depth": np.zeros((60, 60), np.float32),
    }
    full = {name: value for name, value in discs(1, 3).items() if name != "points"}
    out = aug(**bare, key="a", partners=[full])
    assert len(out["masks"]["masks"]) == 2 and out["boxes"]["gray"] == out["masks"]["gray"]
    assert np.array_equal(out["masks"]["masks"].any(axis=0), out["image"][:, :, 0] > 0)
    out = aug(**full, key="a", partners=[bare])
    assert np.array_equal(out["image"], full["image"]) and out["masks"]["gray"] == full["masks"]["gray"]
    assert len(aug(**bare, key="a", partners=[bare])["masks"]["masks"]) == 0


def test_boxes_find_their_objects_by_id_or_by_where_they_are():
    scene = discs(3, 4)
    masks, xyxy = scene["masks"]["masks"], scene["boxes"]["xyxy"]
    objects = InstanceMasks(masks)
    assert owners(Boxes(xyxy), objects).tolist() == [0, 1, 2, 3]
    assert owners(Boxes(xyxy[[2, 0]] + [-3, -2, 1, 4]), objects).tolist() == [2, 0]
    assert owners(Boxes(xyxy), InstanceMasks(masks[[3, 1]])).tolist() == [-1, 1, -1, 0]
    assert owners(Boxes(xyxy[[0, 0]]), InstanceMasks(masks[[0, 0]])).tolist() == [0, 1]
    named = Boxes(xyxy[:2], {"id": np.array([7, 9])})
    assert owners(named, InstanceMasks(masks[:3], {"id": [9, 8, 7]})).tolist() == [2, 0]
    assert owners(Boxes(xyxy), InstanceMasks(masks[:0])).tolist() == [-1] * 4


def test_a_box_without_an_object_loses_what_is_covered_and_stays_in_place():
    aug = augkit.Pipeline([steps.copy_paste(count=1)], sample={k: SAMPLE[k] for k in ("image", "masks", "boxes")})
    square = np.zeros((1, 20, 20), bool)
    square[0, 5:15, 5:15] = True
    image = np.zeros((20, 20, 3), np.uint8)
    own = {"image": image, "masks": square[:0], "boxes": [[0, 5, 10, 15.0], [5, 5, 14, 15], [0, 0, 4, 4]]}
    out = aug(**own, key="a", partners=[{"image": image, "masks": square, "boxes": [[5, 5, 15, 15.0]]}])
    assert np.asarray(out["boxes"]).tolist() == [[0, 5, 10, 15], [0, 0, 4, 4], [5, 5, 15, 15]]


def test_classes_of_a_mask_are_objects_where_there_are_no_others():
    sample = {"image": "image", "mask": "mask"}
    classes = np.repeat(np.array([0, 1, 2, 3, 255], np.uint8), 4)[None].repeat(6, axis=0)
    other = {"image": np.full((6, 20, 3), 200, np.uint8), "mask": classes}
    own = {"image": np.zeros((6, 20, 3), np.uint8), "mask": np.full((6, 20), 9, np.uint8)}
    seen = set()
    for turn in range(30):
        out = augkit.Pipeline([steps.copy_paste(count=2)], sample=sample)(**own, key=str(turn), partners=[other])
        new = set(np.unique(out["mask"])) - {9}
        assert len(new) == 2 and new < {1, 2, 3}
        assert np.array_equal(out["image"][:, :, 0] == 200, np.isin(classes, list(new)))
        seen |= new
    assert seen == {1, 2, 3}
    out = augkit.Pipeline([steps.copy_paste(count=5, classes=[2, 7])], sample=sample)(**own, key="a", partners=[other])
    assert np.array_equal(out["mask"] == 2, classes == 2) and set(np.unique(out["mask"])) == {2, 9}


@pytest.mark.parametrize(
    ("sample", "fields", "said"),
    [
        ({"image": "image"}, {}, r"needs `masks` \(one an object\) or a `mask`"),
        (
            {"image": "image", "mask": "mask", "b": "boxes"},
            {},
            "do not tell whose boxes are pasted; add a field of kind",
        ),
        ({"image": "image", "masks": "masks"}, {"classes": [1]}, "`classes` are of a `mask`, but here objects are"),
        (
            {"image": "image", "masks": "masks", "label": "label"},
            {},
            "of 'label': what is pasted may be of other classes",
        ),
        ({"image": "image", "masks": "masks", "p": "polygons"}, {}, "of 'p': a target of kind 'polygons' has no rule"),
    ],
)
def test_what_cannot_be_pasted_rightly_is_refused(sample, fields, said):
    with pytest.raises(CompileError, match=said):
        augkit.Pipeline([steps.copy_paste(**fields)], sample=sample)


def test_accept_keeps_the_label():
    sample = {"image": "image", "masks": "masks", "label": "label"}
    aug = augkit.Pipeline([steps.copy_paste(accept="the label is of the background")], sample=sample)
    given = {name: discs(1, 2)[name] for name in ("image", "masks")}
    assert aug(**given, label="beach", key="a", partners=[{**given, "label": "road"}])["label"] == "beach"
