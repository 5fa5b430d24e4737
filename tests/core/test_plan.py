"""Plans: what is drawn, traced and replayed."""

import json
import pickle

import numpy as np
import pytest

from augkit import Pipeline
from augkit.combine import Combiner, Ramp
from augkit.distributions import Range
from augkit.errors import DataError, ReplayError
from augkit.plan import Plan
from augkit.sample import Sample
from augkit.schema import read_schema
from augkit.testing.compare import difference
from augkit.trace import Trace
from tests.core.tiny import IMAGE, MASK, Add, Cut, Fails, Flip, Roll, SeesMask, Turn, step

SPACE = {"image": "image", "mask": "mask"}
FIELDS = {"image": IMAGE, "mask": MASK}


def same(one, other):
    return difference(one, other) is None


def replays(pipeline, fields, **visit):
    """Traced, and replayed by a pipeline that would draw otherwise, by way of JSON."""
    out, trace = pipeline.traced(**fields, **visit)
    plan = pipeline.plan
    other = Pipeline.of(Plan(plan.steps, plan.schema, plan.seed + 1, plan.epochs))
    assert same(other.replay(Trace.from_json(trace.to_json()), **fields), out)
    return out, trace


# The trace


def test_the_trace_lists_what_was_applied_in_order():
    pipeline = Pipeline([step(Add(number=3)), step(Flip()), step(Cut(), id="left part")], sample=SPACE)
    out, trace = pipeline.traced(**FIELDS, key="a.jpg", epoch=2, copy=1, view=3)
    assert (out["image"] == (IMAGE + 3)[:, ::-1][:, :2]).all() and (out["mask"] == MASK[:, ::-1][:, :2]).all()
    assert [(id, name) for id, name, _ in trace.steps] == [
        ("tiny/add", "tiny/add"),
        ("tiny/flip", "tiny/flip"),
        ("left part", "tiny/cut"),
    ]
    assert trace.steps[0][2] == {"number": 3}
    assert (trace.key, trace.epoch, trace.copy, trace.view, trace.plan) == ("a.jpg", 2, 1, 3, pipeline.plan.hash)


def test_a_miss_of_p_leaves_no_trace_and_no_change():
    pipeline = Pipeline([step(Flip(), p=0.0)], sample=SPACE)
    out, trace = pipeline.traced(**FIELDS, key="a")
    assert trace.entries == () and same(out, FIELDS)


def test_the_trace_is_one_line_of_json():
    _, trace = Pipeline([step(Turn())], sample=SPACE).traced(**FIELDS, key="ü.jpg")
    text = trace.to_json()
    assert "\n" not in text and json.loads(text)["key"] == "ü.jpg"
    assert Trace.from_json(text) == trace


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"entries": 3}', '{"entries": [{"what": 1}]}', '{"key": "a"}'])
def test_what_is_no_trace_is_refused(text):
    with pytest.raises(ReplayError, match="this is no trace"):
        Trace.from_json(text)


# Replay


def test_replay_of_combiners_and_rounds():
    tree = Combiner(
        "random_order",
        (
            Combiner("repeat", (step(Turn()), step(Add())), Range(2)),
            Combiner("one_of", (step(Flip()), step(Add(), id="more"))),
            Combiner("some_of", (step(Flip(), id="f"), step(Turn(), id="t"), step(Add(), id="a", p=0.5)), Range(0, 3)),
        ),
    )
    pipeline = Pipeline([tree], sample=SPACE, seed=5)
    outs = [replays(pipeline, FIELDS, key=f"{visit}")[0]["image"].tobytes() for visit in range(30)]
    assert len(set(outs)) > 25


def test_replay_does_it_to_other_data_of_the_same_frame():
    pipeline = Pipeline([step(Turn()), step(Add())], sample=SPACE)
    _, trace = pipeline.traced(**FIELDS, key="a")
    other = {"image": 255 - IMAGE, "mask": 9 - MASK}
    assert same(pipeline.replay(trace, **other), pipeline(**other, key="a"))


def test_replay_on_another_frame_is_refused():
    pipeline = Pipeline([step(Flip())], sample=SPACE)
    _, trace = pipeline.traced(**FIELDS, key="a")
    with pytest.raises(ReplayError, match="met one of"):
        pipeline.replay(trace, image=IMAGE[:, :3], mask=MASK[:, :3])


def test_replay_of_a_step_that_is_not_here_is_refused():
    _, trace = Pipeline([step(Flip())], sample=SPACE).traced(**FIELDS, key="a")
    with pytest.raises(ReplayError, match="has a step 'tiny/flip' that is not in this pipeline: tiny/turn"):
        Pipeline([step(Turn())], sample=SPACE).replay(trace, **FIELDS)


def test_replay_of_params_that_do_not_fit_is_refused():
    pipeline = Pipeline([step(Add())], sample=SPACE)
    _, trace = pipeline.traced(**FIELDS, key="a")
    wrong = json.loads(trace.to_json())
    wrong["entries"][0]["params"] = {"amount": 3}
    with pytest.raises(ReplayError, match="do not fit Added"):
        pipeline.replay(Trace.from_json(json.dumps(wrong)), **FIELDS)


def test_replay_of_a_draw_that_saw_content_does_not_look_again():
    pipeline = Pipeline([step(SeesMask())], sample=SPACE)
    out, trace = replays(pipeline, FIELDS, key="a")
    assert trace.steps[0][2] == {"number": 7}
    assert (pipeline.replay(trace, image=IMAGE, mask=0 * MASK)["image"] == out["image"]).all()


# Groups and `on`

PAIR = {"left": "image", "right": "image", "other": "image"}
GROUPS = [["left", "right"], ["other"]]


def test_one_draw_for_a_group_another_for_another():
    pipeline = Pipeline([step(Turn())], sample=PAIR, groups=GROUPS)
    fields = dict.fromkeys(PAIR, IMAGE)
    shapes = set()
    for visit in range(120):
        out, trace = replays(pipeline, fields, key=f"{visit}")
        assert (out["left"] == out["right"]).all()
        assert [(entry.path, entry.group) for entry in trace.entries] == [
            ("tiny/turn", None),
            ("tiny/turn@other", "@other"),
        ]
        shapes.add((out["left"].tobytes(), out["other"].tobytes()))
    assert len(shapes) == 16  # every pair of turns


def test_a_second_group_leaves_the_draws_of_the_first_as_they_were():
    alone = Pipeline([step(Turn())], sample={"left": "image"})
    both = Pipeline([step(Turn())], sample=PAIR, groups=GROUPS)
    for visit in range(20):
        out = both(**dict.fromkeys(PAIR, IMAGE), key=f"{visit}")
        assert (out["left"] == alone(left=IMAGE, key=f"{visit}")["left"]).all()


def test_on_leaves_the_others_alone():
    pipeline = Pipeline([step(Turn(turns=1), on=("other",))], sample=PAIR, groups=GROUPS)
    out = pipeline(**dict.fromkeys(PAIR, IMAGE), key="a")
    assert out["left"] is IMAGE and out["other"].shape == (4, 2, 3)


def test_a_trace_of_a_group_that_is_not_here_is_refused():
    _, trace = Pipeline([step(Turn())], sample=PAIR, groups=GROUPS).traced(**dict.fromkeys(PAIR, IMAGE), key="a")
    with pytest.raises(ReplayError, match="moves the group '@other' by 'tiny/turn'"):
        Pipeline([step(Turn())], sample=PAIR).replay(trace, **dict.fromkeys(PAIR, IMAGE))


def test_carriers_of_one_group_must_agree():
    with pytest.raises(DataError, match="they move together and must agree"):
        Pipeline([step(Flip())], sample=SPACE)(image=IMAGE, mask=MASK[:, :3], key="key")


def test_annotations_alone_have_no_frame():
    pipeline = Pipeline([step(Flip())], sample={"image": "image", "boxes": "boxes"})
    with pytest.raises(DataError, match="no image, audio or text beside tells how far"):
        pipeline(boxes=np.array([[0, 0, 1, 1.0]]), key="a")


def test_fields_may_be_left_out():
    pipeline = Pipeline([step(Flip()), step(Add(number=1))], sample=SPACE)
    assert (pipeline(image=IMAGE, key="a")["image"] == IMAGE[:, ::-1] + 1).all()


# Rules


@pytest.mark.parametrize("key", ["a", "3", "dogs/3.png"])
def test_an_error_tells_the_key_once(key):
    pipeline = Pipeline([step(Flip())], sample={"image": "image", "mask": "mask"})
    with pytest.raises(DataError) as caught:
        pipeline(image=IMAGE, mask=np.zeros((3, 30), np.uint8), key=key)
    assert str(caught.value).startswith(f"{key}: ") and str(caught.value).count(f"{key}: ") == 1


@pytest.mark.parametrize("labels", [["a", "b"], ("a", "b"), {"a", "b"}, np.array(["a", "b"])])
def test_only_takes_one_of_several_labels_whatever_holds_them(labels):
    pipeline = Pipeline([step(Flip(), only={"labels": ("b",)})], sample={"image": "image", "labels": "labels"})
    assert pipeline.traced(image=IMAGE, labels=labels, key="a")[1].steps
    assert not pipeline.traced(image=IMAGE, labels=["c"], key="a")[1].steps


def test_only_by_label_and_by_metadata_is_traced_with_the_reason():
    sample = {"image": "image", "digit": "label"}
    by_label = Pipeline([step(Flip(), only={"digit": (0, 8)})], sample=sample)
    by_meta = Pipeline([step(Flip(), only={"split": ("a",)})], sample=sample)
    fields = {"image": IMAGE}
    assert by_label.traced(**fields, digit=8, key="a")[1].steps
    out, trace = by_label.traced(**fields, digit=2, key="a")
    assert out["image"] is IMAGE and trace.skipped == [("tiny/flip", "only: digit is 2")]
    assert by_meta.traced(**fields, digit=2, key="a", meta={"split": "a"})[1].steps
    assert by_meta.traced(**fields, digit=2, key="a", meta={"split": "b"})[1].skipped == [
        ("tiny/flip", "only: split is 'b'")
    ]
    with pytest.raises(DataError, match="asks for 'split'"):
        by_meta(**fields, digit=2, key="a")


def test_numpy_labels_are_compared_by_value():
    pipeline = Pipeline([step(Flip(), only={"digit": (3,)})], sample={"image": "image", "digit": "label"})
    assert pipeline.traced(image=IMAGE, digit=np.int64(3), key="a")[1].steps
    assert pipeline.traced(image=IMAGE, digit=np.array(3), key="a")[1].steps


def test_a_rule_takes_nothing_from_the_streams_of_others():
    free = Pipeline([step(Turn()), step(Add())], sample={"image": "image", "digit": "label"})
    ruled = Pipeline([step(Turn(), only={"digit": (0,)}), step(Add())], sample={"image": "image", "digit": "label"})
    for visit in range(10):
        first = free.traced(image=IMAGE, digit=1, key=f"{visit}")[1].steps
        assert ruled.traced(image=IMAGE, digit=1, key=f"{visit}")[1].steps == first[1:]


def test_off_last_counts_from_the_end():
    pipeline = Pipeline([step(Flip(), off_last=2)], sample=SPACE, epochs=5)
    traces = [replays(pipeline, FIELDS, key="a", epoch=epoch)[1] for epoch in range(6)]
    assert [bool(trace.steps) for trace in traces] == [True, True, True, False, False, False]
    assert traces[3].skipped == [("tiny/flip", "off_last: 2")]


def test_a_step_may_find_nothing_to_do():
    pipeline = Pipeline([step(Roll(by=0))], sample=SPACE)
    out, trace = replays(pipeline, FIELDS, key="a")
    assert same(out, FIELDS) and trace.skipped == [("tiny/roll", "rolled by nothing")]


def test_strength_scales_fields_or_p():
    half = Pipeline([step(Add(number=40), strength=0.5)], sample=SPACE)
    assert half.traced(**FIELDS, key="a")[1].steps[0][2] == {"number": 20}
    flips = Pipeline([step(Flip(), p=0.8, strength=0.5)], sample=SPACE)
    ran = sum(bool(flips.traced(**FIELDS, key=f"{visit}")[1].steps) for visit in range(500))
    assert abs(ran - 200) < 4 * (500 * 0.4 * 0.6) ** 0.5


def test_a_ramp_of_p_replays():
    pipeline = Pipeline([step(Flip(), strength=Ramp(0, 1, 4))], sample=SPACE)
    traces = [replays(pipeline, FIELDS, key="a", epoch=epoch)[1] for epoch in range(4)]
    assert not traces[0].steps and traces[3].steps
    assert traces[3].entries[0].strength == 1


# Errors, hashes, pickles


def test_errors_name_the_step_and_the_sample():
    with pytest.raises(DataError) as caught:
        Pipeline([step(Fails())], sample=SPACE)(**FIELDS, key="b.jpg")
    assert str(caught.value) == "b.jpg: tiny/fails: operands could not be broadcast"
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_plan_pickles_and_does_the_same():
    pipeline = Pipeline([Combiner("one_of", (step(Turn()), step(Add())))], sample=SPACE, seed=9)
    again = pickle.loads(pickle.dumps(pipeline))
    assert again.plan.hash == pipeline.plan.hash
    for visit in range(10):
        assert same(again(**FIELDS, key=f"{visit}"), pipeline(**FIELDS, key=f"{visit}"))


def test_plans_take_targets_too():
    schema = read_schema(SPACE)
    targets, _ = Pipeline([step(Flip())], sample=SPACE).read(FIELDS)
    sample, _ = Plan([step(Flip())], schema)(Sample(targets, "a"))
    assert (sample.targets["image"].pixels == IMAGE[:, ::-1]).all()
