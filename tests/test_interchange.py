"""Pipelines of other libraries as recipes: distributed as the libraries' own, which are run beside."""

import json
import random
from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner

import augkit
from augkit import compat
from augkit.build import step_from
from augkit.cli import main
from augkit.errors import AugkitError, DataError
from tests.plugins.image.bridge_cases import ARGUMENTS

A = pytest.importorskip("albumentations", reason="an oracle")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:albumentations", "ignore::DeprecationWarning")
DRAWS = 1000
PICTURE = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20 + 3


def seen(draw, draws=DRAWS):
    """How often each outcome comes out of so many draws."""
    return Counter(draw(number).tobytes() for number in range(draws))


def assert_same_distribution(theirs, ours):
    """Every outcome as often, within 5 σ of the difference of two counts; and none that only one of both has often."""
    for outcome in theirs.keys() | ours.keys():
        a, b = theirs[outcome], ours[outcome]
        assert abs(a - b) <= 5 * np.sqrt(a + b), (a, b, len(theirs), len(ours))


FLIPS = {
    "compose": lambda: [A.HorizontalFlip(p=0.3), A.Transpose(p=0.6), A.InvertImg(p=0.2)],
    "one_of": lambda: [A.OneOf([A.HorizontalFlip(p=0.2), A.VerticalFlip(p=0.6), A.NoOp(p=0.4)], p=0.7)],
    "some_of": lambda: [A.SomeOf([A.HorizontalFlip(p=0.5), A.Transpose(p=0.9), A.InvertImg(p=1)], n=2, p=0.8)],
    "replaced": lambda: [A.SomeOf([A.HorizontalFlip(p=0.7), A.InvertImg(p=1)], n=3, replace=True)],
    "order": lambda: [A.RandomOrder([A.HorizontalFlip(p=1), A.Transpose(p=1), A.VerticalFlip(p=0.5)], n=3, p=0.9)],
    "other": lambda: [A.OneOrOther(A.HorizontalFlip(p=0.1), A.InvertImg(p=0.3), p=0.8)],
    "nested": lambda: [
        A.OneOf(
            [A.Sequential([A.HorizontalFlip(p=0.5), A.Transpose(p=1)], p=0.3), A.SomeOf([A.InvertImg(p=1)], n=1, p=0.5)]
        ),
        A.Sequential([A.VerticalFlip(p=1), A.RandomRotate90(p=0.5)], p=0.4),
    ],
}


@pytest.mark.parametrize("name", FLIPS)
def test_albumentations_combiners_choose_as_often(name):
    theirs = A.Compose(FLIPS[name]())
    theirs.set_random_state(np.random.default_rng(5), random.Random(5))  # `seed=5` would give all the same numbers
    found = compat.from_albumentations(theirs)
    assert not found.left_out
    ours = found.pipeline(seed=3)
    assert_same_distribution(
        seen(lambda number: theirs(image=PICTURE)["image"]),
        seen(lambda number: ours(image=PICTURE, key=str(number))["image"]),
    )


def test_every_transform_of_albumentations_keeps_its_arguments():
    """The step draws with the library's own transform, made of the same arguments: the distribution is the same."""
    from augkit_image.bridge_library import classes
    from augkit_image.bridge_table import REFUSED

    native = {"HorizontalFlip", "VerticalFlip", "Transpose", "NoOp"}
    reached = 0
    for name in classes().keys() - REFUSED.keys() - native:
        given = {**ARGUMENTS.get(name, {})}
        try:
            theirs = classes()[name](**given, p=0.7)
            told = A.to_dict(theirs)["transform"]
        except Exception:  # it asks for pictures, or cannot be written down
            continue
        found = compat.from_albumentations(A.Compose([theirs]))
        assert not found.left_out, found.left_out
        [(name, given)] = found.steps[0].items()
        step = step_from(name, given)
        assert step.p == 0.7
        again = step.transform.inner.to_dict_private()
        told, again = ({**each, "p": 1, "mask_interpolation": 0} for each in (told, again))
        assert json.dumps(told, sort_keys=True, default=str) == json.dumps(again, sort_keys=True, default=str)
        reached += 1
    assert reached > 90


def test_what_differs_or_is_left_out_is_told():
    theirs = A.Compose(
        [A.Affine(mask_interpolation=1), A.ToFloat(), A.CenterCrop3D((2, 2, 2)), A.Normalize(p=0.5)],
        seed=3,
        bbox_params=A.BboxParams("coco", label_fields=["names"], min_visibility=0.2, min_width=2, min_height=5),
        keypoint_params=A.KeypointParams("xya"),
    )
    found = compat.from_albumentations(theirs)
    assert [each.partition(":")[0] for each in found.left_out] == ["CenterCrop3D", "Normalize"]
    told = "\n".join(found.differences)
    for words in (
        "mask_interpolation",
        "min_width and min_height",
        "columns of the boxes",
        "xya",
        "their p hit together",
    ):
        assert words in told
    assert found.sample["boxes"] == {"boxes": {"min_visible": 0.2, "min_size": 2.0, "format": "xywh"}}
    assert "# LEFT OUT: CenterCrop3D" in found.text and "# differs: " in found.text
    assert augkit.load(found.recipe).schema.fields["boxes"].kind == "boxes"


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_a_file_of_albumentations_becomes_a_recipe_that_runs(tmp_path, ending):
    A.save(A.Compose(FLIPS["nested"]()), tmp_path / f"a.{ending}", data_format=ending)
    done = CliRunner().invoke(main, ["import", str(tmp_path / f"a.{ending}"), "-o", str(tmp_path / "r.yaml")])
    assert done.exit_code == 0, done.output
    assert augkit.load(tmp_path / "r.yaml")(image=PICTURE, key="a")["image"].shape == PICTURE.shape
    shown = CliRunner().invoke(main, ["import", str(tmp_path / f"a.{ending}"), "--json"])
    assert json.loads(shown.stdout)["library"] == "albumentations" and json.loads(shown.stdout)["problem"] == ""


def test_what_is_left_out_is_exit_code_1_and_a_strange_file_2(tmp_path):
    A.save(A.Compose([A.CenterCrop3D((2, 2, 2)), A.HorizontalFlip()]), tmp_path / "a.json")
    done = CliRunner().invoke(main, ["import", str(tmp_path / "a.json")])
    assert done.exit_code == 1 and "left out: CenterCrop3D" in done.stderr and "- hflip" in done.stdout
    headless = '{"transform": {"__class_fullname__": "Compose"}}'
    for text in ('{"a": 1}', "[", "{}", headless):
        (tmp_path / "b.json").write_text(text)
        done = CliRunner().invoke(main, ["import", str(tmp_path / "b.json")])
        assert done.exit_code == 2 and "b.json" in done.stderr, done.output
        told = "The importer for albumentations cannot read it: KeyError: 'transforms'" in done.stderr
        assert told is (text == headless)


def test_something_else_is_refused_with_what_there_is():
    for library in ("albumentations", "torchvision"):
        with pytest.raises(DataError, match="got str; expected"):
            getattr(compat, f"from_{library}")("flip")
    with pytest.raises(AttributeError, match="Did you mean 'albumentations'"):
        compat.from_albumentation  # noqa: B018
    with pytest.raises(AttributeError, match="torchvision' has no as_callable"):
        compat.as_torchvision  # noqa: B018


RECIPE = {
    "augkit": 1,
    "sample": {"image": "image", "mask": "mask", "boxes": "boxes", "points": "keypoints"},
    "steps": [{"hflip": {"p": 0.5}}, {"rotate": {"degrees": [-20, 20]}}],
}


def test_a_recipe_stands_where_a_compose_stands():
    theirs = A.Compose(
        [A.HorizontalFlip(p=0.5)],
        bbox_params=A.BboxParams("pascal_voc", label_fields=["names"]),
        keypoint_params=A.KeypointParams("xy"),
    )
    recipe = augkit.load(RECIPE)
    ours = compat.as_albumentations(recipe, label_fields=["names"])
    image = np.zeros((40, 50, 3), np.uint8)
    data = {
        "mask": image[..., 0],
        "bboxes": [[5, 5, 20, 30], [10, 10, 40, 35]],
        "names": ["a", "b"],
        "keypoints": [[9, 8]],
    }
    expected, got = theirs(image=image, **data), ours(image=image, **data, key="a")
    assert got.keys() == expected.keys()
    assert all(type(got[name]) is type(expected[name]) for name in got)
    assert got["names"] == ["a", "b"] and len(got["bboxes"]) == 2
    boxes = recipe(image=image, boxes={"xyxy": np.array(data["bboxes"], float)}, key="a")["boxes"]["xyxy"]
    assert np.allclose(got["bboxes"], boxes)
    ours.epoch = 1
    assert not np.allclose(ours(image=image, **data, key="a")["bboxes"], got["bboxes"])


def test_a_wrong_name_or_a_missing_column_is_told():
    ours = compat.as_albumentations(augkit.load(RECIPE), label_fields=["names"])
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(DataError, match=r"unknown name 'masc'\. Did you mean 'mask'"):
        ours(image=image, masc=image)
    with pytest.raises(DataError, match="come with 'names', which is missing"):
        ours(image=image, bboxes=[[0, 0, 4, 4]])
    assert ours(image=image, bboxes=[], names=[])["bboxes"] == []
    with pytest.raises(AugkitError, match="no field of the recipe is of kind 'image'"):
        compat.as_albumentations(augkit.load({"augkit": 1, "sample": {"text": "text"}, "steps": ["case"]}))


def test_torchvision_chooses_as_often_and_turns_as_far():
    torch = pytest.importorskip("torch")
    T = pytest.importorskip("torchvision.transforms.v2")
    choices = T.Compose(
        [
            T.RandomHorizontalFlip(0.3),
            T.RandomApply([T.RandomInvert(1.0), T.RandomVerticalFlip(0.5)], p=0.6),
            T.RandomChoice([T.RandomVerticalFlip(1.0), T.Identity(), T.RandomSolarize(100, p=1.0)][::2], p=[0.2, 0.6]),
            T.RandomOrder([T.RandomPosterize(3, p=0.5), T.RandomHorizontalFlip(0.5)]),
        ]
    )
    found = compat.from_torchvision(choices)
    assert not found.left_out
    ours = found.pipeline()
    tensor = torch.from_numpy(PICTURE).permute(2, 0, 1)
    torch.manual_seed(0)
    assert_same_distribution(
        seen(lambda number: choices(tensor).permute(1, 2, 0).contiguous().numpy(), 600),
        seen(lambda number: ours(image=PICTURE, key=str(number))["image"], 600),
    )


SMOOTH = np.clip(
    128 + 90 * np.sin(np.mgrid[0:60, 0:80][1] / 6)[..., None] + np.mgrid[0:60, 0:80][0][..., None] * [0.5, 1, -1],
    0,
    255,
)


@pytest.mark.parametrize(
    "made",
    [
        lambda T: T.RandomRotation((30, 30), interpolation=T.InterpolationMode.BILINEAR),
        lambda T: T.RandomAffine((25, 25), interpolation=T.InterpolationMode.BILINEAR),
        lambda T: T.RandomAffine(0, shear=(20, 20), interpolation=T.InterpolationMode.BILINEAR),
        lambda T: T.RandomAffine(0, scale=(0.7, 0.7), interpolation=T.InterpolationMode.BILINEAR, fill=9),
        lambda T: T.CenterCrop((30, 50)),
        lambda T: T.Resize((90, 100)),
        lambda T: T.Resize(90),
        lambda T: T.Grayscale(3),
        lambda T: T.ColorJitter((1.2, 1.2), None, None, None),
        lambda T: T.RandomSolarize(100, p=1.0),
        lambda T: T.RandomPosterize(3, p=1.0),
        lambda T: T.RandomAutocontrast(p=1.0),
    ],
)
def test_with_nothing_left_to_chance_torchvision_shows_the_same_picture(made):
    torch = pytest.importorskip("torch")
    T = pytest.importorskip("torchvision.transforms.v2")
    picture, theirs = SMOOTH.astype(np.uint8), made(T)
    expected = theirs(torch.from_numpy(picture).permute(2, 0, 1)).permute(1, 2, 0).numpy()
    got = compat.from_torchvision(theirs).pipeline()(image=picture, key="a")["image"]
    off = np.abs(got.astype(int) - expected.astype(int))
    assert got.shape == expected.shape and np.median(off) <= 2 and np.percentile(off, 95) <= 8, np.percentile(off, 95)


def test_torchvisions_tensor_comes_last_and_what_has_no_counterpart_is_told():
    torch = pytest.importorskip("torch")
    T = pytest.importorskip("torchvision.transforms.v2")
    whole = T.Compose([
        T.ToImage(), T.RandomCrop(8, padding=2), T.ToDtype(torch.float32, scale=True),
        T.Normalize([0.5] * 3, [0.2] * 3),
        T.RandomErasing(), T.RandomHorizontalFlip(), T.RandomAffine(5, translate=(0.1, 0.2)), T.RandomPerspective(0.8),
    ])  # fmt: skip
    found = compat.from_torchvision(whole)
    assert found.steps == ({"hflip": {"p": 0.5}}, {"normalize": {"mean": [0.5] * 3, "std": [0.2] * 3}})
    told = [each.partition(":")[0] for each in found.left_out]
    assert told == ["RandomCrop", "RandomErasing", "RandomAffine", "RandomPerspective"]
    assert any("come last here" in each for each in found.differences)
    assert found.pipeline()(image=PICTURE, key="a")["image"].shape == (3, 2, 2)


def test_audiomentations_chooses_as_often_and_keeps_its_arguments():
    M = pytest.importorskip("audiomentations", reason="an oracle")
    theirs = M.Compose(
        [
            M.PolarityInversion(p=0.3),
            M.OneOf([M.Reverse(p=1.0), M.Clip(-0.1, 0.1, p=0.5)], weights=[0.25, 0.75], p=0.8),
            M.SomeOf((1, None), [M.Reverse(p=0.5), M.PolarityInversion(p=1.0)], p=0.6),
        ]
    )
    found = compat.from_audiomentations(theirs)
    assert not found.left_out
    ours, sound = found.pipeline(), np.linspace(-0.2, 0.5, 8, dtype=np.float32)
    random.seed(0)
    np.random.seed(0)
    assert_same_distribution(
        seen(lambda number: np.ascontiguousarray(theirs(sound, 8000))),
        seen(lambda number: np.ascontiguousarray(ours(audio=(sound, 8000), key=str(number))["audio"][0])),
    )
    gain = compat.from_audiomentations(
        M.Compose([M.Gain(min_gain_db=-3, p=0.4), M.Lambda(lambda s, r: s)], shuffle=True)
    )
    assert gain.steps[0]["random_order"]["steps"] == [
        {"audiomentations": {"name": "Gain", "min_gain_db": -3, "p": 0.4}}
    ]
    assert gain.left_out == ("Lambda: it holds a function; write a Transform of your own",)
