"""What slipped through in silence, or ended in a stack of calls, until somebody tried it."""

import pytest

from augkit.recipe import find_errors

HEAD = "augkit: 1\nsample: {image: image, digit: {label: {sensitive_to: {handedness: [6]}}}}\n"

REFUSED = {
    "half a round": ("- repeat: {n: 2.5, steps: [hue]}", "4:17: repeat: n: got 2.5; expected whole numbers, as in 2"),
    "half a choice": ("- some_of: {n: {choice: [0.5, 1]}, steps: [hue]}", "4:18: some_of: n: got {'choice'"),
    "no number": ("- repeat: {n: lots, steps: [hue]}", "4:17: repeat: n: got 'lots'; expected a number"),
    "steps misspelt": (
        "- one_of: {stps: [hue]}",
        "4:14: one_of: has no `steps`; write one_of: {steps: [...]}. Did you",
    ),
    "empty id": ("- hue: {id: ''}", "4:15: hue: id: got ''; expected a name."),
    "id of two lines": ('- hue: {id: "a\\nb"}', "4:15: hue: id: got 'a\\nb'; expected a name."),
    "id of a round": ("- hue: {id: 'x#0'}", "4:15: hue: id: 'x#0' holds '#', which marks rounds"),
    "id of a redraw": ("- hue: {id: 'x~1'}", "4:15: hue: id: 'x~1' holds '~'"),
    "combiner's id": ("- seq: {id: 'x@image', steps: [hue]}", "4:15: seq: id: 'x@image' holds '@'"),
    "only a list in a list": (
        "- hflip: {only: {digit: [[1]]}}",
        "4:19: hflip: only: digit: got [[1]]; expected values",
    ),
    "only a mapping": ("- hflip: {only: {digit: {a: 1}}}", "4:19: hflip: only: digit: got {'a': 1}; expected values"),
    "only nothing": ("- hflip: {only: {digit: []}}", "4:19: hflip: only: digit: got []; expected values"),
    "only empty": ("- hflip: {only: {digit: }}", "4:19: hflip: only: digit: got None; expected values"),
    "strength past bounds": (
        "- color_jitter: {brightness: [0.2, 1.8], strength: 3}",
        "4:54: color_jitter: strength: 3 reaches too far. brightness: -1.4 is below the lowest allowed, 0",
    ),
    "ramp past bounds": (
        "- rotate: {degrees: [-90, 90], strength: {ramp: [0, 9], epochs: 3}}",
        "4:44: rotate: strength: 9 reaches too far. degrees: -810 is below",
    ),
    "strength past p": (
        "- grayscale: {p: 0.5, strength: 3}",
        "4:35: grayscale: strength: 3 reaches too far. p: 1.5 is above the highest allowed, 1",
    ),
}


@pytest.mark.parametrize(("step", "said"), REFUSED.values(), ids=REFUSED)
def test_a_step_is_refused_where_it_is_wrong(tmp_path, step, said):
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps:\n  {step}\n", encoding="utf-8")
    _, errors = find_errors(file)
    assert [str(error).removeprefix(f"{file}:")[: len(said)] for error in errors] == [said]


@pytest.mark.parametrize(
    ("setting", "said"),
    [("extends=other.yaml", "extends: is read before anything is replaced"), (f"{'a.' * 500}a=1", "is no path")],
)
def test_a_setting_that_cannot_be_followed_is_refused(tmp_path, setting, said):
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps: []\n", encoding="utf-8")
    _, errors = find_errors(file, [setting])
    assert said in str(errors[0])


def test_a_strength_above_1_is_fine_within_bounds(tmp_path):
    file = tmp_path / "r.yaml"
    file.write_text(f"{HEAD}steps:\n  - rotate: {{degrees: [-10, 10], strength: 2}}\n", encoding="utf-8")
    assert find_errors(file)[1] == []


@pytest.mark.parametrize("values", ["6", "'6'", "[[6]]", "true", "", "{a: 1}"])
def test_values_that_depend_on_a_quality_are_a_list(tmp_path, values):
    file = tmp_path / "r.yaml"
    sample = f"{{image: image, digit: {{label: {{sensitive_to: {{handedness: {values}}}}}}}}}"
    file.write_text(f"augkit: 1\nsample: {sample}\nsteps: [hflip: {{only: {{digit: [1]}}}}]\n", encoding="utf-8")
    _, errors = find_errors(file)
    assert len(errors) == 1
    assert str(errors[0]).startswith(f"{file}:2:54: field 'digit' (label): sensitive_to: handedness: got")
