"""Texts and spans at the door, under edits and in batches."""

import pickle

import numpy as np
import pytest

from augkit.errors import DataError
from augkit.sample import Axis, common_frame
from augkit.transform import kernel_for
from augkit.vocab.text import Edits, Spans, Tags, Text
from tests.core.edit_scripts import read, through_the_door


def test_no_edits_give_the_identical_objects():
    string = "naïve  \n e\u0301 https://a.b 👩‍👧 "
    text = Text(string)
    spans = read(Spans, [{"start": 0, "end": 5, "label": "x"}], string)
    tags = read(Tags, {"tokens": string.split(), "tags": ["O"] * 4}, string)
    for target in (text, spans, tags):
        assert kernel_for(Edits, type(target))(target, Edits(len(string))) is target


def test_the_frame_is_the_length_and_remembers_the_text():
    length = Text("abc").frame()[Axis.TEXT]
    assert length == 3
    copy = pickle.loads(pickle.dumps(length))
    assert (copy, copy.string) == (3, "abc")


@pytest.mark.parametrize("value", [None, b"abc", 3, ["a"]])
def test_only_a_str_is_a_text(value):
    with pytest.raises(DataError, match="expected a str"):
        Text.read(value, Text.options_type(), {})


def test_texts_that_move_together_must_be_of_one_length():
    with pytest.raises(DataError, match="'b' reaches 2 in text but 'a' 3; they move together"):
        common_frame({"a": Text("abc"), "b": Text("ab")})


def test_spans_keep_their_extra_keys_and_types():
    string = "Alice met Bob"
    rows = [{"start": 0, "end": 5, "label": "PER", "id": 7}, {"start": 10, "end": 13, "note": "him"}]
    assert through_the_door(Spans, rows, string) == rows
    edits = Edits(13, ((0, 6, ""),))
    assert through_the_door(Spans, rows, string, edits) == [{"start": 4, "end": 7, "note": "him"}]
    columns = {"start": np.array([0, 10]), "end": np.array([5, 13]), "label": ("PER", "PER")}
    out = through_the_door(Spans, columns, string, edits)
    assert (out["start"].dtype, out["start"].tolist(), out["end"].tolist()) == (columns["start"].dtype, [4], [7])
    assert out["label"] == ("PER",)


def test_spans_do_not_change_what_came_in():
    rows = [{"start": 0, "end": 5, "text": "Alice"}]
    through_the_door(Spans, rows, "Alice met Bob", Edits(13, ((0, 1, "M"),)))
    assert rows == [{"start": 0, "end": 5, "text": "Alice"}]


def test_the_surface_of_a_span_moves_along_and_is_checked():
    rows = [{"start": 0, "end": 5, "text": "Alice"}, {"start": 6, "end": 9}]
    out = through_the_door(Spans, rows, "Alice met Bob", Edits(13, ((1, 3, "LLL"),)))
    assert out == [{"start": 0, "end": 6, "text": "ALLLce"}, {"start": 7, "end": 10}]
    with pytest.raises(DataError, match="row 0 says 'Alice', but the text has 'lice '"):
        read(Spans, [{"start": 1, "end": 6, "text": "Alice"}], "Alice met Bob")


def test_spans_may_overlap_and_stand_in_any_order():
    rows = [{"start": 4, "end": 9}, {"start": 0, "end": 6}, {"start": 4, "end": 9}]
    out = through_the_door(Spans, rows, "abcd efgh ij", Edits(12, ((5, 5, "__"),)))
    assert [(row["start"], row["end"]) for row in out] == [(4, 11), (0, 8), (4, 11)]


def test_no_spans():
    assert through_the_door(Spans, [], "abc", Edits(3, ((0, 1, ""),))) == []
    assert through_the_door(Spans, [], "") == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"start": 0, "end": 99}, "outside the text of 9 characters"),
        ({"start": -1, "end": 2}, "outside the text"),
        ({"start": 3, "end": 3}, "holds no text"),
        ({"start": 4, "end": 2}, "expected start < end"),
        ({"start": 0.0, "end": 2}, "expected a whole number"),
        ({"start": True, "end": 2}, "expected a whole number"),
        ({"start": 0}, "has no 'end'"),
        ((0, 3), "expected a mapping"),
    ],
)
def test_wrong_spans_are_refused(row, message):
    with pytest.raises(DataError, match=f"row 1 .*{message}"):
        read(Spans, [{"start": 0, "end": 1}, row], "some text")


def test_texts_spans_and_tags_batch_as_lists():
    string = "a bc"
    spans = read(Spans, [{"start": 2, "end": 4, "label": "x"}], string)
    tags = read(Tags, {"tokens": ["a", "bc"], "tags": ["O", "B-x"]}, string)
    assert Text.batch([Text("a"), Text("")]) == ["a", ""]
    assert Spans.batch([spans]) == [[{"start": 2, "end": 4, "label": "x"}]]
    assert Tags.batch([tags]) == [{"tokens": ["a", "bc"], "tags": ["O", "B-x"]}]
