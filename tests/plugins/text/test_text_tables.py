"""Tables of texts, as Hugging Face's data sets have them: tags, numbers with names, translations, answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

import augkit
from augkit.data import open_source
from tests.plugins.text.visited import visited

CONTEXT = "Größe zählt. The Normans came from Normandy in France."
TOKENS = [
    {"id": "a", "tokens": ["Anna", "flew", "to", "Rome"], "ner_tags": [1, 0, 0, 3]},
    {"id": "b", "tokens": ["Hi"], "ner_tags": [0]},
]
NAMES = ["O", "B-PER", "I-PER", "B-LOC"]


def table(folder: Path, rows: list[dict[str, Any]], suffix: str, features: Any = None) -> Path:
    path = folder / f"t{suffix}"
    if suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    elif suffix == ".parquet":
        made = pyarrow.Table.from_pylist(rows)
        told = {b"huggingface": json.dumps({"info": {"features": features}}).encode()} if features else {}
        parquet.write_table(made.replace_schema_metadata(told), path)
    else:
        cells = [
            ",".join('"' + json.dumps(cell).strip('"').replace('"', '""') + '"' for cell in row.values())
            for row in rows
        ]
        path.write_text("\n".join([",".join(rows[0]), *cells]))
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet", ".csv"])
def test_tokens_with_numbered_tags(suffix: str, tmp_path: Path) -> None:
    path = table(tmp_path, TOKENS, suffix)
    given = {"text_table": {"file": str(path), "names": {"ner_tags": NAMES}}}
    source = open_source(given)
    assert source.keys == ["a", "b"] and source.fields["ner_tags"] == {"tags": {"of": "text"}}
    first, _ = visited(given, {"text": "text", "ner_tags": source.fields["ner_tags"]}, tmp_path)
    assert first["text"].string == "Anna flew to Rome" and list(first["ner_tags"].tags) == ["B-PER", "O", "O", "B-LOC"]
    with pytest.raises(augkit.DataError, match=r"row \d: 'ner_tags' has 3, for which `names` has no name: it has 2"):
        open_source({"text_table": {"file": str(path), "names": {"ner_tags": ["O", "B-PER"]}}})


@pytest.mark.parametrize("wrap", [lambda tags: {"feature": tags, "_type": "Sequence"}, lambda tags: [tags]])
def test_names_come_from_the_parquet_of_hugging_face(wrap: Any, tmp_path: Path) -> None:
    features = {"ner_tags": wrap({"names": NAMES, "_type": "ClassLabel"}), "id": {"dtype": "string", "_type": "Value"}}
    source = open_source({"text_table": str(table(tmp_path, TOKENS, ".parquet", features))})
    assert source.load("a")["ner_tags"]["tags"] == ["B-PER", "O", "O", "B-LOC"]
    rows = [{"text": "good", "label": 1}, {"text": "bad", "label": 0}, {"text": "?", "label": -1}]
    features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}
    source = open_source({"manifest": str(table(tmp_path, rows, ".parquet", features))})
    assert [source.meta(key)["label"] for key in source.keys] == ["pos", "neg", None]  # -1: nobody labelled it


def test_tokens_and_tags_of_unequal_length_are_told(tmp_path: Path) -> None:
    many = [TOKENS[0] | {"id": str(number)} for number in range(20)]
    many.append({"id": "odd", "tokens": ["a", "b"], "ner_tags": [0]})
    source = open_source({"text_table": str(table(tmp_path, many, ".jsonl"))})
    with pytest.raises(augkit.DataError, match=r"t.jsonl, row 21: 'tokens' has 2 tokens, 'ner_tags' 1"):
        source.load("odd")


def test_translations_and_answers_in_columns(tmp_path: Path) -> None:
    rows = [{"translation": {"en": "one", "de": "eins"}}, {"translation": {"en": "two", "de": "zwei"}}]
    source = open_source({"text_table": str(table(tmp_path, rows, ".jsonl"))})
    assert source.fields == {"en": "text", "de": {"translation_of": {"of": "en"}}}
    assert source.load("2") == {"en": "two", "de": "zwei"}
    row = {"id": "q", "context": CONTEXT, "question": "Where?", "answers": {"text": ["France"], "answer_start": [47]}}
    source = open_source({"text_table": str(table(tmp_path, [row], ".parquet"))})
    assert source.fields["answer"] == {"answer": {"of": "context"}}
    assert source.load("q")["answer"] == row["answers"]


def test_a_manifest_reaches_into_cells_and_joins_columns(tmp_path: Path) -> None:
    table(tmp_path, [{"pair": {"left": {"text": "a b"}}, "tokens": ["a", "b"], "pos": ["X", "Y"]}], ".jsonl")
    columns = {"text": "pair.left.text", "tags": {"tokens": "tokens", "tags": "pos"}}
    source = open_source({"manifest": {"file": "t.jsonl", "columns": columns}}, tmp_path)
    assert source.load("1") == {"text": "a b", "tags": {"tokens": ["a", "b"], "tags": ["X", "Y"]}}
    with pytest.raises(augkit.FieldError, match=r"'pair.right.text', which .* does not have"):
        open_source({"manifest": {"file": "t.jsonl", "columns": {"text": "pair.right.text"}}}, tmp_path)
    with pytest.raises(augkit.FieldError, match=r"names: 'pos' has 3; expected a list of texts"):
        open_source({"manifest": {"file": "t.jsonl", "names": {"pos": 3}}}, tmp_path)
