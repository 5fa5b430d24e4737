"""Mixes of a whole batch, and the labels that they leave."""

import pickle

import pytest

from augkit import steps
from augkit.batch import Batch, soft_fields
from augkit.errors import CompileError, DataError
from augkit.plan import Plan
from augkit.sample import Sample
from augkit.schema import read_schema
from augkit.soft import Soft, mixed
from augkit.vocab.space import Image
from tests.core.mixed import augkit_label, picture


def test_soft_labels():
    assert mixed(["cat", "dog"], (0.75, 0.25)) == Soft({"cat": 0.75, "dog": 0.25})
    assert mixed(["cat", "dog"], (1.0, 0.0)) == "cat"
    assert mixed(["cat", "cat"], (0.75, 0.25)) == "cat"
    again = mixed([Soft({"cat": 0.5, "dog": 0.5}), "dog"], (0.5, 0.5))
    assert again == Soft({"cat": 0.25, "dog": 0.75}) and str(again) == "cat 0.25 + dog 0.75"
    assert mixed([["a", "b"], ["b"]], (0.75, 0.25), several=True) == Soft({"a": 0.75, "b": 1.0})
    assert again.vector(["bee", "cat", "dog"], "animal").tolist() == [0.0, 0.25, 0.75]
    with pytest.raises(DataError, match=r"animal: 'dgo' is no class of the training split\. Did you mean 'dog'"):
        Soft({"dgo": 1.0}).vector(["cat", "dog"], "animal")


def batch_of(count: int, epoch: int = 2) -> list[Sample]:
    return [
        Sample({"image": Image(picture(n)), "label": augkit_label(n)}, f"{n}.png", epoch, copy=n % 2)
        for n in range(count)
    ]


def the_bytes(samples) -> list[tuple]:
    return [(s.key, s.copy, s.targets["image"].pixels.tobytes(), str(s.targets["label"].value)) for s in samples]


@pytest.fixture
def batch() -> Batch:
    nodes = [steps.one_of([steps.image.mixup(alpha=1.0), steps.cutmix()], p=0.9), steps.image.mixup(id="again", p=0.5)]
    return Batch(nodes, read_schema({"image": "image", "label": "label"}), seed=4)


def test_a_batch_is_a_function_of_its_samples_in_order_and_of_the_epoch(batch):
    want = the_bytes(batch(batch_of(6)))
    assert [key for key, *_ in want] == [s.key for s in batch_of(6)]
    assert the_bytes(pickle.loads(pickle.dumps(batch))(batch_of(6))) == want
    assert the_bytes(batch(batch_of(6, epoch=3))) != want
    swapped = batch_of(6)[1:] + batch_of(6)[:1]
    assert sorted(the_bytes(batch(swapped))) != sorted(want)


def test_a_batch_replays(batch):
    mixed_up, traces = batch.traced(batch_of(6))
    assert {entry.name for of_step in traces for trace in of_step for entry in trace.entries} == {
        "image/mixup",
        "image/cutmix",
    }
    assert the_bytes(batch.replay(batch_of(6), traces)) == the_bytes(mixed_up)


def test_a_batch_of_one_stays_as_it_is(batch):
    [alone] = batch_of(1)
    assert batch([alone])[0].targets["image"] is alone.targets["image"]


def test_a_batch_takes_steps_that_mix_and_no_others():
    schema = read_schema({"image": "image", "label": "label"})
    with pytest.raises(CompileError, match="batch: image/hflip changes each sample by itself; put it into `steps`"):
        Batch([steps.one_of([steps.image.mixup(), steps.hflip()])], schema)
    with pytest.raises(CompileError, match="two steps with the id 'image/mixup'"):
        Batch([steps.image.mixup(), steps.image.mixup()], schema)
    assert soft_fields(Batch([steps.image.mixup()], schema).plan) == ("label",)
    assert soft_fields(Plan([steps.hflip()], schema)) == ()


def test_pictures_of_other_sizes_or_channels_are_refused_with_a_way_out(batch):
    samples = batch_of(2)
    samples[1] = samples[1].with_targets({"image": Image(picture(1, 9, 9))})
    always = Batch([steps.image.mixup()], read_schema({"image": "image", "label": "label"}))
    with pytest.raises(DataError, match=r"image/mixup: 'image' is of \(6, 5\).*\(9, 9\).*Put `resize`"):
        always(samples)
    samples[1] = samples[1].with_targets({"image": Image(picture(1)[:, :, :1])})
    with pytest.raises(DataError, match=r"of shape \(6, 5, 3\), uint8, cannot be mixed with one of \(6, 5, 1\)"):
        always(samples)
