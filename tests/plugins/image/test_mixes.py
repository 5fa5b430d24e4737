"""Pictures that become one picture: pixels, masks, boxes, points and labels agree about what is seen of whom."""

import numpy as np
import pytest

import augkit
from augkit import steps, testing
from augkit.errors import CompileError, DataError
from augkit.vocab.space import Boxes, BoxOptions
from augkit.vocab.space.seen import uncovered, within

SAMPLE = {
    "image": "image",
    "mask": "mask",
    "boxes": {"boxes": {"min_visible": 0.2}},
    "points": {"keypoints": {"coords": "continuous"}},
    "label": "label",
}


def scene(name: str, h: int = 20, w: int = 30) -> dict:
    """A scene whose pixels, classes and annotations all tell which one it is; 'a' is 1, 'b' is 2, …"""
    number = ord(name) - ord("a") + 1
    rng = np.random.default_rng(number)
    low = rng.uniform(0, [w - 4, h - 4], (5, 2))
    return {
        "image": np.full((h, w, 3), 40 * number, np.uint8),
        "mask": np.full((h, w), number, np.uint8),
        "boxes": {"xyxy": np.concatenate([low, low + rng.uniform(1, 4, (5, 2))], axis=1), "of": [name] * 5},
        "points": {"xy": rng.uniform(0, [w, h], (9, 2)), "of": [name] * 9},
        "label": name,
    }


def others(count: int, **size: int) -> list[dict]:
    return [{**scene("bcde"[number], **size), "key": "bcde"[number]} for number in range(count)]


def drawn(aug: augkit.Pipeline, count: int = 1, turns: int = 60):
    for turn in range(turns):
        yield aug.traced(**scene("a"), key=str(turn), partners=others(count))


def weights(label) -> dict:
    return getattr(label, "weights", {label: 1.0})


def test_cutmix_weighs_labels_by_the_very_area_that_is_seen():
    aug = augkit.Pipeline([steps.cutmix()], sample=SAMPLE)
    seen = []
    for out, _ in drawn(aug):
        share = (out["mask"] == 2).mean()
        assert np.array_equal(out["image"][:, :, 0] == 80, out["mask"] == 2)
        assert weights(out["label"]) == pytest.approx({k: v for k, v in {"a": 1 - share, "b": share}.items() if v})
        seen.append(share)
    assert min(seen) < 0.1 and max(seen) > 0.7


def test_cutmix_boxes_and_points_are_what_is_seen_of_them():
    aug = augkit.Pipeline([steps.cutmix()], sample=SAMPLE)
    counts = {"a": 0, "b": 0}
    for out, trace in drawn(aug):
        x0, y0, x1, y1 = trace.steps[0][2]["rect"]
        for (x, y), of in zip(out["points"]["xy"], out["points"]["of"], strict=True):
            assert (x0 <= x < x1 and y0 <= y < y1) == (of == "b")
        for (left, top, right, bottom), of in zip(out["boxes"]["xyxy"], out["boxes"]["of"], strict=True):
            counts[of] += 1
            if of == "b":
                assert x0 <= left < right <= x1 and y0 <= top < bottom <= y1
            else:
                assert not (x0 <= left and right <= x1 and y0 <= top and bottom <= y1)
        all_points = {"a": scene("a")["points"]["xy"], "b": scene("b")["points"]["xy"]}
        inside = {of: ((xy >= (x0, y0)) & (xy < (x1, y1))).all(axis=1).sum() for of, xy in all_points.items()}
        assert len(out["points"]["xy"]) == 9 - inside["a"] + inside["b"]
    assert min(counts.values()) > 30


BOXES = Boxes(
    np.array([[10, 10, 20, 20], [10, 10, 20, 20.0], [0, 0, 4, 4], [10, 0, 20, 10]]),
    columns={"id": [0, 1, 2, 3]},
    options=BoxOptions(min_visible=0.3),
)


@pytest.mark.parametrize(
    ("rect", "left"),
    [
        ((0, 0, 0, 0), {0: [10, 10, 20, 20], 2: [0, 0, 4, 4], 3: [10, 0, 20, 10]}),
        ((15, 5, 30, 30), {0: [10, 10, 15, 20], 2: [0, 0, 4, 4], 3: [10, 0, 20, 10]}),  # right half of 0, a corner of 3
        ((12, 12, 18, 18), {0: [10, 10, 20, 20], 2: [0, 0, 4, 4], 3: [10, 0, 20, 10]}),  # a hole
        ((8, 13, 22, 22), {0: [10, 10, 20, 13], 2: [0, 0, 4, 4], 3: [10, 0, 20, 10]}),
        ((8, 12, 22, 22), {2: [0, 0, 4, 4], 3: [10, 0, 20, 10]}),  # less than 0.3 of 0 is left
        ((0, 0, 20, 20), {}),
    ],
)
def test_what_a_rectangle_leaves_of_boxes(rect, left):
    made = uncovered(BOXES, rect)
    kept = {i: box for i, box in zip(made.columns["id"], made.xyxy.tolist(), strict=True) if i != 1}
    assert kept == left


def test_what_a_rectangle_shows_of_boxes():
    made = within(BOXES, (3, 2, 16, 13))
    assert dict(zip(made.columns["id"], made.xyxy.tolist(), strict=True)) == {3: [10, 2, 16, 10]}
    assert made.visible.tolist() == [0.48]
    assert within(BOXES, (0, 0, 4, 4)).columns["id"] == [2]


def test_the_visible_fraction_is_kept_over_several_patches():
    half = uncovered(BOXES, (15, 0, 40, 40))
    assert half.visible.tolist() == [0.5, 0.5, 1.0, 0.5]
    assert uncovered(half, (0, 16, 40, 40)).columns["id"] == [0, 1, 2, 3]  # 0.6 of a half is left of the first two
    assert uncovered(half, (0, 15, 40, 40)).columns["id"] == [2, 3]


def test_mixup_lays_pictures_over_each_other_and_unites_what_is_on_them():
    sample = {name: kind for name, kind in SAMPLE.items() if name != "mask"}
    aug = augkit.Pipeline([steps.image.mixup(alpha=1)], sample=sample)
    a, b = ({name: value for name, value in scene(n).items() if name != "mask"} for n in "ab")
    for turn in range(20):
        out, trace = aug.traced(**a, key=str(turn), partners=[b])
        share = trace.steps[0][2]["share"]
        assert np.abs(out["image"] - (share * 40 + (1 - share) * 80)).max() <= 0.5
        assert weights(out["label"]) == pytest.approx({"a": share, "b": 1 - share})
        for name, count in (("boxes", 5), ("points", 9)):
            assert out[name]["of"] == ["a"] * count + ["b"] * count
            assert out[name]["weight"].tolist() == [share] * count + [1 - share] * count
    empty = {**b, "boxes": {"xyxy": np.zeros((0, 4))}}
    assert aug(**a, key="x", partners=[empty])["boxes"]["of"] == ["a"] * 5


def test_mixup_of_float_pictures_and_of_tensors():
    for last in ([], [steps.to_tensor()]):
        aug = augkit.Pipeline([*last, steps.image.mixup(alpha=1)], sample={"image": "image"})
        image = np.random.default_rng(0).random((4, 5, 3), dtype=np.float32)
        out, trace = aug.traced(image=image, key="a", partners=[{"image": image[::-1].copy()}])
        share = np.float32(trace.steps[-1][2]["share"])
        want = share * image + (1 - share) * image[::-1]
        got = out["image"] if not last else np.moveaxis(out["image"], 0, 2)
        assert got.dtype == np.float32 and np.abs(got - want).max() < 1e-6


def test_mixup_refuses_masks_and_rows_that_have_numbers():
    with pytest.raises(CompileError, match=r"of 'mask': two masks laid over each other are no mask\. Use `cutmix`"):
        augkit.Pipeline([steps.image.mixup()], sample=SAMPLE)
    joints = {"keypoints": {"pairs": [[0, 1]], "outside": "hide"}}
    for step in (steps.image.mixup(), steps.cutmix(), steps.mosaic()):
        with pytest.raises(CompileError, match="of 'points': its `pairs` are row numbers"):
            augkit.Pipeline([step], sample={"image": "image", "points": joints})


def test_columns_must_be_those_of_all():
    sample = {"image": "image", "boxes": "boxes"}
    aug = augkit.Pipeline([steps.image.mixup()], sample=sample)
    a, b = ({"image": scene(n)["image"], "boxes": scene(n)["boxes"]} for n in "ab")
    b = {**b, "boxes": {"xyxy": b["boxes"]["xyxy"]}}
    with pytest.raises(DataError, match="boxes: one of the samples that are mixed has no column 'of'"):
        aug(**a, key="a", partners=[b])


def test_a_mosaic_shows_each_scene_in_its_own_cell():
    aug = augkit.Pipeline([steps.mosaic(centre=[0, 1])], sample=SAMPLE)
    for out, trace in drawn(aug, count=4):
        x, y = trace.steps[0][2]["centre"]
        cells = [(0, 0, x, y), (x, 0, 30, y), (0, y, x, 20), (x, y, 30, 20)]
        names = ["a", *trace.steps[0][2]["partners"]]
        assert len(set(names)) == 4
        for name, (x0, y0, x1, y1) in zip(names, cells, strict=True):
            assert (out["mask"][y0:y1, x0:x1] == ord(name) - ord("a") + 1).all()
            share = (x1 - x0) * (y1 - y0) / 600
            assert weights(out["label"]).get(name, 0) == pytest.approx(share)
            for kind in ("boxes", "points"):
                spots = out[kind]["xyxy" if kind == "boxes" else "xy"]
                here = np.array([spot for spot, of in zip(spots, out[kind]["of"], strict=True) if of == name])
                if len(here):
                    low, high = here[:, :2].min(axis=0), here[:, -2:].max(axis=0)
                    assert (low >= (x0, y0)).all() and (high <= (x1, y1)).all()
        assert np.array_equal(out["image"][:, :, 0], 40 * out["mask"])


def test_in_a_mosaic_points_stay_on_their_markers_and_boxes_round_their_blobs():
    """Pictures of several sizes, each with one square blob, its box and its centre."""
    sample = {
        "image": "image",
        "boxes": {"boxes": {"min_visible": 1}},
        "points": {"keypoints": {"coords": "continuous"}},
    }
    aug = augkit.Pipeline([steps.mosaic(size=[160, 200])], sample=sample)
    rng, checked = np.random.default_rng(0), 0
    for turn in range(30):
        fields = []
        for channel in range(4):
            h, w = rng.integers(40, 120, 2)
            x, y = rng.integers(4, w - 12), rng.integers(4, h - 12)
            image = np.zeros((h, w, 4), np.uint8)
            image[y : y + 8, x : x + 8, channel] = 255
            box, centre = [[x, y, x + 8.0, y + 8]], [[x + 4.0, y + 4]]
            fields.append(
                {"image": image, "boxes": {"xyxy": box, "of": [channel]}, "points": {"xy": centre, "of": [channel]}}
            )
        out = aug(**fields[0], key=str(turn), partners=fields[1:])
        for (x0, y0, x1, y1), channel in zip(out["boxes"]["xyxy"], out["boxes"]["of"], strict=True):
            blob = out["image"][:, :, channel] / 255.0
            ys, xs = (np.arange(side) + 0.5 for side in blob.shape)
            middle = (blob.sum(axis=0) @ xs / blob.sum(), blob.sum(axis=1) @ ys / blob.sum())
            point = np.array(out["points"]["xy"])[list(out["points"]["of"]).index(channel)]
            assert np.abs(point - middle).max() < 0.25
            assert np.abs(np.array([(x0 + x1) / 2, (y0 + y1) / 2]) - middle).max() < 0.25
            assert blob.sum() == pytest.approx((x1 - x0) * (y1 - y0), rel=0.06)
            checked += 1
    assert checked > 60


def test_a_mosaic_of_a_size_makes_frames_of_it_whatever_comes_in():
    aug = augkit.Pipeline([steps.mosaic(size=[16, 24]), steps.hflip()], sample=SAMPLE)
    out, trace = aug.traced(**scene("a", h=7, w=9), key="k", partners=others(2, h=50, w=5))
    assert out["image"].shape == (16, 24, 3) and out["mask"].shape == (16, 24)
    with pytest.raises(augkit.ReplayError, match=r"drawn for a frame of \(7, 9\), met one of \(20, 30\)"):
        aug.replay(trace, **scene("a"), partners=others(2))


def test_single_pixels_can_be_mixed():
    sample = {"image": "image", "boxes": {"boxes": {"min_size": 0}}}
    dot = {"image": np.full((1, 1, 3), 9, np.uint8), "boxes": [[0, 0, 1.0, 1]]}
    for step in (steps.cutmix(), steps.mosaic(), steps.image.mixup()):
        out = augkit.Pipeline([step], sample=sample)(**dot, key="a", partners=[dot])
        assert out["image"].tolist() == [[[9, 9, 9]]]
        assert all(box == [0, 0, 1, 1] for box in np.asarray(out["boxes"]).tolist())


def test_strength_says_how_often_and_nothing_that_went_in_is_changed():
    for step in (steps.cutmix(strength=0), steps.mosaic(strength=0), steps.image.mixup(alpha=0)):
        sample = {"image": "image", "label": "label"}
        given = {"image": scene("a")["image"], "label": "a"}
        out = augkit.Pipeline([step], sample=sample)(**given, key="a", partners=others_of(sample))
        assert np.array_equal(out["image"], given["image"]) and out["label"] == "a"
    aug = augkit.Pipeline([steps.cutmix(), steps.mosaic()], sample=SAMPLE)
    given, fellows = scene("a"), others(3)
    aug(**given, key="a", partners=fellows)
    for kept, name in ((given, "a"), *zip(fellows, "bcd", strict=True)):
        for field, value in scene(name).items():
            assert repr(kept[field]) == repr(value)


def others_of(sample: dict) -> list[dict]:
    return [{name: scene("b")[name] for name in sample}]


def test_the_kit_says_that_its_laws_are_about_one_sample():
    report = testing.check(steps.mosaic())
    assert not report.broken and report.ran == 0
    assert "it mixes several samples" in str(report)
