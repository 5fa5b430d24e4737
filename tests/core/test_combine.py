"""Combiners: which children run, in which order, from which streams."""

import math
from collections import Counter

import numpy as np
import pytest

from augkit import Pipeline
from augkit.combine import Combiner, Ramp
from augkit.distributions import Range
from augkit.errors import FieldError
from tests.core.tiny import IMAGE, Add, step

VISITS = 600


def adds(count, **around):
    return tuple(step(Add(), id=f"add {number}", **around) for number in range(count))


def traces(*nodes, visits=VISITS, seed=3):
    pipeline = Pipeline(nodes, sample={"image": "image"}, seed=seed)
    return [pipeline.traced(image=IMAGE, key=f"{visit}")[1] for visit in range(visits)]


def ids(trace):
    return tuple(id for id, _, _ in trace.steps)


def draws(trace):
    return {entry.path: entry.params for entry in trace.entries}


def near(count, expected):
    return abs(count - VISITS * expected) < 4 * math.sqrt(VISITS * expected * (1 - expected))


def test_seq_runs_all_in_order():
    assert {ids(trace) for trace in traces(Combiner("seq", adds(3)))} == {("add 0", "add 1", "add 2")}


def test_p_of_a_combiner_is_all_or_nothing():
    seen = Counter(ids(trace) for trace in traces(Combiner("seq", adds(2), p=0.3)))
    assert set(seen) == {(), ("add 0", "add 1")}
    assert near(seen[()], 0.7)


def test_one_of_runs_exactly_one_evenly():
    seen = Counter(ids(trace) for trace in traces(Combiner("one_of", adds(4))))
    assert all(len(ran) == 1 for ran in seen)
    assert len(seen) == 4 and all(near(count, 0.25) for count in seen.values())


def test_one_of_goes_by_weight_and_a_weight_of_zero_is_never():
    first, second, third = adds(3)
    children = tuple(
        step(child.transform, id=child.id, weight=weight)
        for child, weight in zip((first, second, third), (3, 1, 0), strict=True)
    )
    seen = Counter(ids(trace) for trace in traces(Combiner("one_of", children)))
    assert set(seen) == {("add 0",), ("add 1",)}
    assert near(seen["add 0",], 0.75)


def test_some_of_runs_n_once_each_in_the_order_written():
    seen = Counter(ids(trace) for trace in traces(Combiner("some_of", adds(4), Range(2))))
    assert len(seen) == 6 and all(ran == tuple(sorted(set(ran))) and len(ran) == 2 for ran in seen)
    assert all(near(count, 1 / 6) for count in seen.values())


def test_some_of_takes_a_range():
    seen = Counter(len(ids(trace)) for trace in traces(Combiner("some_of", adds(3), Range(0, 3))))
    assert set(seen) == {0, 1, 2, 3} and all(near(count, 0.25) for count in seen.values())


def test_random_order_runs_all_in_every_order():
    seen = Counter(ids(trace) for trace in traces(Combiner("random_order", adds(3))))
    assert len(seen) == 6 and all(near(count, 1 / 6) for count in seen.values())


def test_repeat_draws_anew_in_every_round():
    [trace] = traces(Combiner("repeat", adds(2), Range(3)), visits=1)
    assert [entry.path for entry in trace.entries] == [
        f"add {child}#{round_}" for round_ in range(3) for child in (0, 1)
    ]
    assert len({str(params) for params in draws(trace).values()}) > 3


def test_repeat_within_repeat_names_both_rounds():
    inner = Combiner("repeat", adds(1), Range(2))
    [trace] = traces(Combiner("repeat", (inner,), Range(2)), visits=1)
    assert [entry.path for entry in trace.entries] == ["add 0#0#0", "add 0#0#1", "add 0#1#0", "add 0#1#1"]


def test_a_child_draws_the_same_whoever_its_siblings_are():
    alone = traces(Combiner("seq", adds(1)))
    among = traces(Combiner("random_order", adds(5)))
    assert [draws(trace)["add 0"] for trace in alone] == [draws(trace)["add 0"] for trace in among]


def test_inserting_and_moving_steps_changes_no_other_draw():
    one, two, three = adds(3)
    before = [draws(trace) for trace in traces(one, two)]
    after = [draws(trace) for trace in traces(three, two, one)]
    for first, second in zip(before, after, strict=True):
        assert first.items() <= second.items()


def test_the_choice_of_a_combiner_does_not_depend_on_what_stands_beside_it():
    choice = Combiner("one_of", adds(3), id="choice")
    beside = step(Add(), id="beside")
    alone = [ids(trace) for trace in traces(choice)]
    assert [tuple(id for id in ids(trace) if id != "beside") for trace in traces(beside, choice)] == alone


def test_changing_p_leaves_the_draws_of_what_still_runs():
    always = [draws(trace) for trace in traces(*adds(1))]
    sometimes = [draws(trace) for trace in traces(*adds(1, p=0.4))]
    assert near(sum(bool(drawn) for drawn in sometimes), 0.4)
    assert all(drawn.items() <= full.items() for drawn, full in zip(sometimes, always, strict=True))


def test_ids_are_made_of_children_not_of_positions():
    assert Combiner("one_of", adds(2)).id == "one_of(add 0,add 1)"
    assert Combiner("seq", (Combiner("repeat", adds(1), Range(2)),)).id == "seq(repeat(add 0))"
    assert Combiner("seq", adds(1), id="mine").id == "mine"


def test_leaves_are_the_steps_in_the_order_written():
    tree = Combiner("seq", (Combiner("one_of", adds(2)), step(Add(), id="last")))
    assert [leaf.id for leaf in tree.leaves()] == ["add 0", "add 1", "last"]


@pytest.mark.parametrize(
    "make, complaint",
    [
        (lambda: Combiner("seq", ()), "has no steps"),
        (lambda: Combiner("some_of", adds(2), Range(3)), "n reaches 3, but there are 2 steps"),
        (lambda: Combiner("some_of", adds(2), Range(-1)), "n reaches -1"),
        (lambda: Combiner("repeat", adds(2), Range(-2, 1)), "n reaches -2"),
        (lambda: Combiner("seq", adds(1), p=1.5), "1.5 is not a probability"),
        (lambda: step(Add(), p=-0.1), "-0.1 is not a probability"),
        (lambda: step(Add(), p=math.nan), "nan is not a probability"),
        (lambda: step(Add(), weight=-1), "weight: got -1"),
        (lambda: Combiner("one_of", adds(2, weight=0)), "every weight is 0"),
    ],
)
def test_what_cannot_be_is_refused(make, complaint):
    with pytest.raises(FieldError, match=complaint):
        make()


@pytest.mark.parametrize(
    "ramp, strengths",
    [
        (Ramp(0, 1, 5), [0, 0.25, 0.5, 0.75, 1, 1, 1]),
        (Ramp(1, 0.5, 3), [1, 0.75, 0.5, 0.5]),
        (Ramp(0.2, 0.8, 1), [0.8, 0.8]),
    ],
)
def test_ramps_are_straight_and_then_stay(ramp, strengths):
    assert [ramp.at(epoch) for epoch in range(len(strengths))] == pytest.approx(strengths)


def test_a_ramp_scales_fields_by_the_epoch_and_is_traced():
    pipeline = Pipeline([step(Add(number=40), strength=Ramp(0, 1, 5))], sample={"image": "image"})
    seen = [pipeline.traced(image=IMAGE, key="a", epoch=epoch) for epoch in range(6)]
    assert [trace.entries[0].params["number"] for _, trace in seen] == [0, 10, 20, 30, 40, 40]
    assert [trace.entries[0].strength for _, trace in seen] == [0, 0.25, 0.5, 0.75, 1, 1]
    assert [int(np.unique(out["image"] - IMAGE)[0]) for out, _ in seen] == [0, 10, 20, 30, 40, 40]
