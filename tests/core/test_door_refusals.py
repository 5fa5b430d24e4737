"""What is no step, no sample or no seed is refused at the door, and told what to write."""

import numpy as np
import pytest

from augkit import FieldError, Pipeline, steps

SAMPLE = {"image": "image"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("hflip", r"got 'hflip'; expected steps such as augkit.steps.hflip\(p=0.5\), in a list"),
        (["hflip"], r"got 'hflip' of type str; .* A recipe as a mapping is for augkit.load"),
        ([{"hflip": {}}], r"got {'hflip': {}} of type dict; .* A recipe as a mapping is for augkit.load"),
        ([steps.hflip], r"got hflip itself; call it: hflip\(...\)"),
        (steps.hflip(), r"got one step, image/hflip; expected a list: write \[...\] round it"),
        ([steps.hflip(), 3], "got 3 of type int; expected steps such as"),
        (None, "got None; expected steps such as"),
    ],
)
def test_what_is_no_list_of_steps(given, said):
    for build in (lambda: Pipeline(given, SAMPLE), lambda: steps.one_of(given)):
        with pytest.raises(FieldError, match=f"^steps: {said}"):
            build()


@pytest.mark.parametrize(
    ("make", "given", "said"),
    [
        (steps.rotate, 15, r"rotate: got 15 without a name; write rotate\(degrees=15\)"),
        (steps.resize, [32, 48], r"resize: got \[32, 48\] without a name; write resize\(size=\[32, 48\]\)"),
        (steps.normalize, "imagenet", r"write normalize\(like='imagenet'\)"),
        (steps.hflip, 0.5, r"write hflip\(p=0.5\)"),
    ],
)
def test_a_field_without_its_name(make, given, said):
    with pytest.raises(FieldError, match=said):
        make(given)


@pytest.mark.parametrize("sample", [["image"], "image", None])
def test_what_is_no_sample(sample):
    with pytest.raises(FieldError, match=r"^sample: got .*; expected fields and kinds: {'image': 'image'}"):
        Pipeline([steps.hflip()], sample)


@pytest.mark.parametrize("seed", ["7", 7.0, None, True])
def test_what_is_no_seed(seed):
    with pytest.raises(FieldError, match=r"^seed: got .*; expected a whole number"):
        Pipeline([steps.hflip()], SAMPLE, seed=seed)


def test_what_iterates_over_steps_is_a_list_and_whole_numbers_are_seeds():
    one = Pipeline((step for step in [steps.rotate()]), SAMPLE, seed=np.int64(7))
    two = Pipeline([steps.rotate()], SAMPLE, seed=7)
    image = np.arange(300, dtype=np.uint8)[:300].reshape(10, 10, 3)
    assert (one(image=image, key="a")["image"] == two(image=image, key="a")["image"]).all()
    assert one.plan.hash == two.plan.hash
