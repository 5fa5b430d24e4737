"""What a policy's magnitude means: fields that state how far they go, and are exactly there."""

import dataclasses
from typing import Annotated

import pytest

from augkit import testing
from augkit.distributions import Range
from augkit.errors import MissingDependency
from augkit.fields import Limits, fields_of
from augkit.plugins import catalogue
from augkit.rng import stream
from augkit.transform import Transform


class Lean(Transform):
    """Fields of every type."""

    either: Annotated[Range, Limits(-90, 90, neutral=0, strongest=(-40, 20))] = Range(-5, 5)
    one: Annotated[Range, Limits(0, 8, neutral=1, strongest=3)] = Range(1, 2, "loguniform")
    plain: Annotated[float, Limits(neutral=0, strongest=0.5)] = 0.1
    whole: Annotated[int, Limits(neutral=8, strongest=4)] = 8
    absent: Annotated[Range | None, Limits(neutral=0, strongest=(-1, 1))] = None
    several: Annotated[tuple[Range, ...], Limits(neutral=0, strongest=2)] = (Range(0, 1), Range(1))
    other: Annotated[Range, Limits(0, 9, neutral=0)] = Range(1, 2)


def drawn(transform, name):
    return {getattr(transform, name).draw(stream(0, 0, str(key))) for key in range(40)}


@pytest.mark.parametrize("magnitude", [0, 0.3, 0.5, 1])
def test_fields_are_exactly_there(magnitude):
    lean = Lean().at_magnitude(magnitude)
    assert drawn(lean, "either") == {0 + magnitude * -40.0, magnitude * 20.0}
    assert drawn(lean, "one") == {1 + magnitude * 2.0}
    assert (lean.plain, lean.whole) == (magnitude * 0.5, round(8 - magnitude * 4))
    assert [each.draw(stream(0, 0, "k")) for each in lean.several] == [magnitude * 2.0] * 2
    assert lean.absent is None and lean.other == Lean().other


def test_kept_fields_stay_as_they_are():
    lean = Lean(either=7).at_magnitude(1, kept=("either", "plain"))
    assert lean.either == Range(7) and lean.plain == 0.1 and drawn(lean, "one") == {3}


def test_the_side_is_drawn_and_the_same_at_every_magnitude():
    low, high = (Lean().at_magnitude(magnitude).either for magnitude in (0.2, 0.9))
    sides = [(low.draw(stream(0, 0, str(k))) > 0, high.draw(stream(0, 0, str(k))) > 0) for k in range(200)]
    assert all(a == b for a, b in sides)
    assert 72 < sum(a for a, _ in sides) < 128  # 4 σ


def test_strength_scales_a_magnitude():
    half = Lean().at_magnitude(0.5).at_strength(0.5)
    assert drawn(half, "either") == {-10, 5} and drawn(half, "one") == {1.5}


@pytest.mark.parametrize(
    "limits, complaint",
    [
        ({"strongest": 3}, "strongest=3 without a neutral value"),
        ({"low": 0, "high": 1, "neutral": 0, "strongest": 2}, "strongest=2 is beyond the bounds 0 to 1"),
        ({"low": 0, "neutral": 0, "strongest": (-1, 1)}, r"\(-1, 1\) is beyond the bounds 0 to inf"),
    ],
)
def test_limits_that_cannot_be_are_refused(limits, complaint):
    with pytest.raises(TypeError, match=complaint):
        Limits(**limits)


def test_two_strongest_values_need_a_range():
    class Wrong(Transform):
        number: Annotated[float, Limits(neutral=0, strongest=(-1, 1))] = 0.0

    with pytest.raises(TypeError, match=r"number: two strongest values.* need a field of type Range"):
        fields_of(Wrong)


def ours():
    return [name for name in catalogue().names("transform") if name.partition("/")[0] in ("image", "audio", "text")]


@pytest.mark.parametrize("name", ours())
def test_every_field_of_ours_with_a_neutral_value_says_how_far_it_goes(name):
    try:
        infos = fields_of(catalogue().load("transform", name))
    except MissingDependency as error:
        pytest.skip(str(error))
    silent = [each for each, info in infos.items() if info.limits.neutral is not None and info.limits.strongest is None]
    assert not silent, f"{name}: {silent}: give Limits(strongest=…), what magnitude 1 of a policy means"


def ranged():
    return [step for step in testing.all_steps("image", "audio", "text") if step.transform.ranged()]


@pytest.mark.parametrize("step", ranged(), ids=lambda step: step.id)
def test_the_laws_of_doing_nothing_and_of_moving_hold_at_every_magnitude(step):
    for magnitude, laws in ((0.0, ["L1"]), (0.37, ["L13", "L18"]), (1.0, ["L4", "L13", "L15", "L18"])):
        strong = dataclasses.replace(step, transform=step.transform.at_magnitude(magnitude))
        for outcome in testing.check(strong, laws=laws, examples=3).outcomes:
            assert outcome.ok or outcome.not_applicable, outcome
