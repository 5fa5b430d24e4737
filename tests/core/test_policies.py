"""RandAugment and TrivialAugment over steps of any kind: rates, magnitudes, streams, traces and what is refused."""

import dataclasses
import json
import math
from collections import Counter
from typing import Annotated

import numpy as np
import pytest

from augkit import Pipeline, Trace, steps
from augkit.combine import Ramp, Step
from augkit.distributions import Range
from augkit.errors import CompileError, FieldError
from augkit.fields import Limits
from augkit.transform import Transform
from tests.core.tiny import IMAGE, Add, Added, Cut, Flip, Roll, Turn, step

VISITS = 800


class Lift(Transform[Added]):
    """Adds a number that states how far it goes."""

    number: Annotated[Range, Limits(-100, 100, neutral=0, strongest=(-40, 60))] = Range(1, 2)
    changes = {"colour"}

    def changed_qualities(self):
        return frozenset({"colour"} if set(self.number.ends()) != {0} else ())

    def draw(self, rng, frame, content=None):
        return Added(self.number.draw(rng))

    def apply_image(self, image, params):
        return dataclasses.replace(image, pixels=image.pixels + np.uint8(round(params.number) % 256))


def lifts(count, **around):
    return [step(Lift(), id=f"lift {number}", **around) for number in range(count)]


def traces(*nodes, visits=VISITS, seed=3, epoch=0, epochs=None, sample=None):
    pipeline = Pipeline(nodes, sample=sample or {"image": "image"}, seed=seed, epochs=epochs)
    return [pipeline.traced(image=IMAGE, key=f"{visit}", epoch=epoch)[1] for visit in range(visits)]


def ids(trace):
    return tuple(id for id, _, _ in trace.steps)


def near(count, expected, visits=VISITS):
    return abs(count - visits * expected) < 4 * math.sqrt(visits * expected * (1 - expected))


def refusal(*nodes, sample=None):
    with pytest.raises(CompileError) as caught:
        Pipeline(nodes, sample=sample or {"image": "image"})
    return str(caught.value)


def test_rand_augment_chooses_n_times_evenly_and_with_replacement():
    seen = Counter(ids(trace) for trace in traces(steps.rand_augment(lifts(4), n=2)))
    assert len(seen) == 16 and all(near(count, 1 / 16) for count in seen.values())


def test_rand_augment_takes_a_range_of_n():
    seen = Counter(len(ids(trace)) for trace in traces(steps.rand_augment(lifts(2), n=[0, 3])))
    assert set(seen) == {0, 1, 2, 3} and all(near(count, 0.25) for count in seen.values())


def test_weights_are_shares():
    first, second = lifts(2)
    heavy = dataclasses.replace(first, weight=3)
    seen = Counter(ids(trace)[0] for trace in traces(steps.rand_augment([heavy, second], n=1)))
    assert near(seen["lift 0"], 0.75)


@pytest.mark.parametrize("magnitude", [0, 0.25, 0.3, 1])
def test_the_magnitude_is_exact_and_its_side_is_drawn(magnitude):
    ran = [trace.entries[0] for trace in traces(steps.rand_augment(lifts(1), n=1, magnitude=magnitude))]
    sides = Counter(entry.params["number"] for entry in ran)
    assert set(sides) == {0 + magnitude * -40.0, 0 + magnitude * 60.0}
    assert magnitude == 0 or all(near(count, 0.5) for count in sides.values())
    assert {entry.magnitude for entry in ran} == {magnitude} and {entry.strength for entry in ran} == {None}


def test_a_range_of_magnitudes_is_drawn_for_each_step():
    ran = [entry for trace in traces(steps.rand_augment(lifts(1), magnitude=[0.2, 0.6])) for entry in trace.entries]
    drawn = [entry.magnitude for entry in ran]
    assert 0.2 <= min(drawn) < 0.21 and 0.59 < max(drawn) <= 0.6
    assert all(entry.params["number"] in (entry.magnitude * -40.0, entry.magnitude * 60.0) for entry in ran)
    assert any(first.magnitude != second.magnitude for first, second in zip(ran[::2], ran[1::2], strict=True))


def test_a_magnitude_may_grow():
    policy = steps.rand_augment(lifts(1), n=1, magnitude={"ramp": [0, 0.4], "epochs": 5})
    assert policy.magnitude == Ramp(0, 0.4, 5)
    seen = [traces(policy, visits=1, epoch=epoch)[0].entries[0].magnitude for epoch in (0, 2, 4, 9)]
    assert seen == [0, 0.2, 0.4, 0.4]


def test_trivial_augment_runs_one_step_at_each_of_31_magnitudes():
    ran = traces(steps.trivial_augment(lifts(2)), visits=31 * 60)
    assert all(len(trace.entries) == 1 for trace in ran)
    levels = Counter(round(trace.entries[0].magnitude * 30, 9) for trace in ran)
    assert sorted(levels) == list(range(31))
    assert sum((count - 60) ** 2 / 60 for count in levels.values()) < 59.7  # 99.9 %, 30 degrees of freedom
    assert near(sum(trace.entries[0].id == "lift 0" for trace in ran), 0.5, len(ran))


def test_written_fields_stay_and_the_others_follow():
    class Two(Lift):
        other: Annotated[Range, Limits(-9, 9, neutral=0, strongest=(-9, 9))] = Range(0)

        def draw(self, rng, frame, content=None):
            return Added(self.number.draw(rng) + 100 * self.other.draw(rng))

    child = step(Two(number=5), given=frozenset({"number"}))
    seen = {trace.entries[0].params["number"] for trace in traces(steps.rand_augment([child], n=1, magnitude=1))}
    assert seen == {5 - 900, 5 + 900}
    fixed = step(Lift(number=5), given=frozenset({"number"}))
    [trace] = traces(steps.rand_augment([fixed], n=1, magnitude=1), visits=1)
    assert trace.entries[0].params == {"number": 5} and trace.entries[0].magnitude is None


def test_a_step_by_name_remembers_what_was_written():
    assert steps.rotate(degrees=5).steered() == [] and steps.rotate(fill=5).steered() == ["degrees"]


def test_a_step_without_a_stated_range_runs_as_it_is():
    seen = Counter(
        trace.entries[0].magnitude for trace in traces(steps.rand_augment([step(Flip()), step(Turn())], n=1))
    )
    assert seen == {None: VISITS}


def test_the_first_choice_of_a_child_draws_as_if_it_stood_alone():
    full = {"number": Range(-40, 60, "choice", (-40.0, 60.0))}
    alone = [trace.entries[0].params for trace in traces(step(Lift(**full), id="lift 0"), visits=100)]
    for policy in (
        steps.rand_augment(lifts(3), n=3, magnitude=1),
        steps.rand_augment(lifts(3)[::-1], n=3, magnitude=1),
        steps.rand_augment([*lifts(3), step(Flip())], n=3, magnitude=1),
    ):
        for trace, params in zip(traces(policy, visits=100), alone, strict=True):
            mine = [entry for entry in trace.entries if entry.id == "lift 0"]
            assert [entry.path for entry in mine] == ["lift 0", "lift 0#1", "lift 0#2"][: len(mine)]
            assert not mine or mine[0].params == params


def test_what_is_chosen_again_draws_anew():
    ran = traces(steps.rand_augment(lifts(1), n=2, magnitude=1), visits=200)
    pairs = Counter(tuple(entry.params["number"] for entry in trace.entries) for trace in ran)
    assert len(pairs) == 4 and all(near(count, 0.25, 200) for count in pairs.values())


def test_p_of_the_policy_and_of_a_child():
    seen = Counter(len(ids(trace)) for trace in traces(steps.rand_augment(lifts(1), n=1, p=0.3)))
    assert near(seen[1], 0.3)
    seen = Counter(len(ids(trace)) for trace in traces(steps.rand_augment(lifts(1, p=0.4), n=1)))
    assert near(seen[1], 0.4)


def test_strength_of_a_child_scales_its_magnitude_and_may_grow():
    child = step(Lift(), strength=Ramp(0, 1, 3))
    policy = steps.rand_augment([child], n=1, magnitude=0.5)
    for epoch, factor in enumerate((0, 0.5, 1)):
        entries = [trace.entries[0] for trace in traces(policy, visits=40, epoch=epoch)]
        assert {entry.params["number"] for entry in entries} == {0.5 * factor * -40, 0.5 * factor * 60}
        assert {(entry.strength, entry.magnitude) for entry in entries} == {(factor, 0.5)}


def test_strength_of_a_child_without_fields_scales_how_often():
    seen = Counter(len(ids(trace)) for trace in traces(steps.rand_augment([step(Flip(), strength=0.25)], n=1)))
    assert near(seen[1], 0.25)


def test_off_last_and_only_leave_a_chosen_child_out():
    policy = steps.rand_augment([step(Lift(), off_last=2)], n=1)
    [late] = traces(policy, visits=1, epoch=8, epochs=10)
    assert late.steps == [] and late.skipped == [("tiny/lift", "off_last: 2")]
    narrow = steps.rand_augment([step(Lift(), only={"digit": (3,)})], n=1)
    pipeline = Pipeline([narrow], sample={"image": "image", "digit": "label"})
    assert pipeline.traced(image=IMAGE, digit=3, key="a")[1].steps
    assert pipeline.traced(image=IMAGE, digit=6, key="a")[1].skipped == [("tiny/lift", "only: digit is 6")]


def test_policies_nest_in_other_combiners():
    tree = steps.repeat(2, [steps.one_of([steps.rand_augment(lifts(2), n=3), step(Flip())])])
    for trace in traces(tree, visits=60):
        paths = [entry.path for entry in trace.entries]
        assert len(set(paths)) == len(paths)


def test_replay_and_json_give_the_same_bytes_and_draw_nothing():
    pipeline = Pipeline([steps.rand_augment([*lifts(2), step(Flip())], n=3, magnitude=0.4)], sample={"image": "image"})
    for visit in range(30):
        out, trace = pipeline.traced(image=IMAGE, key=f"{visit}")
        again = Trace.from_json(trace.to_json())
        assert again == trace and [entry.magnitude for entry in again.entries] == [e.magnitude for e in trace.entries]
        assert pipeline.replay(again, image=IMAGE)["image"].tobytes() == out["image"].tobytes()
        assert pipeline.traced(image=IMAGE, key=f"{visit}")[0]["image"].tobytes() == out["image"].tobytes()


def test_the_trace_is_the_same_without_a_policy_as_before():
    [trace] = traces(step(Add()), visits=1)
    assert "magnitude" not in json.loads(trace.to_json())["entries"][0]


def test_ids_are_made_of_children():
    assert steps.rand_augment(lifts(2)).id == "rand_augment(lift 0,lift 1)"
    assert steps.trivial_augment(lifts(1), id="mine").id == "mine"


@pytest.mark.parametrize(
    "one, other",
    [
        (steps.rand_augment(lifts(1)), steps.rand_augment(lifts(1), magnitude=0.4)),
        (steps.rand_augment(lifts(1)), steps.rand_augment(lifts(1), n=3)),
        (steps.rand_augment(lifts(1)), steps.rand_augment(lifts(1, given=frozenset({"number"})))),
        (steps.augmix(lifts(1), id="a"), steps.augmix(lifts(1), id="a", width=2)),
        (steps.augmix(lifts(1), id="a"), steps.augmix(lifts(1), id="a", alpha=2)),
    ],
    ids=["magnitude", "n", "written fields", "width", "alpha"],
)
def test_what_changes_samples_changes_the_hash(one, other):
    hashes = {Pipeline([node], sample={"image": "image"}).plan.hash for node in (one, other)}
    assert len(hashes) == 2


def test_a_clash_is_seen_at_the_strongest_though_the_field_starts_neutral():
    coloured = {"image": "image", "label": {"label": {"sensitive_to": ["colour"]}}}
    quiet = step(Lift(number=0))
    Pipeline([quiet], sample=coloured)
    assert "changes colour, and 'label' depends on it" in refusal(steps.rand_augment([quiet]), sample=coloured)
    held = step(Lift(number=0), given=frozenset({"number"}))
    Pipeline([steps.rand_augment([held])], sample=coloured)


def test_a_possible_conflict_needs_an_answer_in_a_policy_too():
    boxed = {"image": "image", "boxes": "boxes"}
    assert "on_conflict: redraw | skip_step | drop" in refusal(steps.trivial_augment([step(Roll())]), sample=boxed)


def test_two_children_of_one_id_are_refused():
    assert "two steps with the id 'tiny/lift'" in refusal(steps.rand_augment([step(Lift()), step(Lift())]))


@pytest.mark.parametrize(
    "make, complaint",
    [
        (lambda: steps.rand_augment([]), "rand_augment: has no steps"),
        (lambda: steps.rand_augment(lifts(1), n=1.5), "n: got 1.5; expected whole numbers"),
        (lambda: steps.rand_augment(lifts(1), n=-1), "n: reaches -1; expected 0 or more"),
        (lambda: steps.rand_augment(lifts(1), magnitude=1.2), r"magnitude: got 1.2; expected 0 \(nothing\) to 1"),
        (lambda: steps.rand_augment(lifts(1), magnitude=9), "magnitude: got 9; expected 0"),
        (lambda: steps.rand_augment(lifts(1), magnitude=[-0.1, 0.5]), "magnitude: got"),
        (lambda: steps.rand_augment(lifts(1), magnitude="strong"), "magnitude: got 'strong'; expected a number"),
        (lambda: steps.rand_augment(lifts(1), magnitude={"ramp": [0, 2], "epochs": 3}), "magnitude: got .* to 1"),
        (lambda: steps.rand_augment(lifts(1), magnitude={"ramp": [0, 1]}), "magnitude: field 'epochs' is required"),
        (lambda: steps.rand_augment(lifts(1), strength=0.5), "unknown field 'strength'.* Write `magnitude`"),
        (lambda: steps.rand_augment(lifts(1), off_last=3), "'off_last' belongs to a step"),
        (lambda: steps.trivial_augment(lifts(1), magnitude=0.3), "It draws the magnitude anew .* rand_augment has one"),
        (lambda: steps.trivial_augment(lifts(1), n=3), "unknown field 'n'"),
        (lambda: steps.rand_augment(lifts(2, weight=0)), "every weight is 0"),
        (lambda: steps.rand_augment([steps.seq(lifts(2))]), "'seq' is a combiner; list its steps themselves"),
        (lambda: steps.rand_augment([step(Cut())]), "tiny/cut makes a format rather than a change"),
        (lambda: steps.rand_augment([steps.mosaic(size=8)]), "image/mosaic mixes in other samples"),
        (
            lambda: steps.rand_augment([step(Lift(), strength=2)]),
            "tiny/lift at magnitude 1 and strength 2: .* above the highest allowed, 100",
        ),
        (lambda: steps.augmix(lifts(1), width=0), "width: 0 is below the lowest allowed, 1"),
        (lambda: steps.augmix(lifts(1), alpha=0), "alpha: 0 is below the lowest allowed"),
        (lambda: steps.augmix(lifts(1), depth=0), "depth: reaches 0; expected 1 or more"),
        (lambda: steps.augmix(lifts(1), depth=[1, 2.5]), "depth: got .*; expected whole numbers"),
    ],
)
def test_what_cannot_be_is_refused(make, complaint):
    with pytest.raises(FieldError, match=complaint):
        make()


def test_steps_alone_know_no_policy():
    assert Step(Lift(), "tiny/lift").given == frozenset()
