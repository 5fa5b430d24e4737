"""Answers as SQuAD has them: at the door, under edits, and when they are lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import Conflict, DataError
from augkit.transform import kernel_for
from augkit.vocab.text import Answer, Edits
from tests.core.edit_scripts import read, scripts, through_the_door

CONTEXT = "Alice met Bob in Paris"


@pytest.mark.parametrize(
    ("value", "moved"),
    [
        ({"text": ["Bob"], "answer_start": [10]}, {"text": ["Bob"], "answer_start": [4]}),
        ({"text": "Bob", "answer_start": 10}, {"text": "Bob", "answer_start": 4}),
        ([{"answer_start": 10, "text": "Bob", "id": 3}], [{"answer_start": 4, "text": "Bob", "id": 3}]),
        ({"text": [], "answer_start": []}, {"text": [], "answer_start": []}),
        (
            {"text": ["Bob in", "Paris"], "answer_start": (10, 17)},
            {"text": ["Bob in", "Paris"], "answer_start": (4, 11)},
        ),
    ],
)
def test_answers_come_back_moved_in_their_form(value, moved):
    assert through_the_door(Answer, value, CONTEXT) == value
    assert through_the_door(Answer, value, CONTEXT, Edits(22, ((0, 6, ""),))) == moved


def test_positions_in_arrays_stay_arrays():
    value = {"text": np.array(["Bob"], dtype=object), "answer_start": np.array([10], np.int32)}
    out = through_the_door(Answer, value, CONTEXT, Edits(22, ((0, 6, ""),)))
    assert (out["answer_start"].dtype, out["answer_start"].tolist(), out["text"].tolist()) == (np.int32, [4], ["Bob"])


@given(st.data())
def test_an_answer_is_what_stands_where_it_starts(data):
    start = data.draw(st.integers(0, 21))
    end = data.draw(st.integers(start + 1, 22))
    value = {"text": [CONTEXT[start:end]], "answer_start": [start]}
    edits = data.draw(scripts(22))
    try:
        out = through_the_door(Answer, value, CONTEXT, edits)
    except Conflict:
        assert edits.span(start, end) is None
        return
    [text], [begin] = out["text"], out["answer_start"]
    assert edits.apply(CONTEXT)[begin : begin + len(text)] == text != ""


def test_a_question_does_not_lose_its_answer_in_silence():
    answer = read(Answer, {"text": ["Bob"], "answer_start": [10]}, CONTEXT)
    with pytest.raises(Conflict, match="lose all its text") as conflict:
        kernel_for(Edits, Answer)(answer, Edits(22, ((9, 13, ""),)))
    assert len(conflict.value.instead) == 0
    two = read(Answer, {"text": ["Bob", "Paris"], "answer_start": [10, 17]}, CONTEXT)
    left = kernel_for(Edits, Answer)(two, Edits(22, ((9, 13, ""),)))
    assert (left.columns["text"], left.starts) == (["Paris"], (13,))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": ["Bob"], "answer_start": [11]}, "the text has 'ob ' at 11. It stands at 10"),
        ({"text": ["Eve"], "answer_start": [0]}, "stands nowhere"),
        ({"text": ["Bob"], "answer_start": [-12]}, "at -12"),
        ({"text": ["Bob"], "answer_start": [99]}, "at 99"),
        ({"text": ["Bob"], "answer_start": [10.0]}, "expected a whole number"),
        ({"text": [""], "answer_start": [0]}, "has none"),
        ({"text": ["Bob"]}, "no 'answer_start'"),
        ({"text": ["Bob"], "answer_start": [1, 2]}, "1 texts and 2"),
        ({"text": ["Bob"], "answer_start": 10}, "expected a list"),
        ([{"text": "Bob"}], "has no 'answer_start'"),
        ("Bob", "expected a list of mappings"),
    ],
)
def test_answers_that_do_not_stand_there_are_refused(value, message):
    with pytest.raises(DataError, match=message):
        read(Answer, value, CONTEXT)


def test_an_answer_needs_its_text():
    with pytest.raises(DataError, match="needs the text"):
        Answer.read({"text": ["a"], "answer_start": [0]}, Answer.options_type(), {})


def test_answers_batch_as_lists():
    answer = read(Answer, {"text": "Bob", "answer_start": 10}, CONTEXT)
    assert Answer.batch([answer]) == [{"text": ["Bob"], "answer_start": [10]}]
