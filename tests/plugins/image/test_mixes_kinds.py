"""Mixes of everything that can be annotated on a picture: outlines, oriented boxes, objects, depth, heatmaps."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError

SAMPLE = {
    "image": "image",
    "masks": {"masks": {"min_visible": 0.3}},
    "turned": {"oriented_boxes": {"min_visible": 0.3}},
    "outlines": {"polygons": {"min_visible": 0.3}},
    "depth": "depth",
    "heat": "heatmap",
}
ROWS = ("masks", "turned", "outlines")


def rectangles(name: str, count: int = 4, h: int = 50, w: int = 70) -> dict:
    """Upright rectangles on whole pixels, exact in every kind; the picture's gray tells whose it is."""
    number = "abcde".index(name) + 1
    rng = np.random.default_rng(number)
    low = rng.integers(0, [w - 20, h - 20], (count, 2))
    boxes = np.concatenate([low, low + rng.integers(6, 20, (count, 2))], axis=1).astype(float)
    masks = np.zeros((count, h, w), bool)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes.astype(int), strict=True):
        mask[y0:y1, x0:x1] = True
    sides = boxes[:, 2:] - boxes[:, :2]
    ids = [f"{name}{row}" for row in range(count)]
    return {
        "image": np.full((h, w, 3), 30 * number, np.uint8),
        "masks": {"masks": masks, "of": ids},
        "turned": {"xywha": np.column_stack([boxes[:, :2] + sides / 2, sides, np.zeros(count)]), "of": ids},
        "outlines": {"polygons": [[[x0, y0], [x1, y0], [x1, y1], [x0, y1]] for x0, y0, x1, y1 in boxes], "of": ids},
        "depth": np.full((h, w), number, np.float32),
        "heat": np.full((h, w, 2), number / 10, np.float32),
    }


def without(sample: dict, *names: str) -> dict:
    return {name: value for name, value in sample.items() if name not in names}


def test_in_a_mosaic_all_kinds_agree_about_every_object():
    aug = augkit.Pipeline([steps.mosaic()], sample=SAMPLE)
    checked = 0
    for turn in range(25):
        out = aug(**rectangles("a"), key=str(turn), partners=[{**rectangles(n), "key": n} for n in "bcde"])
        whose = out["image"][:, :, 0].astype(int) // 30
        assert np.array_equal(out["depth"], whose) and np.allclose(out["heat"], whose[:, :, None] / 10)
        masks = dict(zip(out["masks"]["of"], out["masks"]["masks"], strict=True))
        rings = dict(zip(out["outlines"]["of"], out["outlines"]["polygons"], strict=True))
        for name in masks.keys() & rings.keys():
            ys, xs = np.nonzero(masks[name])
            assert (whose[ys, xs] == "abcde".index(name[0]) + 1).all()
            ring = np.concatenate([np.reshape(part, (-1, 2)) for part in [rings[name]]]).reshape(-1, 2)
            seen = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
            assert np.abs(np.array([*ring.min(axis=0), *ring.max(axis=0)]) - seen).max() <= 0.51
            checked += 1
        assert len(masks.keys() ^ rings.keys()) <= 1
        for (x, y, w, h, degrees), name in zip(out["turned"]["xywha"], out["turned"]["of"], strict=True):
            if name in rings:
                low, high = np.reshape(rings[name], (-1, 2)).min(axis=0), np.reshape(rings[name], (-1, 2)).max(axis=0)
                assert degrees == 0 and x - w / 2 <= low[0] + 1e-6 and y + h / 2 >= high[1] - 1e-6
    assert checked > 60


def test_cutmix_cuts_objects_and_depth_and_drops_oriented_boxes():
    sample = without(SAMPLE, "outlines")
    aug = augkit.Pipeline([steps.cutmix()], sample=sample)
    a, b = (without(rectangles(name), "outlines") for name in "ab")
    drops = 0
    for turn in range(60):
        out, trace = aug.traced(**a, key=str(turn), partners=[b])
        x0, y0, x1, y1 = trace.steps[0][2]["rect"]
        whose = out["image"][:, :, 0] // 30
        patch = np.zeros((50, 70), bool)
        patch[y0:y1, x0:x1] = True
        assert np.array_equal(whose == 2, patch) and np.array_equal(out["depth"], whose)
        want = {}
        for scene, region in ((a, ~patch), (b, patch)):
            for name, mask in zip(scene["masks"]["of"], scene["masks"]["masks"], strict=True):
                if (mask & region).sum() >= 0.3 * mask.sum():
                    want[name] = mask & region
        assert list(out["masks"]["of"]) == list(want) and list(out["turned"]["of"]) == list(want)
        assert all(np.array_equal(mask, want[n]) for n, mask in zip(want, out["masks"]["masks"], strict=True))
        drops += 8 - len(want)
    assert drops > 60
    with pytest.raises(CompileError, match=r"of 'outlines': what a patch leaves of an outline.*of kind `masks`"):
        augkit.Pipeline([steps.cutmix()], sample=SAMPLE)


def test_mixup_unites_rows_of_every_kind():
    sample = without(SAMPLE, "depth", "heat")
    aug = augkit.Pipeline([steps.image.mixup(alpha=1)], sample=sample)
    a, b = (without(rectangles(name), "depth", "heat") for name in "ab")
    out, trace = aug.traced(**a, key="k", partners=[b])
    share = trace.steps[0][2]["share"]
    for kind in ROWS:
        assert out[kind]["of"] == a[kind]["of"] + b[kind]["of"]
        assert out[kind]["weight"].tolist() == [share] * 4 + [1 - share] * 4
    nothing = {**b, "masks": {"masks": np.zeros((0, 0, 0), bool)}}
    assert len(aug(**a, key="k", partners=[nothing])["masks"]["masks"]) == 4
    with pytest.raises(CompileError, match="of 'depth': a target of kind 'depth' has no rule for it"):
        augkit.Pipeline([steps.image.mixup()], sample=SAMPLE)


def test_a_film_is_refused_and_not_taken_for_one_picture():
    with pytest.raises(CompileError, match="of 'film': a target of kind 'image_sequence' has no rule for it"):
        augkit.Pipeline([steps.cutmix()], sample={"image": "image", "film": "image_sequence"})


def test_pictures_of_16_bits_come_back_with_them():
    aug = augkit.Pipeline([steps.image.mixup(alpha=1), steps.mosaic(id="m"), steps.cutmix()], sample={"image": "image"})
    deep = [np.random.default_rng(n).integers(0, 65536, (9, 8, 3)).astype(np.uint16) for n in range(4)]
    out = aug(image=deep[0], key="k", partners=[{"image": image} for image in deep[1:]])
    assert out["image"].dtype == np.uint16 and out["image"].max() > 255
