"""Steps that change pixels in place: annotations come back untouched, the trace replays, zero strength is nothing."""

import numpy as np
import pytest

from augkit import FieldError, Pipeline, steps
from augkit.fields import Size
from augkit.plan import Plan
from augkit.rng import stream
from augkit.sample import Sample
from augkit.schema import read_schema
from augkit.trace import Trace
from augkit.vocab.space import Boxes, Image, Mask
from augkit_image import colour, filters
from augkit_image.colour_steps import Recolor

from .scenes import EVERYTHING, everything, pipeline

STEPS = [
    ("color_jitter", {"brightness": [0.5, 1.5], "hue": [-0.5, 0.5]}),
    ("brightness", {"factor": 0.5}),
    ("contrast", {"factor": [0.2, 0.5]}),
    ("saturation", {"factor": 3}),
    ("hue", {"turns": 0.25}),
    ("gamma", {"gamma": 2}),
    ("grayscale", {}),
    ("channel_shuffle", {}),
    ("gaussian_blur", {"sigma": 2}),
    ("gaussian_noise", {"std": 0.1}),
    ("sharpen", {"amount": 2}),
    ("jpeg", {"quality": 10}),
]
NAMES = [name for name, _ in STEPS]
SCALED = [name for name in NAMES if name not in ("grayscale", "channel_shuffle", "jpeg")]


def targets(sample):
    return {
        "image": Image(sample["image"]),
        "mask": Mask(sample["mask"]),
        "boxes": Boxes(sample["boxes"]["xyxy"]),
    }


@pytest.mark.parametrize(("name", "fields"), STEPS, ids=NAMES)
def test_annotations_come_back_as_the_identical_objects(name, fields):
    plan = Plan([getattr(steps, name)(**fields)], read_schema({"image": "image", "mask": "mask", "boxes": "boxes"}, ()))
    before = targets(everything())
    after = plan(Sample(before, "e"))[0].targets
    assert after["mask"] is before["mask"] and after["boxes"] is before["boxes"]
    assert not np.array_equal(after["image"].pixels, before["image"].pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("name", "fields"), STEPS, ids=NAMES)
def test_any_image_keeps_its_channels_type_and_range_and_replays(name, fields, channels, dtype):
    aug, sample = pipeline(name, **fields), everything(channels=channels, dtype=dtype)
    out, trace = aug.traced(key="a", **sample)
    assert (out["image"].shape, out["image"].dtype) == (sample["image"].shape, dtype)
    assert out["image"].min() >= 0 and out["image"].max() <= (255 if dtype == np.uint8 else 1)
    assert np.array_equal(sample["image"], everything(channels=channels, dtype=dtype)["image"])
    assert np.array_equal(aug.replay(Trace.from_json(trace.to_json()), **sample)["image"], out["image"])
    aug(key="a", **everything(1, 1, channels, dtype))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("name", NAMES)
def test_without_strength_no_bit_changes_however_often(name, dtype):
    sample = everything(dtype=dtype)
    aug = Pipeline([getattr(steps, name)(id=str(i), strength=0) for i in range(10)], EVERYTHING)
    assert np.array_equal(aug(key="a", **sample)["image"], sample["image"])


@pytest.mark.parametrize("name", SCALED)
def test_half_the_strength_is_half_the_way(name):
    neutral = {"brightness": 1, "contrast": 1, "saturation": 1, "gamma": 1}
    full, half = (
        Pipeline([getattr(steps, name)(strength=s)], EVERYTHING, seed=4).traced(key="a", **everything())[1].steps[0][2]
        for s in (1, 0.5)
    )

    def values(logged):
        ops = logged.get("ops") or [[name, v] for name, v in logged.items() if name != "subseed"]
        return dict(ops)

    for op, value in values(full).items():
        centre = neutral.get(op, 0)
        assert values(half)[op] == pytest.approx(centre + (value - centre) / 2)


def test_each_step_does_what_its_function_does():
    image = everything()["image"]
    for name, fields, expected in (
        ("brightness", {"factor": 0.7}, colour.brightness(image, 0.7)),
        ("contrast", {"factor": 1.3}, colour.contrast(image, 1.3)),
        ("saturation", {"factor": 0.7}, colour.saturation(image, 0.7)),
        ("hue", {"turns": -0.2}, colour.hue(image, -0.2)),
        ("gamma", {"gamma": 2.0}, colour.gamma(image, 2.0)),
        ("grayscale", {}, colour.grayscale(image)),
        ("gaussian_blur", {"sigma": 1.1}, filters.gaussian_blur(image, 1.1)),
        ("sharpen", {"amount": 0.4}, filters.sharpen(image, 0.4)),
        ("jpeg", {"quality": 33}, filters.jpeg(image, 33)),
    ):
        out = pipeline(name, {"image": "image"}, **fields)(key="a", image=image)
        assert np.array_equal(out["image"], expected), name


def test_jitter_draws_an_order_and_one_number_for_each():
    step = steps.color_jitter(brightness=[0.5, 1.5]).transform
    drawn = [step.draw(stream(0, 0, str(k)), {}) for k in range(200)]
    assert len({tuple(name for name, _ in recolor.ops) for recolor in drawn}) == 24
    factors = [dict(recolor.ops)["brightness"] for recolor in drawn]
    assert min(factors) < 0.55 and max(factors) > 1.45


def test_two_recolors_are_one_and_give_the_same_bytes():
    image = Image(everything()["image"])
    first, second = Recolor((("brightness", 1.2), ("hue", 0.1))), Recolor((("gamma", 1.4),))
    apply = steps.hue().transform.kernel(Image)
    assert np.array_equal(apply(image, first.then(second)).pixels, apply(apply(image, first), second).pixels)


def test_noise_differs_between_samples_and_not_between_visits():
    aug, image = pipeline("gaussian_noise", {"image": "image"}, std=0.1), everything()["image"]
    one, again, other, later = (
        aug(key=key, epoch=epoch, image=image)["image"] for key, epoch in (("a", 0), ("a", 0), ("b", 0), ("a", 1))
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other) and not np.array_equal(one, later)


def test_colours_do_not_change_gray_images_beyond_recognition():
    gray = everything(channels=1)["image"]
    for name in ("saturation", "hue", "grayscale", "channel_shuffle"):
        assert pipeline(name, {"image": "image"})(key="a", image=gray)["image"].tolist() == gray.tolist()


@pytest.mark.parametrize(("policy", "hidden_class"), [("keep", None), ("ignore", -1), ("background", 0)])
def test_erasing_follows_one_policy_on_every_target(policy, hidden_class):
    sample = everything(40, 60)
    sample["mask"] = sample["mask"] + 1
    out, trace = pipeline("erase", count=3, size=[0.2, 0.4], fill=9, policy=policy, max_hidden=0).traced(
        key="a", **sample
    )
    erased = np.zeros((40, 60), bool)
    for x0, y0, x1, y1 in trace.steps[0][2]["rects"]:
        assert 0 <= x0 < x1 <= 60 and 0 <= y0 < y1 <= 40
        assert 0.19 * 60 <= x1 - x0 <= 0.41 * 60 and 0.19 * 40 <= y1 - y0 <= 0.41 * 40
        erased[y0:y1, x0:x1] = True
    assert (out["image"][erased] == 9).all()
    assert np.array_equal(out["image"][~erased], sample["image"][~erased])
    assert np.array_equal(out["mask"][~erased], sample["mask"][~erased])
    if policy == "keep":
        assert np.array_equal(out["mask"], sample["mask"]) and len(out["points"]["xy"]) == 2400
        assert len(out["boxes"]["label"]) == 2
        return
    assert (out["mask"][erased] == hidden_class).all()
    assert set(out["points"]["number"]) == set(np.flatnonzero(~erased))
    expected = [
        name
        for name, (x0, y0, x1, y1) in zip(("cat", "dog"), sample["boxes"]["xyxy"].astype(int), strict=True)
        if not erased[y0:y1, x0:x1].any()
    ]
    assert out["boxes"]["label"] == expected


def test_erasing_reaches_every_edge_and_counts():
    step = steps.erase(count=[0, 3], size=0.5).transform
    drawn = [step.draw(stream(0, 0, str(k)), {"space": Size(6, 6)}) for k in range(300)]
    assert {len(erase.rects) for erase in drawn} == {0, 1, 2, 3}
    edges = np.array([rect for erase in drawn for rect in erase.rects])
    assert edges.min() == 0 and edges[:, 2].max() == 6 and edges[:, 3].max() == 6


@pytest.mark.parametrize(
    ("name", "fields", "complaint"),
    [
        ("brightness", {"factor": -1}, "below the lowest allowed, 0"),
        ("hue", {"turns": 90}, "above the highest allowed, 0.5"),
        ("jpeg", {"quality": 0}, "below the lowest allowed, 1"),
        ("gaussian_blur", {"sigma": "strong"}, "expected a number"),
        ("erase", {"policy": "drop"}, "Expected one of 'keep', 'ignore', 'background'"),
        ("color_jitter", {"hues": 0.1}, "Did you mean 'hue'"),
    ],
)
def test_fields_that_make_no_sense_are_refused(name, fields, complaint):
    with pytest.raises(FieldError, match=complaint):
        getattr(steps, name)(**fields)
