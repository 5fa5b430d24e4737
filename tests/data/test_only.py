"""`only` and `sensitive_to`: values that no sample has are refused, since they would choose or protect nothing."""

from __future__ import annotations

import pytest

import augkit
from augkit.errors import RecipeError


def recipe(values: list[object]) -> dict[str, object]:
    return {
        "augkit": 1,
        "source": {"demo": {"name": "digits", "count": 60}},
        "sample": {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}},
        "steps": [{"hflip": {"only": {"digit": values}}}],
    }


@pytest.mark.parametrize(
    ("values", "said"), [(["8"], r"no sample's 'digit' is '8'\. Write 8\."), ([8, 77], r"no sample's 'digit' is 77\.")]
)
def test_values_that_no_sample_has_are_refused(values, said):
    with pytest.raises(RecipeError, match=said):
        augkit.loader(recipe(values))


def test_values_that_samples_have_choose_them():
    data = augkit.loader(recipe([0, 8])).dataset
    for index, digit in enumerate(data.labels("digit")):
        trace = data.traced(index)[1]
        assert ([name for _, name, _ in trace.steps] == ["image/hflip"]) == (digit in (0, 8))
        assert trace.skipped == ([] if digit in (0, 8) else [("image/hflip", f"only: digit is {digit}")])


@pytest.mark.parametrize(
    ("values", "said"), [(["8"], r"handedness: no sample's 'digit' is '8'\. Write 8\."), ([66], r"'digit' is 66\.")]
)
def test_a_value_to_protect_that_no_sample_has_is_refused(values, said):
    given = recipe([0])
    given["sample"] = {"image": "image", "digit": {"label": {"sensitive_to": {"handedness": values}}}}
    with pytest.raises(RecipeError, match=said):
        augkit.loader(given)
