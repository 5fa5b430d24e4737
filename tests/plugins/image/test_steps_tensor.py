"""What a network reads: planes of float32, with numbers given, looked up or measured."""

import json
import pickle
import sys

import numpy as np
import pytest

from augkit import FieldError, Pipeline, steps
from augkit.errors import CompileError, DataError, MissingDependency
from augkit.vocab.space import Image, ImageTensor
from augkit_image.backbone_stats import stats_like
from augkit_image.tensor_steps import Normalize

from .scenes import everything, pipeline

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def formula(image, mean, std):
    fractions = image / 255 if image.dtype == np.uint8 else image.astype(float)
    return ((fractions - mean) / std).transpose(2, 0, 1)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_tensor_is_the_planes_of_the_image(channels, dtype):
    sample = everything(channels=channels, dtype=dtype)
    for name, fields, mean, std in (("to_tensor", {}, 0, 1), ("normalize", {"mean": 0.25, "std": 0.5}, 0.25, 0.5)):
        out = pipeline(name, **fields)(key="a", **sample)
        assert out["image"].dtype == np.float32 and out["image"].shape == (channels, 24, 36)
        assert np.abs(out["image"] - formula(sample["image"], mean, std)).max() < 1e-6
        assert out["mask"] is sample["mask"]


def test_normalizing_a_tensor_is_normalizing_the_image():
    sample = everything()
    both = Pipeline([steps.to_tensor(), steps.normalize(like="imagenet")], {"image": "image"})
    at_once = Pipeline([steps.normalize(like="imagenet")], {"image": "image"})
    image = sample["image"]
    assert np.abs(both(key="a", image=image)["image"] - at_once(key="a", image=image)["image"]).max() < 1e-6
    twice = Pipeline([steps.to_tensor(), steps.to_tensor(id="again")], {"image": "image"})(key="a", image=image)
    assert twice["image"].max() <= 1


def test_geometry_after_the_tensor_is_refused_before_any_data():
    with pytest.raises(CompileError, match=r"image/hflip.*put this step before it"):
        Pipeline([steps.to_tensor(), steps.hflip()], {"image": "image"})
    with pytest.raises(CompileError, match="must always run"):
        Pipeline([steps.normalize(like="imagenet", p=0.5)], {"image": "image"})


def test_numbers_of_backbones_are_looked_up():
    assert stats_like("imagenet") == IMAGENET
    assert stats_like("pkg/efficientnet_lite0") == ((0.5,) * 3, (0.5,) * 3)
    step = steps.normalize(like="pkg/efficientnet_lite0").transform
    assert (step.mean, step.std) == ((0.5,) * 3, (0.5,) * 3)
    assert pickle.loads(pickle.dumps(step)) == step
    with pytest.raises(FieldError, match=r"like: unknown 'imagnet'\. .* Did you mean 'imagenet'"):
        steps.normalize(like="imagnet")


def test_numbers_of_timm_models_are_those_of_their_weights():
    assert stats_like("timm/resnet34") == IMAGENET
    clip = stats_like("timm/vit_base_patch16_clip_224.openai")
    assert clip[0] == pytest.approx((0.4815, 0.4578, 0.4082), abs=1e-4)
    with pytest.raises(FieldError, match="Did you mean 'resnet34'"):
        stats_like("timm/resnet_34")
    with pytest.raises(FieldError, match=r"like: timm has no weights 'resnet50\.nosuch'"):
        stats_like("timm/resnet50.nosuch")


def test_without_timm_its_models_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(MissingDependency, match=r"pip install 'augkit\[train\]'"):
        stats_like("timm/resnet18")


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_measured_numbers_are_those_of_all_pixels_together(dtype):
    images = [everything(h, w, dtype=dtype)["image"] for h, w in ((5, 7), (30, 20), (1, 9))]
    images[0] //= 2 if dtype == np.uint8 else 1
    pixels = np.concatenate([image.reshape(-1, 3) for image in images]) / (255 if dtype == np.uint8 else 1)
    unfitted = steps.normalize(fit=True).transform
    fitted = unfitted.fit_to(map(Image, images))
    assert not unfitted.fitted() and fitted.fitted()
    assert np.allclose(fitted.mean, pixels.mean(axis=0, dtype=np.float64), atol=1e-12)
    assert np.allclose(fitted.std, pixels.std(axis=0, dtype=np.float64), atol=1e-12)
    assert fitted == unfitted.fit_to(map(Image, reversed(images)))
    tensors = [ImageTensor(np.moveaxis(image / (255 if dtype == np.uint8 else 1), 2, 0)) for image in images]
    assert np.allclose(unfitted.fit_to(tensors).std, fitted.std, atol=1e-7)
    kept = json.loads(json.dumps({"mean": fitted.mean, "std": fitted.std, "fit": fitted.fit, "like": fitted.like}))
    assert Normalize(**kept) == fitted


def test_after_measuring_the_training_pixels_have_mean_0_and_std_1():
    images = [everything(h, w)["image"] for h, w in ((15, 17), (30, 20))]
    fitted = steps.normalize(fit=True).transform.fit_to(map(Image, images))
    planes = [fitted.kernel(Image)(Image(image), fitted.draw(None, {})).values.reshape(3, -1) for image in images]
    pixels = np.concatenate(planes, axis=1)
    assert np.abs(pixels.mean(axis=1)).max() < 1e-5 and np.abs(pixels.std(axis=1) - 1).max() < 1e-5


def test_what_cannot_be_measured_says_why():
    step = steps.normalize(fit=True).transform
    for images, complaint in (
        ([], "no image to measure"),
        ([np.zeros((2, 2, 3), np.uint8)], "channel 0 is the same in every pixel"),
        ([everything(channels=c)["image"] for c in (3, 1)], "1 and 3 channels"),
    ):
        with pytest.raises(DataError, match=complaint):
            step.fit_to(map(Image, images))
    with pytest.raises(DataError, match=r"image/normalize: `fit: true` has not been measured"):
        pipeline("normalize", {"image": "image"}, fit=True)(key="a", image=everything()["image"])


def test_numbers_for_other_channels_say_how_many_there_are():
    with pytest.raises(DataError, match="image/normalize: mean has 3 values for an image of 1 channel"):
        pipeline("normalize", {"image": "image"}, like="imagenet")(key="a", image=everything(channels=1)["image"])


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "exactly one of: mean and std, like, fit"),
        ({"mean": 0.5}, "mean and std go together"),
        ({"std": 0.5}, "exactly one of"),
        ({"mean": 0.5, "std": 0.5, "like": "imagenet"}, "exactly one of"),
        ({"fit": True, "like": "imagenet"}, "exactly one of"),
        ({"fit": True, "mean": 0.5, "std": 0.5}, "exactly one of"),
        ({"mean": 0.5, "std": [0.5, 0, 1]}, "must be above 0"),
    ],
)
def test_the_numbers_come_from_one_place(fields, complaint):
    with pytest.raises(FieldError, match=complaint):
        steps.normalize(**fields)
