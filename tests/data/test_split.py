"""Splits: pure functions of keys, labels and groups that move little when data are added."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import augkit
from augkit.data import split_keys
from augkit.errors import FieldError

KEYS = [f"photo {number}" for number in range(997)]
LABELS = {key: number % 7 for number, key in enumerate(KEYS)}
PEOPLE = {key: f"person {number % 40}" for number, key in enumerate(KEYS)}

labelled = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 3), min_size=3, max_size=60)


def test_fractions_are_met_and_classes_divided_alike() -> None:
    parts = split_keys(KEYS, val=0.2, test=0.1, labels=LABELS)
    assert [len(parts[part]) for part in ("train", "val", "test")] == [698, 199, 100]
    counts = Counter(LABELS[key] for key in parts["val"])
    assert max(counts.values()) - min(counts.values()) <= 1


@given(labelled, st.floats(0, 0.45), st.floats(0, 0.45))
def test_every_key_is_in_one_part_and_every_class_in_train(labels: dict[str, int], val: float, test: float) -> None:
    keys = list(labels)
    try:
        parts = split_keys(keys, val=val, test=test, labels=labels)
    except augkit.FieldError:
        assert all(count <= 2 for count in Counter(labels.values()).values())
        return
    assert sorted(key for part in parts.values() for key in part) == sorted(keys)
    assert {labels[key] for key in parts["train"]} == set(labels.values())
    assert parts["val"] if val else not parts["val"]
    assert parts["test"] if test else not parts["test"]


@given(labelled, st.randoms(use_true_random=False))
def test_the_order_of_the_keys_does_not_matter(labels: dict[str, int], chance: object) -> None:
    keys = list(labels)
    shuffled = chance.sample(keys, len(keys))  # type: ignore[attr-defined]
    first, second = split_keys(keys, val=0.3), split_keys(shuffled, val=0.3)
    assert {part: set(first[part]) for part in first} == {part: set(second[part]) for part in second}
    assert first["val"] == [key for key in keys if key in set(first["val"])]


@pytest.mark.parametrize("number", range(20))
def test_a_new_sample_displaces_few(number: int) -> None:
    before = split_keys(KEYS, val=0.2, test=0.1, labels=LABELS)
    new = f"another {number}"
    after = split_keys([*KEYS, new], val=0.2, test=0.1, labels=LABELS | {new: number % 7})
    moved = [key for part in before for key in before[part] if key not in set(after[part])]
    assert len(moved) <= 6


def test_the_seed_makes_another_split_and_the_same_one_the_same() -> None:
    assert split_keys(KEYS, val=0.2, seed=1) != split_keys(KEYS, val=0.2, seed=2)
    assert split_keys(KEYS, val=0.2, seed=1) == split_keys(KEYS, val=0.2, seed=1)


def test_groups_stay_whole() -> None:
    parts = split_keys(KEYS, val=0.2, test=0.1, labels=LABELS, groups=PEOPLE)
    people = {part: {PEOPLE[key] for key in keys} for part, keys in parts.items()}
    assert not people["train"] & people["val"]
    assert not people["train"] & people["test"]
    assert not people["val"] & people["test"]
    assert 0.15 < len(parts["val"]) / len(KEYS) < 0.25
    assert 0.05 < len(parts["test"]) / len(KEYS) < 0.15


def test_groups_that_are_classes_can_still_be_divided() -> None:
    animals = {key: PEOPLE[key] in ("person 1", "person 2", "person 3") for key in KEYS}
    parts = split_keys(KEYS, val=0.2, labels=animals, groups=PEOPLE)
    assert {animals[key] for key in parts["train"]} == {False, True}
    assert 0.15 < len(parts["val"]) / len(KEYS) < 0.25


def test_few_per_class_are_among_many_per_class() -> None:
    few = split_keys(KEYS, val=0.2, labels=LABELS, train_per_class=5)
    many = split_keys(KEYS, val=0.2, labels=LABELS, train_per_class=20)
    assert Counter(LABELS[key] for key in few["train"]) == dict.fromkeys(range(7), 5)
    assert set(few["train"]) < set(many["train"])
    assert few["val"] == many["val"]


def test_a_class_with_one_sample_trains() -> None:
    keys = [f"k{number}" for number in range(20)]
    labels = {key: "rare" if key == "k7" else "common" for key in keys}
    for seed in range(20):
        parts = split_keys(keys, val=0.3, test=0.3, labels=labels, seed=seed)
        assert "k7" in parts["train"]
        assert [len(parts[part]) for part in ("train", "val", "test")] == [8, 6, 6]


@pytest.mark.parametrize(
    ("fractions", "complaint"),
    [
        ({"val": 0.5, "test": 0.5}, "leave nothing to train on"),
        ({"val": 1.0}, "val: 1 is no fraction"),
        ({"test": -0.1}, "test: -0.1 is no fraction"),
    ],
)
def test_impossible_fractions_are_refused(fractions: dict[str, float], complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        split_keys(KEYS, **fractions)


def test_classes_of_one_cannot_be_divided() -> None:
    with pytest.raises(augkit.FieldError, match="stratify: false"):
        split_keys(["a", "b"], val=0.5, labels={"a": 1, "b": 2})


def test_counting_per_class_needs_a_label() -> None:
    with pytest.raises(augkit.FieldError, match="needs a label"):
        split_keys(KEYS, train_per_class=3)


@pytest.mark.parametrize("groups", [None, {"a": "x"}])
def test_one_sample_cannot_be_divided_and_nobody_speaks_of_classes(groups):
    with pytest.raises(FieldError, match=r"val: there is one sample .* Write `split: {val: 0}`") as error:
        split_keys(["a"], val=0.2, groups=groups)
    assert "class" not in str(error.value)
    with pytest.raises(FieldError, match="no class has two samples"):
        split_keys(["a", "b"], val=0.2, labels={"a": 0, "b": 1})
