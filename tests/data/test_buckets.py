"""``bucket_by_length``: batches of clips about as long as each other, for any number of workers."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

import augkit
from augkit.data import KeyedSampler, SkippedSamples, open_source
from augkit.errors import DataError, RecipeError


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=80),
    st.integers(1, 7),
    st.integers(1, 2),
    st.integers(0, 3),
    st.integers(1, 3),
)
def test_every_visit_once_and_only_the_last_batch_is_smaller(
    lengths: list[int], batch: int, copies: int, epoch: int, world: int
) -> None:
    sampler = KeyedSampler(len(lengths), 7, epoch=epoch, lengths=lengths, batch=batch, copies=copies, shard=(0, world))
    visits = [tuple(visit) for visit in sampler.visits(epoch)]
    plain = KeyedSampler(len(lengths), 7, epoch=epoch, copies=copies).visits(epoch)
    assert Counter(visits) == Counter(tuple(visit) for visit in plain)
    ranges = [
        [lengths[index] for index, _ in visits[i : i + batch * world]] for i in range(0, len(visits), batch * world)
    ]
    ranges.sort(key=lambda spanned: (min(spanned), max(spanned)))
    if len(visits) <= 100 * batch * world:  # one pool: what one batch spans, no other reaches into
        assert all(max(short) <= min(long) for short, long in pairwise(ranges))


def test_batches_differ_from_epoch_to_epoch_and_come_in_a_drawn_order() -> None:
    lengths = np.arange(60) % 10
    sampler = KeyedSampler(60, 3, lengths=list(lengths), batch=6)
    epochs = [sampler.visits(epoch)[:, 0] for epoch in range(4)]
    assert len({tuple(order) for order in epochs}) == 4
    means = [lengths[order].reshape(-1, 6).mean(axis=1).tolist() for order in epochs]
    assert all(mean != sorted(mean) for mean in means)
    assert len({tuple(mean) for mean in means}) == 4


def test_orders_are_the_same_everywhere() -> None:
    lengths = [5, 1, 4, 1, 5, 9, 2, 6, 5, 3]
    assert [v.index for v in KeyedSampler(10, 7, lengths=lengths, batch=3)] == GOLDEN


def test_lengths_must_fit() -> None:
    with pytest.raises(ValueError, match="lengths: got 2 for 3 samples"):
        KeyedSampler(3, lengths=[1.0, 2.0])


@pytest.fixture
def recipe(tmp_path: Path) -> dict[str, Any]:
    """Clips of 0.05 to 0.6 s in a table that says how long they are."""
    lines = []
    for number in range(24):
        samples = np.sin(np.arange(400 + 200 * (number * 7 % 24)) / 9).astype(np.float32)
        soundfile.write(tmp_path / f"{number}.wav", samples, 8000)
        row = {"audio": f"{number}.wav", "seconds": len(samples) / 8000, "note": "long" if number else None}
        lines.append(json.dumps({"clip": f"{number}.wav", **row}))
    (tmp_path / "clips.jsonl").write_text("\n".join(lines))
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"manifest": {"file": str(tmp_path / "clips.jsonl"), "key": "clip"}},
        "sample": {"audio": "audio"},
        "split": {"val": 0},
        "steps": [{"gain": {}}, {"log_mel": {"n_mels": 8, "fft_ms": 50}}],
        "loader": {"batch_size": 4, "bucket_by_length": "seconds"},
    }


def test_padding_is_a_fraction_of_what_it_was_and_masks_tell_it(recipe: dict[str, Any]) -> None:
    def padded(given: dict[str, Any]) -> float:
        masks = [batch["audio"]["mask"] for batch in augkit.loader(given)]
        return sum(int((~mask).sum()) for mask in masks) / sum(mask.numel() for mask in masks)

    plain = {**recipe, "loader": {"batch_size": 4}}
    assert padded(recipe) < 0.3 * padded(plain)
    for batch in augkit.loader(recipe):
        audio = batch["audio"]
        assert audio["values"].shape[-1] == int(audio["lengths"].max())
        assert torch.equal(audio["mask"].sum(1), audio["lengths"])
        assert (audio["values"].movedim(-1, 1)[~audio["mask"]] == 0).all()


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_and_a_resume_within_the_epoch_give_the_same_batches(recipe: dict[str, Any], workers: int) -> None:
    alone = [(b["key"], b["audio"]["values"]) for b in augkit.loader(recipe)]
    together = [(b["key"], b["audio"]["values"]) for b in augkit.loader(recipe, overrides={"loader.workers": workers})]
    assert [keys for keys, _ in alone] == [keys for keys, _ in together]
    assert all(torch.equal(a, b) for (_, a), (_, b) in zip(alone, together, strict=True))
    stopped, later = augkit.loader(recipe), augkit.loader(recipe)
    batches = iter(stopped)
    next(batches), next(batches)
    later.resume(stopped.state())
    assert [batch["key"] for batch in later] == [keys for keys, _ in alone[2:]]


def test_a_column_that_is_not_there_or_holds_no_numbers_is_refused(recipe: dict[str, Any]) -> None:
    with pytest.raises(
        RecipeError, match=r"bucket_by_length: the source has no column 'second'\. Did you mean 'seconds'"
    ):
        augkit.loader(recipe, overrides={"loader.bucket_by_length": "second"})
    with pytest.raises(DataError, match=r"'note' is .*expected a number"):
        augkit.loader(recipe, overrides={"loader.bucket_by_length": "note"})


def test_sounds_are_measured_by_their_headers(recipe: dict[str, Any], tmp_path: Path) -> None:
    by_column = [batch["key"] for batch in augkit.loader(recipe)]
    table = {"audio_table": {"file": str(tmp_path / "clips.jsonl"), "audio": "clip"}}
    measured = recipe | {"source": table, "loader": {"batch_size": 4, "bucket_by_length": "audio"}}
    assert [batch["key"] for batch in augkit.loader(measured)] == by_column
    (tmp_path / "7.wav").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"7\.wav"):
        augkit.loader(measured)
    with pytest.warns(SkippedSamples, match="skipped 1 of 24"):
        assert sum(len(b["key"]) for b in augkit.loader(measured, overrides={"loader.on_error": "skip"})) == 23
    with pytest.raises(RecipeError, match="bucket_by_length: the source has no column 'sound'"):
        augkit.loader(measured, overrides={"loader.bucket_by_length": "sound"})


def test_a_window_is_as_long_as_it_is_cut(tmp_path: Path) -> None:
    (tmp_path / "hum").mkdir()
    soundfile.write(tmp_path / "hum" / "long.wav", np.zeros(20000, np.float32), 8000)
    source = open_source({"audio_folder": {"root": str(tmp_path), "window_s": 1.0}})
    assert {key: source.length(key, "audio") for key in source.keys} == dict.fromkeys(source.keys, 1.0)
    whole = open_source({"audio_folder": {"root": str(tmp_path)}})
    assert [whole.length(key, "audio") for key in whole.keys] == [2.5]


GOLDEN = [3, 1, 6, 0, 4, 7, 9, 2, 8, 5]
