import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.words import did_you_mean, slips, suggestion

STEPS = """hflip vflip rotate affine shift_scale_rotate crop center_crop random_crop random_resized_crop resize
pad perspective transpose rot90 color_jitter brightness contrast saturation hue gamma grayscale channel_shuffle
gaussian_blur gaussian_noise sharpen jpeg erase normalize to_tensor time_stretch gain add_noise typo word_delete
image/cutout""".split()
KEYS = ["p", "id", "on", "only", "strength", "off_last", "accept", "size", "scale", "ratio"]
TRAIN = ["task", "backbone", "epochs", "lr", "weight_decay", "batch_size", "workers", "on_error"]


@pytest.mark.parametrize(
    ("word", "candidates", "meant"),
    [
        ("hfilp", STEPS, "hflip"),
        ("hflp", STEPS, "hflip"),
        ("rotat", STEPS, "rotate"),
        ("colour_jitter", STEPS, "color_jitter"),
        ("gausian_blur", STEPS, "gaussian_blur"),
        ("blur", STEPS, "gaussian_blur"),
        ("RandomResizedCrop", STEPS, "random_resized_crop"),
        ("resized_random_crop", STEPS, "random_resized_crop"),
        ("HorizontalFlip", STEPS, "hflip"),
        ("vertical_flip", STEPS, "vflip"),
        ("cutuot", STEPS, "image/cutout"),
        ("batchsize", TRAIN, "batch_size"),
        ("batch-size", TRAIN, "batch_size"),
        ("learning_rate", TRAIN, "lr"),
        ("lr_rate", TRAIN, "lr"),
        ("epoch", TRAIN, "epochs"),
        ("strenght", KEYS, "strength"),
        ("szie", KEYS, "size"),
    ],
)
def test_slips_and_long_forms_are_understood(word, candidates, meant):
    assert did_you_mean(word, candidates) == meant


@pytest.mark.parametrize(
    ("word", "candidates"),
    [
        ("banana", STEPS),
        ("probability", KEYS),
        ("x", KEYS),
        ("q", ["p"]),
        ("ab", ["cd", "a", "b", "ac"]),
        ("on_error", KEYS),
        ("mosaic", STEPS),
        ("", KEYS),
        ("___", KEYS),
        ("hflip", []),
        ("h" * 100_000, ["h" * 99_999]),
    ],
)
def test_nothing_is_better_than_nonsense(word, candidates):
    assert did_you_mean(word, candidates) is None
    assert suggestion(word, candidates) == ""


def test_the_nearest_wins_and_the_word_itself_is_never_suggested():
    assert did_you_mean("random_crops", ["random_crop", "random_resized_crop", "crop"]) == "random_crop"
    assert did_you_mean("crop", ["crop", "crops"]) == "crops"
    assert suggestion("hfilp", STEPS) == " Did you mean 'hflip'?"


def test_slips_counts_a_swap_once():
    assert slips("hfilp", "hflip") == 1
    assert slips("kitten", "sitting") == 3
    assert slips("", "abc") == slips("abc", "") == 3


@given(st.text(max_size=12), st.text(max_size=12))
def test_slips_is_symmetric_bounded_and_zero_only_for_equals(a, b):
    assert slips(a, b) == slips(b, a)
    assert abs(len(a) - len(b)) <= slips(a, b) <= max(len(a), len(b))
    assert (slips(a, b) == 0) == (a == b)


@given(st.sampled_from([s for s in STEPS if len(s) >= 5 and "/" not in s]), st.data())
def test_one_swap_in_a_long_name_always_finds_it_or_a_name_as_near(name, data):
    i = data.draw(st.integers(0, len(name) - 2))
    typo = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
    if typo != name and typo not in STEPS:
        found = did_you_mean(typo, STEPS)
        assert found is not None
        assert slips(typo, found) <= slips(typo, name)


def test_words_is_light():
    script = "import sys, augkit.words; assert not {'numpy', 'yaml', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
