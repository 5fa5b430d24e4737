"""The hash of a plan covers what changes samples, and nothing else."""

import dataclasses

import pytest

from augkit.combine import Combiner
from augkit.errors import Where
from augkit.plan import Plan
from augkit.schema import read_schema
from tests.core.tiny import Add, Turn, step

SPACE = {"image": "image", "mask": "mask"}


def plan(steps=None, sample=SPACE, seed=0, epochs=None, groups=()):
    return Plan(steps or [step(Turn()), step(Add(), p=0.5)], read_schema(sample, groups), seed, epochs)


CHANGES = {
    "a field": plan([step(Turn(turns=1)), step(Add(), p=0.5)]),
    "p": plan([step(Turn()), step(Add(), p=0.6)]),
    "the order": plan([step(Add(), p=0.5), step(Turn())]),
    "an id": plan([step(Turn(), id="t"), step(Add(), p=0.5)]),
    "strength": plan([step(Turn()), step(Add(), p=0.5, strength=0.5)]),
    "the seed": plan(seed=1),
    "the epochs": plan(epochs=5),
    "a kind's options": plan(sample={"image": "image", "mask": {"mask": {"ignore_index": 9}}}),
    "groups": plan(groups=[["image"], ["mask"]]),
    "a combiner": plan([Combiner("seq", (step(Turn()), step(Add(), p=0.5)))]),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_hash_covers(what):
    assert CHANGES[what].hash != plan().hash


def test_the_hash_does_not_depend_on_where_it_is_written():
    assert plan().hash == plan().hash
    moved = [dataclasses.replace(node, where=Where("other.yaml", 9, 1)) for node in plan().steps]
    assert plan(moved).hash == plan().hash
