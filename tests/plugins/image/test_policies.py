"""Policies over the image steps: annotations follow, bytes come again, and magnitude 0 is nothing."""

import numpy as np
import pytest
from PIL import Image

import augkit
from augkit import steps
from augkit.carriers import how_of
from augkit.plan import Plan
from augkit.sample import Sample
from augkit.schema import read_schema
from augkit.vocab.space import Image as Pixels

SAMPLE = {"image": "image", "mask": "mask", "boxes": "boxes", "keypoints": "keypoints", "label": "label"}


def picture(height, width):
    """Slopes and an edge in three colours."""
    y, x = np.mgrid[:height, :width]
    levels = np.stack([x * 255 // width, y * 255 // height, 200 * (x > y)], axis=2)
    return levels.astype(np.uint8)


def annotated():
    image = picture(40, 56)
    mask = np.zeros((40, 56), np.uint8)
    mask[10:30, 12:44] = 1
    return {
        "image": image,
        "mask": mask,
        "boxes": np.array([[12.0, 10, 44, 30]]),
        "keypoints": np.array([[28.0, 20.0]]),
        "label": "a",
    }


@pytest.mark.parametrize("kind", ["rand_augment", "trivial_augment"])
def test_annotations_follow_and_replay_gives_the_same_bytes(kind):
    aug = augkit.load({"augkit": 1, "sample": SAMPLE, "steps": [{kind: {}}]})
    given, moved = annotated(), 0
    for key in range(60):
        out, trace = aug.traced(**given, key=f"{key}")
        again = aug.replay(augkit.Trace.from_json(trace.to_json()), **given)
        for name in ("image", "mask", "boxes", "keypoints"):
            assert out[name].tobytes() == again[name].tobytes()
        moved += out["mask"].tobytes() != given["mask"].tobytes()
        if len(out["boxes"]):
            ys, xs = np.nonzero(out["mask"] == 1)
            x0, y0, x1, y1 = out["boxes"][0]
            assert xs.min() >= x0 - 1 and ys.min() >= y0 - 1 and xs.max() < x1 + 1 and ys.max() < y1 + 1
    assert 5 < moved < 55


def test_magnitude_zero_changes_nothing_but_what_has_no_magnitude():
    usual = [step for step in steps.usual_steps("image") if step.steered()]
    aug = augkit.Pipeline([steps.rand_augment(usual, n=3, magnitude=0)], sample={"image": "image"})
    image = picture(24, 32)
    assert all(aug(image=image, key=f"{key}")["image"].tobytes() == image.tobytes() for key in range(20))


def test_a_greater_magnitude_changes_more():
    image = picture(48, 48)
    apart = []
    for magnitude in (0.1, 0.5, 1):
        aug = augkit.Pipeline(
            [steps.rand_augment([s for s in steps.usual_steps("image") if s.steered()], magnitude=magnitude)],
            sample={"image": "image"},
        )
        outs = [aug(image=image, key=f"{key}")["image"].astype(float) for key in range(40)]
        apart.append(np.mean([np.abs(out - image).mean() for out in outs]))
    assert apart[0] < apart[1] < apart[2]


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_augmix_keeps_type_range_and_bytes(dtype):
    image = picture(24, 32)
    image = image if dtype == "uint8" else (image / 255).astype(np.float32)
    aug = augkit.load(
        {"augkit": 1, "sample": {"image": "image", "label": "label"}, "steps": [{"augmix": {"magnitude": [0, 1]}}]}
    )
    for key in range(20):
        out, trace = aug.traced(image=image, label=1, key=f"{key}")
        assert out["image"].dtype == image.dtype and out["image"].shape == image.shape
        assert out["image"].min() >= 0 and out["image"].max() <= (255 if dtype == "uint8" else 1)
        assert aug.replay(trace, image=image, label=1)["image"].tobytes() == out["image"].tobytes()


def test_augmix_of_a_plain_picture_by_steps_that_keep_it_is_that_picture():
    grey = np.full((16, 16, 3), 90, np.uint8)
    aug = augkit.Pipeline([steps.augmix([steps.sharpen(), steps.gaussian_blur()])], sample={"image": "image"})
    assert all((aug(image=grey, key=f"{key}")["image"] == 90).all() for key in range(20))


def test_augmix_after_the_picture_became_a_tensor():
    aug = augkit.Pipeline(
        [steps.augmix([steps.rotate(), steps.brightness()]), steps.to_tensor()], sample={"image": "image"}
    )
    assert aug(image=picture(16, 16), key="a")["image"].shape == (3, 16, 16)
    with pytest.raises(augkit.CompileError, match="put this step before it"):
        augkit.Pipeline([steps.to_tensor(), steps.augmix([steps.rotate()])], sample={"image": "image"})


@pytest.mark.parametrize(
    "name, keeps",
    [
        ("elastic", True),
        ("grid_distortion", True),
        ("fisheye", True),
        ("perspective", True),
        ("rot90", False),
        ("transpose", False),
    ],
)
def test_augmix_takes_what_keeps_the_frame(name, keeps):
    node = steps.augmix([getattr(steps, name)()])
    if keeps:
        out = augkit.Pipeline([node], sample={"image": "image"})(image=picture(24, 32), key="a")
        assert out["image"].shape == (24, 32, 3)
    else:
        with pytest.raises(augkit.CompileError, match="may change how far space reaches"):
            augkit.Pipeline([node], sample={"image": "image"})


@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_a_jpeg_that_waits_is_decoded_in_full_before_it_is_mixed(tmp_path, mode):
    pytest.importorskip("simplejpeg")
    from augkit_image.encoded import EncodedImage, open_image

    Image.fromarray(picture(200, 320)).save(tmp_path / "a.jpg", quality=92)
    waiting = open_image(tmp_path / "a.jpg", "simplejpeg")
    assert isinstance(waiting, EncodedImage)
    plain = waiting.pixels
    nodes = [steps.augmix([steps.affine(scale=0.4), steps.brightness()]), steps.resize(size=48)]
    plan = Plan(nodes, read_schema({"image": "image"}), how=how_of(mode))
    for key in "abc":
        moved, trace = plan(Sample({"image": open_image(tmp_path / "a.jpg", "simplejpeg")}, key))
        expected, _ = plan(Sample({"image": Pixels(plain)}, key))
        assert not isinstance(moved.targets["image"], EncodedImage)
        assert moved.targets["image"].pixels.tobytes() == expected.targets["image"].pixels.tobytes()
        again = plan.replay(Sample({"image": waiting}, key), trace)
        assert again.targets["image"].pixels.tobytes() == expected.targets["image"].pixels.tobytes()
