"""A short name that modalities share: the fields tell which step is meant."""

import pytest

from augkit import steps
from augkit.errors import PluginError


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: steps.crop(size=8), "image/crop"),
        (lambda: steps.crop(seconds=2, p=0.5), "audio/crop"),
        (lambda: steps.pad(to=3), "audio/pad"),
        (lambda: steps.pad(size=9, id="frame"), "image/pad"),
        (lambda: steps.audio.pad(left=3), "audio/pad"),
    ],
)
def test_the_step_that_has_the_fields_is_meant(make, name):
    assert make().name == name


@pytest.mark.parametrize("given", [{}, {"p": 0.5}, {"left": 3}, {"seconds": 1, "size": 1}, {"secs": 1}])
def test_where_no_or_several_steps_have_them_both_names_are_told(given):
    with pytest.raises(
        PluginError, match=r"'(pad|crop)' is ambiguous; write one of audio/(pad|crop), image/(pad|crop)"
    ):
        (steps.pad if given.get("left") else steps.crop)(**given)


def test_a_name_that_no_step_has_is_no_attribute():
    with pytest.raises(AttributeError, match="unknown step 'crpo'"):
        steps.crpo  # noqa: B018
