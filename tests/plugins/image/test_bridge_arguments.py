"""Arguments of albumentations' transforms: every wrong name and wrong value is an error that names it."""

import inspect

import pytest

import augkit
from augkit import steps
from augkit_image.bridge_library import classes
from augkit_image.bridge_table import REFUSED
from tests.plugins.image.bridge_cases import make

NAMES = [name for name in classes() if name not in REFUSED]


def refusal(**given):
    with pytest.raises(augkit.FieldError) as caught:
        steps.albumentations(**given)
    return str(caught.value), caught.value.field


@pytest.mark.parametrize(
    ("given", "said", "field"),
    [
        ({}, "'name' is required", "name"),
        ({"name": "HorizontalFip"}, "has no transform 'HorizontalFip'. Did you mean 'HorizontalFlip'?", "name"),
        ({"name": "ImageOnlyTransform"}, "has no transform 'ImageOnlyTransform'", "name"),
        ({"name": "OneOf"}, "combining is our own: use `one_of`", "name"),
        ({"name": "Normalize"}, "write `normalize: {mean: [...]", "name"),
        ({"name": "Rotate", "limits": 3}, "unknown field 'limits'. Did you mean 'limit'? Fields: limit, ", "limits"),
        ({"name": "Rotate", "arguments": {"p": 0.5}}, "How often it runs is the step's own `p`", "p"),
        ({"name": "RandomCrop", "width": 3}, "albumentations/RandomCrop: field 'height' is required", "height"),
        ({"name": "RandomCrop", "width": 3, "height": -1}, "height: got -1; expected a number greater than", "height"),
        ({"name": "ElasticTransform", "alpha": "x"}, "alpha: got 'x'; expected a valid number", "alpha"),
        ({"name": "GaussNoise", "std_range": [0.5, 0.1]}, "std_range: got [0.5, 0.1]; First value should", "std_range"),
        ({"name": "LongestMaxSize"}, "Either max_size or max_size_hw must be specified", None),
        (
            {"name": "Rotate", "interpolation": "linaer"},
            "Did you mean 'linear'? Expected one of nearest",
            "interpolation",
        ),
        ({"name": "Rotate", "mask_interpolation": 1}, "masks are always moved with `nearest`", "mask_interpolation"),
        ({"name": "FDA", "read_fn": len}, "a recipe can hold no function", "read_fn"),
        ({"name": "Rotate", "limit": [0, float("nan")]}, "limit: got [0, nan]; expected finite numbers", "limit"),
        (
            {"name": "Blur", "blur_limit": [4, 8]},
            "kernel sizes must be odd. Range (4, 8) automa",
            "blur_limit",
        ),
        ({"name": "RGBShift", "r_shift_limit": -900}, "Range values must be in [-1, 1]", "r_shift_limit"),
        ({"name": "ShiftScaleRotate", "shift_limit": 3.0}, "All values in shift_limit_x must be wit", "shift_limit"),
        ({"name": "CropAndPad", "px": 3, "percent": 0.1}, "Only px or percent may be set", None),
        ({"name": "LongestMaxSize", "max_size": [40, -4]}, "max_size: got [40, -4]; expected pixels", "max_size"),
        (
            {"name": "FDA", "reference_images": ["no.png"]},
            "no picture 'no.png' (seen from /",
            "reference_images",
        ),
        ({"name": "ConstrainedCoarseDropout", "bbox_labels": 3}, "bbox_labels: got 3; expected a", "bbox_labels"),
        ({"name": "Rotate", "limit": 3, "arguments": {"limit": 4}}, "stands in `arguments` and beside it", "limit"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_argument(given, said, field):
    message, named = refusal(**given)
    assert said in message and named == field


def test_nothing_is_replaced_by_a_default_in_silence():
    # Its own constructor warns, and takes every default, when the schema fails in any other way.
    with pytest.raises(augkit.FieldError, match="albumentations/RandomGridShuffle: grid: got 3; "):
        steps.albumentations(name="RandomGridShuffle", grid=3)


def test_words_for_opencvs_numbers():
    words = steps.albumentations(
        name="Rotate", interpolation="cubic", border_mode="reflect", mask_interpolation="nearest"
    )
    inner = words.transform.inner
    assert (inner.interpolation, inner.border_mode, inner.mask_interpolation) == (2, 2, 0)


def test_an_argument_with_the_name_of_a_steps_own_field_goes_under_arguments():
    step = steps.albumentations(name="Emboss", arguments={"strength": [0.5, 0.5]}, alpha=[0.3, 0.3], strength=0.5)
    assert step.transform.inner.strength == (0.5, 0.5) and step.strength == 0.5


@pytest.mark.parametrize("name", NAMES)
def test_an_argument_that_a_transform_does_not_have_is_an_error(name):
    known = [each for each in inspect.signature(classes()[name].__init__).parameters if each not in ("self", "p")]
    with pytest.raises(augkit.FieldError, match=f"albumentations/{name}: unknown field 'strenght'") as caught:
        make(name, strenght=1)
    assert caught.value.field == "strenght"
    for argument in [each for each in known if len(each) > 4][:2]:
        with pytest.raises(augkit.FieldError, match=f"unknown field '{argument}q'. Did you mean '({'|'.join(known)})'"):
            make(name, **{f"{argument}q": 1})


@pytest.mark.parametrize("name", NAMES)
def test_a_value_that_an_argument_cannot_have_is_an_error_with_its_name(name):
    for argument, parameter in inspect.signature(classes()[name].__init__).parameters.items():
        numbers = isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool)
        if argument in ("self", "p") or not numbers or (name, argument) == ("PlasmaShadow", "plasma_size"):
            continue  # plasma_size is read by nothing in 2.0.8
        for wrong in ({"a": "b"}, [[[]]], float("inf")):
            with pytest.raises(augkit.FieldError, match=argument) as caught:
                make(name, **{argument: wrong})
            assert caught.value.field == argument
