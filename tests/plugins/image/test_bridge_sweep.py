"""Every transform of albumentations 2.0.8: reached or refused by name, drawn from our streams, replayed to the byte."""

import json
import os
import random
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.plugins import catalogue
from augkit_image.bridge_library import classes, library
from augkit_image.bridge_table import CHANGES, COMPOSITIONS, REFUSED
from tests.plugins.image.bridge_cases import BOXES, MASK, PICTURE, POINTS, follows, make, needed

NAMES = [name for name in classes() if name not in REFUSED]
FIXED = """Affine AutoContrast CLAHE CenterCrop Crop Downscale Equalize HorizontalFlip InvertImg LongestMaxSize
    Morphological NoOp Pad PadIfNeeded Posterize Resize SmallestMaxSize Solarize TimeReverse ToGray ToRGB ToSepia
    Transpose VerticalFlip""".split()
THREE_CHANNELS = """ChannelDropout ChromaticAberration HEStain HistogramMatching ISONoise OverlayElements
    PixelDistributionAdaptation PlanckianJitter RandomFog RandomGravel RandomRain RandomSnow RandomSunFlare
    Spatter""".split()
ANNOTATIONS = {"mask": MASK, "boxes": BOXES, "keypoints": POINTS}


def everything(step):
    schema, values = needed(step)
    taken = follows(step) - set(schema)
    return schema | {kind: kind for kind in taken}, values | {kind: ANNOTATIONS[kind] for kind in taken}


def same(first, second):
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(same(first[name], second[name]) for name in first)
    if isinstance(first, np.ndarray):
        return first.dtype == second.dtype and np.array_equal(first, second)
    if isinstance(first, list) and first and isinstance(first[0], np.ndarray | dict):
        return all(same(one, other) for one, other in zip(first, second, strict=True))
    return first == second


def frozen(value):
    return {name: frozen(item) for name, item in value.items()} if isinstance(value, dict) else np.array(value)


@pytest.fixture(autouse=True)
def no_advice():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The image is already|HueSaturationValue: hue_shift", UserWarning)
        yield


@pytest.mark.parametrize("name", NAMES)
def test_draws_from_our_streams_alone(name):
    step = make(name)
    schema, values = everything(step)
    before = {field: frozen(value) for field, value in values.items() if isinstance(value, np.ndarray | dict)}
    aug = augkit.Pipeline([step], sample=schema, seed=1)
    random.seed(1)
    np.random.seed(1)
    out, trace = aug.traced(**values, key="a")
    position = random.random(), np.random.random()
    random.seed(2)
    np.random.seed(2)
    assert same(out, aug(**values, key="a"))
    random.seed(1)
    np.random.seed(1)
    assert position == (random.random(), np.random.random()), "the global generators moved"
    drawn = {aug.traced(**values, key=str(number))[1].steps[0][2]["subseed"] for number in range(3)}
    others = [aug(**values, key=str(number)) for number in range(5)]
    assert len(drawn) == 3 and all(same(out, other) for other in others) == (name in FIXED)
    assert same(out, aug.replay(augkit.Trace.from_json(trace.to_json()), **values))
    assert out["image"].dtype == np.uint8
    assert all(
        np.array_equal(before[field], values[field]) for field in before if isinstance(values[field], np.ndarray)
    )
    assert all(same(before[field], frozen(values[field])) for field in before), "the input was changed"


@pytest.mark.parametrize("name", NAMES)
def test_replay_draws_nothing(name, monkeypatch):
    step = make(name)
    schema, values = everything(step)
    aug = augkit.Pipeline([step], sample=schema, seed=2)
    out, trace = aug.traced(**values, key="a")
    for method in ("get_params", "get_params_dependent_on_data"):
        monkeypatch.setattr(type(step.transform.inner), method, lambda *_, **__: pytest.fail("it drew again"))
    assert same(out, aug.replay(trace, **values))


@pytest.mark.parametrize("name", NAMES)
def test_float_images_stay_within_0_and_1(name):
    step = make(name)
    schema, values = needed(step)
    aug = augkit.Pipeline([step], sample=schema, seed=3)
    image = PICTURE.astype(np.float32) / 255
    if name == "PixelDistributionAdaptation":
        with pytest.raises(augkit.DataError, match="PixelDistributionAdaptation cannot take float32 of shape"):
            aug(**{**values, "image": image}, key="a")
        return
    out = aug(**{**values, "image": image}, key="a")["image"]
    assert out.dtype == np.float32 and out.min() >= 0 and out.max() <= 1 and np.isfinite(out).all()


@pytest.mark.parametrize("name", NAMES)
def test_gray_images_keep_their_one_channel_or_are_refused_with_the_key(name):
    step = make(name)
    schema, values = needed(step)
    aug = augkit.Pipeline([step], sample=schema, seed=3)
    gray = PICTURE[:, :, :1]
    if name in THREE_CHANNELS:
        with pytest.raises(augkit.DataError, match=rf"a\.png: .*{name} cannot take uint8 of shape \(64, 80, 1\): "):
            aug(**{**values, "image": gray}, key="a.png")
        return
    out = aug(**{**values, "image": gray}, key="a.png")["image"]
    assert out.ndim == 3 and out.shape[2] == (3 if name == "ToRGB" else 1)


INSTEAD = {
    "CenterCrop3D": "`center_crop`",
    "CoarseDropout3D": "{name: CoarseDropout}",
    "CubicSymmetry": "{name: D4}",
    "FromFloat": "leave it out",
    "Lambda": "write a Transform",
    "Mosaic": "use `mosaic`",
    "Normalize": "`normalize: {mean: [...], std: [...]}` as the last step",
    "Pad3D": "`pad`",
    "PadIfNeeded3D": "{name: PadIfNeeded}",
    "RandomCrop3D": "`random_crop`",
    "TextImage": "{name: OverlayElements}",
    "ToFloat": "`to_tensor: {}` as the last step",
    "ToTensor3D": "`to_tensor: {}`",
    "ToTensorV2": "`to_tensor: {}` as the last step",
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_reached_says_what_to_write_instead(name):
    assert name in classes() and REFUSED.keys() == INSTEAD.keys()
    with pytest.raises(augkit.FieldError) as caught:
        steps.albumentations(name=name)
    assert str(caught.value).startswith(f"albumentations/{name}: cannot be used: ") and caught.value.field == "name"
    assert INSTEAD[name] in str(caught.value)


def test_every_step_that_is_named_instead_is_there():
    ours = {word for reason in REFUSED.values() for word in re.findall("`([a-z_]+)[`:]", reason)}
    theirs = {word for reason in REFUSED.values() for word in re.findall("{name: ([A-Za-z0-9]+)}", reason)}
    assert ours <= {entry.split("/")[1] for entry in catalogue().names("transform")} and theirs <= set(NAMES)


@pytest.mark.parametrize("name", sorted(COMPOSITIONS))
def test_combiners_say_which_of_ours_to_use(name):
    assert hasattr(library(), name)
    with pytest.raises(
        augkit.FieldError, match=rf"albumentations/{name}: combining is our own: use `{COMPOSITIONS[name]}`"
    ):
        steps.albumentations(name=name)


def test_every_combiner_is_known():
    combining = library().BaseCompose
    found = {
        name for name, value in vars(library()).items() if isinstance(value, type) and issubclass(value, combining)
    }
    assert found - {"BaseCompose"} == set(COMPOSITIONS)


DIGESTS = """
import hashlib, json, warnings
import numpy as np
import augkit
from tests.plugins.image.bridge_cases import make
from tests.plugins.image.test_bridge_sweep import NAMES, everything, flat
found = {}
for name in NAMES:
    step = make(name)
    schema, values = everything(step)
    aug = augkit.Pipeline([step], sample=schema, seed=9)
    out, trace = aug.traced(**values, key="a")
    again = aug.replay(augkit.Trace.from_json(trace.to_json()), **values)
    assert flat(out) == flat(again), name
    found[name] = hashlib.sha256(flat(out) + trace.to_json().encode()).hexdigest()
print(json.dumps(found))
"""


def flat(value):
    if isinstance(value, dict):
        return b"".join(name.encode() + flat(value[name]) for name in sorted(value))
    array = np.asarray(value)
    return f"{array.dtype}{array.shape}".encode() + (array.tobytes() if array.dtype != object else repr(value).encode())


def test_processes_agree_to_the_byte_and_print_nothing():
    root = Path(__file__).parents[3]
    running, said = [], []
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{root}{os.pathsep}{root / 'plugins'}"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "env": env}
        running.append(subprocess.Popen([sys.executable, "-W", "error::UserWarning", "-c", DIGESTS], **pipes))
    for each in running:
        printed, complaints = each.communicate()
        assert each.returncode == 0 and complaints == "", complaints[-2000:]
        said.append(json.loads(printed))
    assert said[0] == said[1] and said[0].keys() == set(NAMES)


def test_every_quality_is_listed():
    assert set(CHANGES) == set(NAMES)


def test_how_many_follow():
    kinds = {name: follows(make(name)) for name in NAMES}
    lost = {kind: sorted(name for name in NAMES if kind not in kinds[name]) for kind in ANNOTATIONS}
    assert (len(NAMES), len(REFUSED)) == (104, 14)
    assert lost == {
        "mask": ["Morphological"],
        "boxes": ["MaskDropout", "Morphological", "OverlayElements"],
        "keypoints": ["Morphological", "OverlayElements"],
    }
