"""Docs of spaCy as samples: what is read, and what is said of files that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from augkit.data import open_source
from augkit.errors import DataError, FieldError
from tests.plugins.text.visited import visited

spacy = pytest.importorskip("spacy", reason="spacy is an extra: spacy")

from spacy.tokens import Doc, DocBin, Span  # noqa: E402
from spacy.training import biluo_to_iob, offsets_to_biluo_tags  # noqa: E402

TEXT = "Ada Lovelace  met Charles Babbage\nin London."


def doc_of(cats: dict[str, float] | None = None, **more: Any) -> Doc:
    doc = spacy.blank("en")(TEXT)
    doc.ents = [doc.char_span(0, 12, "PER"), doc.char_span(18, 33, "PER", "Q46633"), doc.char_span(37, 43, "LOC")]
    doc.spans["sc"] = [doc.char_span(0, 33, "MEETING", span_id="m1")]
    doc.cats = cats or {}
    for token in doc:
        token.pos_, token.tag_ = ("SPACE", "_SP") if token.is_space else ("X", "XX")
    return doc


def written(folder: Path, *docs: Doc, name: str = "train.spacy") -> Path:
    (folder / name).parent.mkdir(exist_ok=True)
    DocBin(docs=docs).to_disk(folder / name)
    return folder / name


def test_what_a_doc_says_is_read(tmp_path: Path) -> None:
    written(tmp_path, doc_of({"history": 1.0, "sport": 0.0}), doc_of({"history": 0.0, "sport": 1.0}))
    source = open_source({"spacy": "train.spacy"}, tmp_path)
    assert source.fields["upos"] == {"tags": {"of": "text", "scheme": "plain"}} and source.keys == ["0", "1"]
    [sample, other] = visited({"spacy": str(tmp_path / "train.spacy")}, dict(source.fields), tmp_path)
    assert sample["text"].string == TEXT and sample["label"].value == "history" and other["label"].value == "sport"
    spans = sample["spans"]
    assert [TEXT[a:b] for a, b in spans.ranges()] == ["Ada Lovelace", "Charles Babbage", "London"]
    assert spans.columns["label"] == ["PER", "PER", "LOC"] and spans.columns["kb_id"][1] == "Q46633"
    [(start, end)] = sample["spans_sc"].ranges()
    assert TEXT[start:end] == "Ada Lovelace  met Charles Babbage" and sample["spans_sc"].columns["id"] == ["m1"]
    assert set(sample["upos"].tags) == {"X"} and set(sample["xpos"].tags) == {"XX"}
    assert source.meta("1") == {"file": "train.spacy", "words": 8, "label": "sport"}


def test_tags_are_spacys_own_of_all_that_is_no_whitespace(tmp_path: Path) -> None:
    doc = doc_of()
    written(tmp_path, doc)
    value = open_source({"spacy": "train.spacy"}, tmp_path).load("0")["tags"]
    entities = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
    theirs = [
        (token.text, tag) for token, tag in zip(doc, biluo_to_iob(offsets_to_biluo_tags(doc, entities)), strict=True)
    ]
    assert list(zip(value["tokens"], value["tags"], strict=True)) == [
        (word, tag) for word, tag in theirs if word.strip()
    ]


def test_whitespace_that_begins_an_entity_leaves_its_beginning_to_the_next_word(tmp_path: Path) -> None:
    doc = spacy.blank("en")("In  Rome now")
    doc.ents = [Span(doc, 1, 3, "LOC")]
    written(tmp_path, doc)
    assert open_source({"spacy": "train.spacy"}, tmp_path).load("0")["tags"]["tags"] == ["O", "B-LOC", "O"]


def test_a_folder_is_all_files_in_it(tmp_path: Path) -> None:
    written(tmp_path, doc_of(), name="b.spacy")
    written(tmp_path, doc_of(), doc_of(), name="deep/a.spacy")
    source = open_source({"spacy": {"path": "."}}, tmp_path)
    assert source.keys == ["b.spacy:0", "deep/a.spacy:0", "deep/a.spacy:1"]
    assert source.meta("deep/a.spacy:1")["file"] == "a.spacy" and "label" not in source.fields


def test_docs_of_several_categories_or_none_have_labels(tmp_path: Path) -> None:
    written(tmp_path, doc_of({"a": 1.0, "b": 1.0}), doc_of({"a": 0.0, "b": 0.0}), doc_of({"b": 1.0}))
    source = open_source({"spacy": "train.spacy"}, tmp_path)
    assert source.fields["labels"] == "labels"
    assert [source.load(key)["labels"] for key in source.keys] == [["a", "b"], [], ["b"]]


def test_what_nobody_annotated_is_no_field_and_is_never_taken_for_outside(tmp_path: Path) -> None:
    bare, half = spacy.blank("en")("Ada met Babbage."), spacy.blank("en")("Ada met Babbage.")
    half.set_ents([Span(half, 0, 1, "PER")], default="missing")
    written(tmp_path, bare)
    assert open_source({"spacy": "train.spacy"}, tmp_path).fields == {"text": "text"}
    written(tmp_path, bare, half)
    with pytest.raises(DataError, match=r"train.spacy, doc 0: says of the word 'Ada' at 0 neither"):
        open_source({"spacy": "train.spacy"}, tmp_path)
    source = open_source({"spacy": {"path": "train.spacy", "unsaid": "outside"}}, tmp_path)
    assert [source.load(key)["tags"]["tags"] for key in source.keys] == [["O"] * 4, ["B-PER", "O", "O", "O"]]


def test_what_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "no.spacy").write_bytes(b"nothing of spaCy's")
    with pytest.raises(DataError, match="is no DocBin of spaCy"):
        open_source({"spacy": "no.spacy"}, tmp_path)
    with pytest.raises(FieldError, match=r"Did you mean 'no\.spacy'"):
        open_source({"spacy": "nu.spacy"}, tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FieldError, match=r"has no \*.spacy in it"):
        open_source({"spacy": "empty"}, tmp_path)
    written(tmp_path, name="none.spacy")
    with pytest.raises(DataError, match="has no doc"):
        open_source({"spacy": "none.spacy"}, tmp_path)
    written(tmp_path, doc_of({"a": 0.7}))
    with pytest.raises(DataError, match=r"category 'a' is 0\.7; expected 1"):
        open_source({"spacy": "train.spacy"}, tmp_path)
    untagged = doc_of()
    untagged[0].pos_ = ""
    written(tmp_path, doc_of(), untagged)
    with pytest.raises(DataError, match=r"doc 1: 'Ada' has no POS, and other words have"):
        open_source({"spacy": "train.spacy"}, tmp_path)
