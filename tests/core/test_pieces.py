"""Pieces of a text in another order: text, spans and tags go with their characters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augkit.errors import Conflict, FieldError, ReplayError
from augkit.sample import Axis
from augkit.transform import kernel_for
from augkit.vocab.text import Pieces, Spans, Tags, Text
from tests.core.edit_scripts import read

LENGTH = 12


@st.composite
def pieces_of(draw, length=LENGTH, lose=True):
    cuts = sorted(draw(st.sets(st.integers(1, length - 1), max_size=5))) if length > 1 else []
    ranges = list(zip([0, *cuts], [*cuts, length], strict=True)) if length else []
    kept = [piece for piece in ranges if not lose or draw(st.booleans())]
    return Pieces(length, tuple(draw(st.permutations(kept))))


def origins(pieces):
    """For each character afterwards, where it came from."""
    return [at for start, end in pieces.pieces for at in range(start, end)]


def expected(start, end, pieces):
    """The places of a span's characters; "torn" where others stand among them."""
    places = [at for at, origin in enumerate(origins(pieces)) if start <= origin < end]
    if not places:
        return None
    return (places[0], places[-1] + 1) if places[-1] - places[0] == len(places) - 1 else "torn"


@given(st.data())
def test_text_and_spans_go_with_their_characters(data):
    string = "abcdefghijkl"
    pieces = data.draw(pieces_of())
    assert Text(pieces.apply(string)).string == "".join(string[at] for at in origins(pieces))
    assert pieces.frame({Axis.TEXT: LENGTH}) == {Axis.TEXT: len(pieces.apply(string))}
    start = data.draw(st.integers(0, LENGTH - 1))
    end = data.draw(st.integers(start + 1, LENGTH))
    spans = read(Spans, [{"start": start, "end": end, "text": string[start:end]}], string)
    want = expected(start, end, pieces)
    try:
        moved = kernel_for(Pieces, Spans)(spans, pieces)
    except Conflict:
        assert want == "torn"
        return
    assert moved.ranges() == ([] if want is None else [want])
    assert all(
        pieces.apply(string)[a:b] == said for (a, b), said in zip(moved.ranges(), moved.columns["text"], strict=True)
    )


@given(st.data())
def test_pieces_of_pieces_are_pieces(data):
    string = "abcdefghijkl"
    first = data.draw(pieces_of())
    later = data.draw(pieces_of(first.length_out))
    both = first.then(later)
    assert both.apply(string) == later.apply(first.apply(string))
    assert first.then(Pieces(99, ())) is None
    order = data.draw(pieces_of(lose=False))
    assert order.inverse().apply(order.apply(string)) == string
    assert first.inverse() is None or first.length_out == LENGTH


def test_without_a_move_the_objects_are_identical():
    string = "ab cd"
    spans = read(Spans, [{"start": 0, "end": 2}], string)
    tags = read(Tags, {"tokens": ["ab", "cd"], "tags": ["O", "O"]}, string)
    for target in (Text(string), spans, tags):
        assert kernel_for(Pieces, type(target))(target, Pieces(5, ((0, 2), (2, 5)))) is target


def test_tags_go_with_their_tokens():
    string = "Anna Ruiz met Bob ."
    tags = read(Tags, {"tokens": string.split(), "tags": ["B-P", "I-P", "O", "B-Q", "O"]}, string)
    swapped = kernel_for(Pieces, Tags)(tags, Pieces(19, ((5, 9), (4, 5), (0, 4), (9, 19))))
    assert (swapped.tokens, swapped.tags) == (["Ruiz", "Anna", "met", "Bob", "."], ("B-P", "I-P", "O", "B-Q", "O"))
    cropped = kernel_for(Pieces, Tags)(tags, Pieces(19, ((10, 19),)))
    assert (cropped.tokens, cropped.tags) == (["met", "Bob", "."], ("O", "B-Q", "O"))
    with pytest.raises(Conflict, match="torn"):
        kernel_for(Pieces, Tags)(tags, Pieces(19, ((0, 5), (10, 14), (5, 10), (14, 19))))


def test_parts_of_speech_go_with_their_words():
    tags = read(Tags, {"tokens": ["go", "home", "now"], "tags": [1, 2, 3]}, "go home now", scheme="plain")
    moved = kernel_for(Pieces, Tags)(tags, Pieces(11, ((3, 7), (2, 3), (0, 2), (7, 11))))
    assert (moved.tokens, moved.tags) == (["home", "go", "now"], (2, 1, 3))


def test_tokens_without_a_space_between_stay_apart():
    tags = read(Tags, {"tokens": ["do", "n't", "go"], "tags": ["O", "O", "O"]}, "don't go")
    moved = kernel_for(Pieces, Tags)(tags, Pieces(8, ((6, 8), (5, 6), (0, 5))))
    assert moved.tokens == ["go", "do", "n't"]


@pytest.mark.parametrize("pieces", [[(0, 3), (2, 4)], [(0, 9)], [(1, 1)], [(-1, 2)]])
def test_pieces_that_overlap_or_reach_outside_are_refused(pieces):
    with pytest.raises(FieldError, match="pieces: "):
        Pieces(5, tuple(pieces))


def test_pieces_log_as_json_and_fit_only_their_text():
    pieces = Pieces(5, ((3, 5), (0, 3)))
    assert Pieces.from_log(json.loads(json.dumps(pieces.log()))) == pieces
    for met in (lambda: pieces.apply("abcdef"), lambda: pieces.frame({Axis.TEXT: 6})):
        with pytest.raises(ReplayError, match="5 characters, met one of 6"):
            met()
