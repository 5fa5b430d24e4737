"""KeyedSampler: which visits, in which order."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.data import KeyedSampler
from augkit.errors import DataError


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40), st.integers(1, 3), st.integers(0, 5))
def test_balance_visits_every_class_as_often_and_every_visit_once(labels: list[str], copies: int, epoch: int) -> None:
    sampler = KeyedSampler(len(labels), 7, labels=labels, copies=copies, epoch=epoch)
    visits = list(sampler)
    counts = Counter(labels[visit.index] for visit in visits)
    assert set(counts.values()) == {copies * max(Counter(labels).values())}
    assert len(set(visits)) == len(visits) == len(sampler)
    for index, times in Counter(visit.index for visit in visits).items():
        assert sorted(v.copy for v in visits if v.index == index) == list(range(times))


def test_who_is_repeated_once_more_changes_with_the_epoch() -> None:
    sampler = KeyedSampler(12, labels=["few"] * 5 + ["many"] * 7)
    repeated = [frozenset(i for i, times in Counter(v.index for v in sampler).items() if times == 2) for _ in range(9)]
    assert all(len(some) == 2 for some in repeated)
    assert len(set(repeated)) > 3


def test_each_iteration_is_the_next_epoch_and_can_be_set() -> None:
    sampler = KeyedSampler(5, 1)
    assert [{visit.epoch for visit in sampler} for _ in range(3)] == [{0}, {1}, {2}]
    sampler.set_epoch(7)
    assert {visit.epoch for visit in sampler} == {7}
    assert [v.index for v in KeyedSampler(5, 1, epoch=7)] == sampler.visits(7)[:, 0].tolist()


def test_without_shuffling_the_order_is_that_of_the_samples() -> None:
    assert [tuple(v) for v in KeyedSampler(2, shuffle=False, copies=2)] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]


@pytest.mark.parametrize("evaluate", [False, True])
def test_shards_are_disjoint_and_together_the_whole(evaluate: bool) -> None:
    whole = {tuple(visit) for visit in KeyedSampler(11, 3, evaluate=evaluate)}
    shards = [KeyedSampler(11, 3, evaluate=evaluate, shard=(rank, 3)) for rank in range(3)]
    parts = [[tuple(visit) for visit in shard] for shard in shards]
    assert [len(part) for part in parts] == [len(shard) for shard in shards] == ([4, 4, 3] if evaluate else [3, 3, 3])
    assert {visit for part in parts for visit in part} <= whole
    assert len({visit for part in parts for visit in part}) == sum(map(len, parts))


def test_a_shard_resumes_where_all_shards_were() -> None:
    shards = [KeyedSampler(12, 3, shard=(rank, 2)) for rank in range(2)]
    want = [list(shard) for shard in shards]
    state = KeyedSampler(12, 3).state(samples_consumed=8)
    for rank in range(2):
        shard = KeyedSampler(12, 3, shard=(rank, 2))
        shard.resume(state)
        assert list(shard) == want[rank][4:]
        assert {visit.epoch for visit in shard} == {1}


def test_a_position_survives_being_told_the_epoch_it_is_in() -> None:
    sampler = KeyedSampler(6)
    sampler.resume({"seed": 0, "epoch": 4, "samples_consumed": 2, "recipe_hash": ""})
    sampler.set_epoch(4)
    assert len(list(sampler)) == 4


def test_the_state_after_an_epoch_is_the_next_one() -> None:
    sampler = KeyedSampler(3)
    list(sampler)
    assert sampler.state() == {"seed": 0, "epoch": 1, "samples_consumed": 0, "recipe_hash": ""}


def test_orders_are_the_same_everywhere() -> None:
    assert [visit.index for visit in KeyedSampler(10, 7)] == GOLDEN


def test_labels_must_fit() -> None:
    with pytest.raises(ValueError, match="2 for 3 samples"):
        KeyedSampler(3, labels=["a", "b"])


GOLDEN = [8, 3, 9, 0, 6, 1, 7, 2, 5, 4]


def test_epochs_are_counted_from_zero() -> None:
    sampler = KeyedSampler(3)
    told = sampler.state() | {"epoch": -1}
    for wrong in (lambda: KeyedSampler(3, epoch=-1), lambda: sampler.set_epoch(-1), lambda: sampler.resume(told)):
        with pytest.raises(DataError, match=r"^epoch: got -1; they are counted from 0 on"):
            wrong()
    assert [visit.epoch for visit in sampler] == [0, 0, 0]
