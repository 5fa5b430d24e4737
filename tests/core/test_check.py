"""The compile check: what must not run is refused before any data is read, and the message says the ways out."""

import dataclasses

import pytest

from augkit import Pipeline
from augkit.build import step_from
from augkit.combine import Combiner, Ramp
from augkit.distributions import Range
from augkit.errors import CompileError, FieldError, Where
from augkit.plan import Plan
from augkit.sample import Label, Options
from augkit.schema import Field, Group, read_schema
from augkit.transform import moves
from augkit.vocab.space import Affine2D
from tests.core.tiny import Add, Cut, Flip, Polygon, Roll, SeesMask, Turn, Unknown, step

HERE = Where("recipe.yaml", 7, 5)
SPACE = {"image": "image", "mask": "mask"}


def refusal(nodes, sample, **options):
    with pytest.raises(CompileError) as caught:
        Pipeline(nodes, sample=sample, **options)
    return str(caught.value)


def with_polygon(sample):
    schema = read_schema(sample)
    field = Field("outline", "polygon", Polygon, Options())
    [group] = schema.groups
    grown = Group(group.name, (*group.fields, "outline"), group.suffix)
    return dataclasses.replace(schema, fields={**schema.fields, "outline": field}, groups=(grown,))


# A target left behind


def test_a_target_without_a_rule_is_refused_by_name():
    with pytest.raises(CompileError) as caught:
        Plan([step(Flip(), where=HERE)], with_polygon(SPACE))
    assert str(caught.value) == (
        "recipe.yaml:7:5: tiny/flip: moves space, but a target of kind 'polygon' ('outline') has no rule to follow "
        "Affine2D, so it would be left behind. Drop the step or the field, or declare a kernel: @moves."
    )


def test_off_the_moved_axis_it_is_let_be():
    plan = Plan([step(Add())], with_polygon(SPACE))
    assert list(plan.actions["tiny/add"].groups[0].kernels) == ["image"]


def test_children_of_combiners_are_checked_too():
    tree = Combiner("one_of", (step(Add()), Combiner("repeat", (step(Flip()),), Range(2))))
    with pytest.raises(CompileError, match="'polygon'"):
        Plan([tree], with_polygon(SPACE))


def test_a_step_with_nothing_to_act_on_is_refused():
    assert "finds nothing to act on in a sample of mask: mask" in refusal([step(Add())], {"mask": "mask"})


def test_a_step_of_another_modality_is_refused():
    assert "finds nothing to act on" in refusal([step_from("audio/gain", {})], SPACE)


# Ids


def test_two_steps_of_one_id_are_refused_with_both_places():
    first = step(Flip(), where=Where("recipe.yaml", 3, 5))
    said = refusal([first, step(Flip(), where=HERE)], SPACE)
    assert said.startswith("recipe.yaml:7:5: two steps with the id 'tiny/flip' (the first is at recipe.yaml:3:5)")
    assert "Give one of them `id:`" in said


def test_also_across_combiners_and_for_combiners():
    assert "two steps with the id" in refusal([Combiner("seq", (step(Flip()),), id="a"), step(Flip())], SPACE)
    twins = [Combiner("seq", (step(Flip(), id=id),), id="pair") for id in "ab"]
    assert "two steps with the id 'pair'" in refusal(twins, SPACE)


def test_an_id_of_its_own_is_all_it_takes():
    Pipeline([step(Flip()), step(Flip(), id="again")], sample=SPACE)


# Groups and `on`


def test_on_an_unknown_field_suggests():
    assert "unknown field 'imge'. Did you mean 'image'?" in refusal([step(Flip(), on=("imge",))], SPACE)


def test_on_part_of_what_moves_together_is_refused():
    said = refusal([step(Flip(), on=("image",))], SPACE)
    assert "moves image but `on` leaves 'mask' behind" in said
    assert "groups: [['image'], [mask]]" in said


def test_independent_groups_may_be_chosen():
    sample = {"left": "image", "right": "image", "mask": "mask"}
    pipeline = Pipeline([step(Flip(), on=("left",))], sample=sample, groups=[["left"], ["right", "mask"]])
    [action] = pipeline.plan.actions.values()
    assert [list(part.kernels) for part in action.groups] == [["left"]]


def test_a_step_off_the_axes_takes_single_fields():
    pipeline = Pipeline([step(Add(), on=("left",))], sample={"left": "image", "right": "image"})
    [action] = pipeline.plan.actions.values()
    assert [list(part.kernels) for part in action.groups] == [["left"]]


def test_on_a_field_the_step_does_nothing_to_is_refused():
    assert "finds nothing to act on among `on: ['mask']`" in refusal([step(Add(), on=("mask",))], SPACE)


def test_a_draw_that_must_see_what_is_not_there_is_refused():
    assert "needs a field of kind 'mask'" in refusal([step(SeesMask())], {"image": "image"})


# Qualities


def digit(**options):
    return {"image": "image", "digit": {"label": options}}


SENSITIVE = digit(sensitive_to=["handedness"])


def test_a_label_that_would_become_false_is_refused_with_four_ways_out():
    said = refusal([step(Flip(), where=HERE)], SENSITIVE)
    assert said.startswith("recipe.yaml:7:5: tiny/flip: changes handedness, and 'digit' depends on it")
    for way in ("drop the step", "only: {digit:", "accept:", "kernel"):
        assert way in said


def test_what_it_does_not_depend_on_is_let_through():
    Pipeline([step(Turn()), step(Add())], sample=SENSITIVE)


def test_accept_lets_it_through():
    Pipeline([step(Flip(), accept="the letters are symmetric")], sample=SENSITIVE)


def test_only_on_that_very_field_lets_it_through():
    Pipeline([step(Flip(), only={"digit": (0, 1, 8)})], sample=SENSITIVE)
    assert "depends on it" in refusal([step(Flip(), only={"split": ("a",)})], SENSITIVE)


def test_only_must_leave_out_the_values_that_depend():
    sample = digit(sensitive_to={"handedness": [2, 5]})
    Pipeline([step(Flip(), only={"digit": (0, 1)})], sample=sample)
    assert "depends on it" in refusal([step(Flip(), only={"digit": (0, 5)})], sample)


def test_values_that_depend_stay_with_their_quality():
    options = Options(sensitive_to={"handedness": [2, 5]})
    assert (options.sensitive_values("handedness"), options.sensitive_values("colour")) == ((2, 5), ())
    with pytest.raises(FieldError, match="sensitive_to"):
        Options(sensitive_to={"handedness"})


def test_a_value_clashes_however_the_recipe_spells_it():
    sample = digit(sensitive_to={"handedness": [6, 9]})
    assert "depends on it" in refusal([step(Flip(), only={"digit": ("6",)})], sample)
    Pipeline([step(Flip(), only={"digit": ("0", 1)})], sample=sample)


def test_of_several_labels_none_is_left_out_by_naming_another():
    sample = {"image": "image", "sides": {"labels": {"sensitive_to": {"handedness": ["left"]}}}}
    assert "depends on it" in refusal([step(Flip(), only={"sides": ("car",)})], sample)


def test_what_may_change_everything_clashes_with_any_quality():
    said = refusal([step(Unknown())], digit(sensitive_to=["tempo"]))
    assert "may change everything, so also tempo" in said


@pytest.mark.parametrize(("slip", "meant"), [("handednes", "handedness"), ("color", "colour"), ("Scale", "scale")])
def test_a_quality_that_no_step_knows_would_protect_nothing(slip, meant):
    for written in ([slip], {slip: [6, 9]}):
        said = refusal([step(Add())], digit(sensitive_to=written))
        assert f"field 'digit': sensitive_to: unknown quality '{slip}'. Did you mean '{meant}'?" in said


class LeftRight(Label):
    """A caption that follows a flip."""

    kind = "left_right"


@moves(Affine2D, LeftRight)
def caption_follows(caption, affine):
    swapped = {"left": "right", "right": "left"}
    return dataclasses.replace(caption, value=swapped[caption.value]) if affine.mirrors() else caption


def test_a_label_with_a_kernel_follows_and_is_let_through():
    schema = read_schema({"image": "image"})
    field = Field("caption", "left_right", LeftRight, LeftRight.options_type(sensitive_to=("handedness",)))
    plan = Plan([step(Flip())], dataclasses.replace(schema, fields={**schema.fields, "caption": field}))
    assert "caption" in plan.actions["tiny/flip"].groups[0].kernels


# Conversions


def test_after_a_conversion_geometry_is_refused_with_the_reason():
    said = refusal([step_from("to_tensor", {}), step(Flip())], {"image": "image"})
    assert "converted by an earlier step; put this step before it" in said


def test_after_a_conversion_pixel_steps_find_nothing_and_say_why():
    said = refusal([step_from("to_tensor", {}), step(Add())], {"image": "image"})
    assert "'image' was made a tensor by an earlier step" in said


@pytest.mark.parametrize("around", [{"p": 0.5}, {"only": {"label": (1,)}}, {"off_last": 1}])
def test_a_conversion_must_always_run(around):
    sample = {"image": "image", "label": "label"}
    assert "it must always run" in refusal(
        [dataclasses.replace(step_from("to_tensor", {}), **around)], sample, epochs=3
    )
    assert "it must always run" in refusal([Combiner("seq", (step_from("to_tensor", {}),))], sample)


def test_the_schema_that_leaves_is_the_converted_one():
    pipeline = Pipeline([step_from("to_tensor", {})], sample={"image": "image"})
    assert pipeline.plan.out_schema.fields["image"].kind == "image_tensor"
    assert pipeline.schema.fields["image"].kind == "image"


# Schedules, strength, conflicts


def test_off_last_needs_epochs_and_not_more_than_there_are():
    assert "needs `train: {epochs: …}`" in refusal([step(Flip(), off_last=2)], SPACE)
    assert "is more than the 3 epochs there are" in refusal([step(Flip(), off_last=4)], SPACE, epochs=3)
    Pipeline([step(Flip(), off_last=3)], sample=SPACE, epochs=3)


@pytest.mark.parametrize("strength", [0.5, Ramp(0, 1, 3)])
def test_what_makes_a_format_has_no_strength(strength):
    assert "has no strength to scale" in refusal([step(Cut(), strength=strength)], SPACE)


def test_a_ramp_of_no_epochs_is_refused():
    assert "at least 1 epoch" in refusal([step(Add(), strength=Ramp(0, 1, 0))], SPACE)


def test_a_possible_conflict_must_be_decided():
    sample = {"image": "image", "boxes": "boxes"}
    said = refusal([step(Roll(), where=HERE)], sample)
    assert "a box may be cut in two. Say what to do then: `on_conflict: redraw | skip_step | drop`" in said
    Pipeline([step(Roll(), on_conflict="redraw")], sample=sample)
    Pipeline([step(Roll())], sample={"image": "image"})
