"""Texts, spans and tags from a manifest through the DataLoader."""

import json

import pytest

import augkit

SENTENCE = "Alice met Bob in Paris"


@pytest.fixture
def recipe(tmp_path):
    row = {
        "text": SENTENCE,
        "entities": [{"start": 0, "end": 5, "label": "PER", "text": "Alice"}],
        "tags": {"tokens": SENTENCE.split(), "tags": ["B-PER", "O", "B-PER", "O", "B-LOC"]},
    }
    lines = [json.dumps({"id": f"s{number}", **row}) for number in range(6)]
    (tmp_path / "texts.jsonl").write_text("\n".join(lines))
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"manifest": {"file": str(tmp_path / "texts.jsonl"), "key": "id"}},
        "sample": {"text": "text", "entities": {"spans": "text"}, "tags": {"tags": "text"}},
        "split": {},
        "steps": [{"typo": {"rate": 0.2}}, {"word_delete": {"rate": 0.2}}],
        "loader": {"batch_size": 3},
    }


def batches(recipe, workers):
    return list(augkit.loader(recipe, overrides={"loader.workers": workers}))


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_hold_texts_and_what_is_annotated_on_them(recipe, workers):
    seen = []
    for batch in batches(recipe, workers):
        for text, entities, tags in zip(batch["text"], batch["entities"], batch["tags"], strict=True):
            assert tags["tokens"] == text.split()
            assert all(text[row["start"] : row["end"]] == row["text"] == tags["tokens"][0] for row in entities)
            seen.append(text)
    assert len(set(seen)) == len(seen) >= 3


def test_workers_give_the_same(recipe):
    assert batches(recipe, 0) == batches(recipe, 2)
