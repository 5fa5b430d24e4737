"""Batches: every kind of target in its own way, and samples that cannot be used."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import augkit
from augkit.data import Collate, Dataset, SkippedSamples, open_recipe, open_source
from augkit.plan import Plan
from augkit.sample import Sample
from augkit.schema import read_schema
from tests.data.conftest import noise, recipe, write_image

KINDS = {
    "image": "image",
    "mask": "mask",
    "boxes": "boxes",
    "points": "keypoints",
    "digit": "label",
    "name": "label",
    "weight": "value",
    "tags": "labels",
    "vector": "value",
}


def sample(key: str, h: int = 4, boxes: int = 2, **changed: Any) -> Sample:
    values = {
        "image": noise(1, h, 5),
        "mask": np.full((h, 5), 2, dtype=np.uint8),
        "boxes": {
            "xyxy": [[0, 0, 2, 2]] * boxes,
            "label": ["cat"] * boxes,
            "id": list(range(boxes)),
            "score": [0.5] * boxes,
        },
        "points": {"xy": [[1, 1]] * boxes, "visibility": [2] * boxes},
        "digit": len(key),
        "name": key,
        "weight": 0.5,
        "tags": ["x"],
        "vector": [1, 2.5],
    } | changed
    pipeline = augkit.Pipeline.of(Plan([], read_schema(KINDS)))
    return Sample(pipeline.read(values, key)[0], key, epoch=3, copy=1)


def collate(*samples: Any) -> dict[str, Any]:
    return Collate(read_schema(KINDS))(samples)


def test_each_kind_becomes_what_a_network_wants() -> None:
    batch = collate(sample("a"), sample("bb", boxes=0))
    assert batch["image"].shape == (2, 3, 4, 5) and batch["image"].dtype == torch.uint8
    assert torch.equal(batch["image"][0], torch.from_numpy(np.moveaxis(noise(1, 4, 5), 2, 0).copy()))
    assert batch["mask"].shape == (2, 4, 5) and batch["mask"].dtype == torch.int64
    assert torch.equal(batch["digit"], torch.tensor([1, 2]))
    assert torch.equal(batch["weight"], torch.tensor([0.5, 0.5]))
    assert torch.equal(batch["vector"], torch.tensor([[1, 2.5], [1, 2.5]]))
    assert batch["name"] == ["a", "bb"] and batch["tags"] == [["x"], ["x"]]
    assert batch["key"] == ["a", "bb"] and batch["epoch"] == 3 and batch["copy"] == [1, 1]
    first, second = batch["boxes"]
    assert first["xyxy"].tolist() == [[0, 0, 2, 2]] * 2 and first["xyxy"].dtype == torch.float32
    assert first["label"] == ["cat", "cat"] and first["id"].tolist() == [0, 1] and first["id"].dtype == torch.int64
    assert first["score"].dtype == torch.float32
    assert second["xyxy"].shape == (0, 4)
    assert batch["points"][0]["xy"].tolist() == [[1, 1]] * 2


@pytest.mark.parametrize(
    ("values", "want"),
    [
        ([1, 2], torch.tensor([1, 2])),
        ([True, False], torch.tensor([1, 0])),
        ([np.int32(1), 2.5], torch.tensor([1, 2.5])),
        (["a", "b"], ["a", "b"]),
        ([1, "b"], [1, "b"]),
        ([None, 1], [None, 1]),
    ],
)
def test_labels_are_tensors_where_they_are_numbers(values: list[Any], want: Any) -> None:
    batch = collate(*(sample(str(n), digit=value) for n, value in enumerate(values)))
    got = batch["digit"]
    assert torch.equal(got, want) and got.dtype == want.dtype if isinstance(want, torch.Tensor) else got == want


def test_ragged_labels_are_tensors_one_by_one() -> None:
    batch = collate(sample("a", tags=[1, 2]), sample("b", tags=[3]))
    assert [tags.tolist() for tags in batch["tags"]] == [[1, 2], [3]]


def test_shapes_that_differ_are_named() -> None:
    with pytest.raises(augkit.DataError, match=r"field 'image': .*Most are \(3, 4, 5\), but odd \(3, 9, 5\)\."):
        collate(sample("a"), sample("b"), sample("odd", h=9))


def test_a_field_that_is_missing_names_the_sample() -> None:
    lacking = Sample({}, "here")
    with pytest.raises(augkit.DataError, match=r"here: .*needs the field 'image'"):
        collate(sample("a"), lacking)


def test_a_field_cannot_take_the_name_of_what_every_batch_has() -> None:
    with pytest.raises(augkit.CompileError, match="'key'"):
        Collate(read_schema({"key": "label", "image": "image"}))


def test_several_views_are_a_list_per_field(folder: Any) -> None:
    [batch] = augkit.loader(recipe(folder(same=True, a=3), views=2))
    one, two = batch["image"]
    assert one.shape == two.shape == (3, 3, 8, 8)
    assert len({image.numpy().tobytes() for image in (*one, *two)}) == 6
    assert len(batch["key"]) == 3
    [plain] = augkit.loader(recipe(folder(a=3), views=2), augment=False)
    assert plain["image"].shape == (3, 3, 8, 8)


@pytest.fixture
def broken(folder: Any) -> Path:
    """Ten pictures: one cut short, one no picture, one gone after the folder was listed."""
    root = folder(a=5, b=5)
    whole = (root / "a" / "001.png").read_bytes()
    (root / "a" / "001.png").write_bytes(whole[: len(whole) // 2])
    (root / "b" / "003.png").write_bytes(b"hello")
    return root


@pytest.mark.parametrize("workers", [0, 2])
def test_what_cannot_be_read_stops_with_file_and_key(broken: Path, workers: int) -> None:
    made = augkit.loader(recipe(broken, loader={"batch_size": 2, "workers": workers, "shuffle": False}))
    with pytest.raises(augkit.DataError, match=r"a/001.png") as caught:
        list(made)
    assert caught.value.key == "a/001.png"
    assert caught.value.file == str(broken / "a" / "001.png")
    assert "augkit_image" in caught.value.__notes__[0]


@pytest.mark.parametrize("workers", [0, 2])
def test_skipping_counts_and_reports_once_an_epoch(broken: Path, workers: int) -> None:
    opened = open_recipe(recipe(broken, loader={"batch_size": 2, "workers": workers, "on_error": "skip"}))
    made = opened.loader()
    (broken / "b" / "000.png").unlink()
    for epoch in range(2):
        with pytest.warns(SkippedSamples, match=rf"epoch {epoch}: skipped 3 of 10 samples:\n  .*png: ") as caught:
            batches = list(made)
        assert len(caught) == 1
        assert len({key for batch in batches for key in batch["key"]}) == 7
        assert all("failures" not in batch for batch in batches)
        assert made.state()["epoch"] == epoch + 1


def test_a_batch_of_which_nothing_is_left_is_passed_over(folder: Any) -> None:
    root = folder(a=2, b=2)
    for name in ("000", "001"):
        (root / "a" / f"{name}.png").write_bytes(b"")
    made = augkit.loader(recipe(root, loader={"batch_size": 2, "on_error": "skip", "shuffle": False}))
    with pytest.warns(SkippedSamples, match="skipped 2 of 4"):
        [batch] = list(made)
    assert batch["key"] == ["b/000.png", "b/001.png"]


def test_an_epoch_of_which_nothing_is_left_stops(folder: Any) -> None:
    root = folder(a=2)
    for name in ("000", "001"):
        (root / "a" / f"{name}.png").write_bytes(b"")
    made = augkit.loader(recipe(root, loader={"batch_size": 2, "on_error": "skip"}))
    with pytest.raises(augkit.DataError, match="none of the 2 samples could be used"):
        list(made)


def test_a_sample_that_a_step_cannot_take_is_named_too(folder: Any) -> None:
    root = folder(a=3)
    write_image(root / "a" / "small.png", noise(1, 4, 4))
    with pytest.raises(augkit.DataError, match=r"small.png") as caught:
        list(augkit.loader(recipe(root)))
    assert caught.value.key == "a/small.png"


@pytest.mark.parametrize("workers", [0, 2])
def test_shapes_that_differ_stop_the_loader_in_few_words(folder: Any, workers: int) -> None:
    root = folder(a=3)
    write_image(root / "a" / "wide.png", noise(1, 12, 30))
    given = recipe(root, steps=["hflip"], loader={"batch_size": 4, "workers": workers, "on_error": "skip"})
    with pytest.raises(augkit.DataError, match=r"wide.png \(3, 12, 30\)") as caught:
        list(augkit.loader(given))
    assert "Traceback" not in str(caught.value) and "collate" in caught.value.__notes__[0]


def test_datasets_pickle_and_answer_by_index(folder: Any) -> None:
    made = open_recipe(recipe(folder(a=2, b=2))).dataset()
    again = pickle.loads(pickle.dumps(made))
    assert len(again) == 4 and again[-1].key == "b/001.png"
    for item in (1, (0, 1), (0, 1, 0), np.int64(1)):
        assert np.array_equal(again[item].targets["image"].pixels, made[1].targets["image"].pixels)
    assert not np.array_equal(made[(1, 1)].targets["image"].pixels, made[1].targets["image"].pixels)
    assert made.labels("label") == ["a", "a", "b", "b"]
    with pytest.raises(IndexError):
        made[4]
    assert [one.key for one in made] == list(made.keys)


def test_labels_that_only_opening_would_tell_are_refused() -> None:
    source = open_source({"demo": "shapes"})
    made = Dataset(source, Plan([], read_schema({"image": "image"})), source.keys[:2])
    with pytest.raises(augkit.DataError, match="'boxes' is not known without opening"):
        made.labels("boxes")


def test_no_warning_where_nothing_was_skipped(folder: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        list(augkit.loader(recipe(folder(a=2), loader={"on_error": "skip"})))
