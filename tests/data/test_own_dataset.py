"""``augkit.dataset``: somebody's own Dataset."""

from __future__ import annotations

import pickle
from collections import namedtuple
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

import augkit
from augkit import steps
from augkit.data import KeyedSampler
from tests.data.conftest import noise

Pair = namedtuple("Pair", ["picture", "label"])


class Mine:
    """Eight different pictures with labels, in the form that a test asks for."""

    def __init__(self, form: str) -> None:
        self.form = form

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int) -> Any:
        picture, label = noise(index), index % 2
        return {
            "tuple": (picture, label),
            "list": [picture, label],
            "pair": Pair(picture, label),
            "dict": {"image": picture, "label": label, "note": "as it is"},
            "pil": (Image.fromarray(picture), label),
            "alone": picture,
        }[self.form]


class Named(Mine):
    keys = [f"sample {number}" for number in range(8)]


@pytest.fixture
def aug() -> augkit.Pipeline:
    sample = {"image": "image", "label": "label"}
    return augkit.Pipeline([steps.hflip(p=0.5), steps.gaussian_noise(std=0.1)], sample=sample, seed=3)


@pytest.mark.parametrize("form", ["tuple", "list", "pair", "dict", "pil", "alone"])
def test_items_come_out_in_the_form_they_went_in(aug: augkit.Pipeline, form: str) -> None:
    fields = ["image"] if form == "alone" else ["image", "label"]
    made = augkit.dataset(Mine(form), aug, fields=fields)
    given, item = Mine(form)[5], made[(2, 5)]
    want = aug(image=noise(5), key="5", epoch=2)["image"]
    assert type(item) is type(given)
    got = item if form == "alone" else item["image"] if form == "dict" else item[0]
    assert np.array_equal(np.asarray(got), want)
    if form == "dict":
        assert item["label"] == 1 and item["note"] == "as it is"
    elif form != "alone":
        assert item[1] == 1


def test_parts_of_a_tuple_can_be_left_alone() -> None:
    pictures = torch.from_numpy(np.stack([np.moveaxis(noise(n), 2, 0) for n in range(4)]))
    mine = TensorDataset(torch.arange(4), pictures, torch.arange(4) * 10)
    aug = augkit.Pipeline([steps.hflip()], sample={"image": "image"})
    number, picture, last = augkit.dataset(mine, aug, fields=[None, "image"])[2]
    assert (number, last) == (2, 20) and torch.equal(picture, pictures[2].flip(2))


def test_keys_are_its_own_or_the_index(aug: augkit.Pipeline) -> None:
    own, counted = augkit.dataset(Named("tuple"), aug), augkit.dataset(Mine("tuple"), aug)
    assert own.traced(3)[1].key == "sample 3" and counted.traced(3)[1].key == "3"
    assert not np.array_equal(own[3][0], counted[3][0])


def loaded(made: Any, epochs: int = 2, **options: Any) -> list[bytes]:
    loader = DataLoader(made, batch_size=3, sampler=made.sampler(), **options)
    return [batch[0].numpy().tobytes() for _ in range(epochs) for batch in loader]


def test_the_bytes_do_not_depend_on_workers(aug: augkit.Pipeline) -> None:
    made = augkit.dataset(Mine("tuple"), aug)
    want = loaded(made)
    assert len(set(want)) == 6
    assert loaded(made, num_workers=2) == want
    assert loaded(made, num_workers=2, persistent_workers=True) == want
    assert loaded(pickle.loads(pickle.dumps(made))) == want


def test_the_sampler_takes_the_seed_of_the_pipeline(aug: augkit.Pipeline) -> None:
    made = augkit.dataset(Mine("tuple"), aug)
    assert list(made.sampler()) == list(KeyedSampler(8, 3))
    assert list(made.sampler(seed=1, epoch=2)) == list(KeyedSampler(8, 1, epoch=2))


def test_a_recipe_will_do_for_a_pipeline(tmp_path: Any) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("augkit: 1\nsample: {image: image}\nsteps: [hflip]\n")
    assert np.array_equal(augkit.dataset(Mine("alone"), file)[0], noise(0)[:, ::-1])


def test_wrong_fields_are_refused(aug: augkit.Pipeline) -> None:
    with pytest.raises(augkit.FieldError, match=r"'imge' is no field.*Did you mean 'image'\?"):
        augkit.dataset(Mine("tuple"), aug, fields=["imge"])
    with pytest.raises(augkit.DataError, match="has 1 parts, but `fields` names"):
        augkit.dataset(Mine("alone"), aug)[0]
    masked = augkit.Pipeline([], sample={"image": "image", "mask": "mask"})
    with pytest.raises(augkit.DataError, match="the item has no 'mask'; it has image, label, note"):
        augkit.dataset(Mine("dict"), masked)[0]
    with pytest.raises(IndexError):
        augkit.dataset(Mine("tuple"), aug)[8]
