"""Edit scripts: where text and spans go, against rules spelled out character by character; composition."""

import json
import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augkit.errors import FieldError, ReplayError
from augkit.sample import Axis
from augkit.vocab.text import Edits, Length
from tests.core.edit_scripts import edited_texts, scripts


def expected(string, ranges, edits):
    """The edited text and spans by the rules of the house, told one character at a time."""
    out, members = [], []

    def put(text, inside):
        out.append(text)
        members.extend([inside] * len(text))

    at = 0
    for start, end, text in [*edits, (len(string), len(string), "")]:
        for here in range(at, start):
            put(string[here], {n for n, (a, b) in enumerate(ranges) if a <= here < b})
        put(text, None if start == end else {n for n, (a, b) in enumerate(ranges) if a < end and start < b})
        at = end
    text, spans = "".join(out), []
    for number in range(len(ranges)):
        own = [here for here, inside in enumerate(members) if inside is not None and number in inside]
        spans.append((own[0], own[-1] + 1) if own else None)
    return text, spans


@settings(max_examples=500)
@given(edited_texts())
def test_text_and_spans_follow_as_the_rules_say(case):
    string, ranges, edits = case
    text, spans = expected(string, ranges, edits.edits)
    assert edits.apply(string) == text
    assert edits.spans(ranges) == spans
    assert edits.length_out == len(text)
    assert edits.frame({Axis.TEXT: len(string)}) == {Axis.TEXT: len(text)}


@pytest.mark.parametrize(
    ("edits", "span", "moved"),
    [
        ([(2, 2, "x")], (2, 4), (3, 5)),
        ([(4, 4, "x")], (2, 4), (2, 4)),
        ([(3, 3, "x")], (2, 4), (2, 5)),
        ([(1, 3, "")], (2, 4), (1, 2)),
        ([(3, 5, "")], (2, 4), (2, 3)),
        ([(2, 4, "")], (2, 4), None),
        ([(1, 3, "xyz")], (2, 4), (1, 5)),
        ([(3, 5, "xyz")], (2, 4), (2, 6)),
        ([(0, 6, "x")], (2, 4), (0, 1)),
        ([(3, 3, "x"), (3, 4, "")], (2, 4), (2, 3)),
        ([(2, 3, ""), (3, 3, "x")], (2, 4), (3, 4)),
        ([(2, 3, ""), (3, 3, "x"), (3, 4, "")], (2, 4), None),
        ([(2, 2, "x"), (2, 4, "y")], (2, 4), (3, 4)),
        ([(2, 4, "y"), (4, 4, "x")], (2, 4), (2, 3)),
        ([(3, 5, ""), (5, 6, "y")], (2, 4), (2, 3)),
        ([(0, 1, "y"), (1, 3, "")], (2, 4), (1, 2)),
    ],
)
def test_spans_follow_edits(edits, span, moved):
    assert Edits(6, tuple(edits)).span(*span) == moved


class TakesInInsertions(Edits):
    def span(self, start, end):
        first = start + sum(len(t) - (e - s) for s, e, t in self.edits if e <= start and s < start)
        return first, super().span(start, end)[1]


class KeepsTheDead(Edits):
    def span(self, start, end):
        return super().span(start, end) or (0, 0)


class LeavesReplacements(Edits):
    def span(self, start, end):
        moved = super().span(start, end)
        return moved if all(s >= end or start >= e for s, e, _ in self.edits) else (moved[0], moved[1] - 1)


@pytest.mark.parametrize(
    ("fault", "edit"),
    [(TakesInInsertions, (2, 2, "x")), (KeepsTheDead, (1, 5, "")), (LeavesReplacements, (3, 5, "yz"))],
)
def test_a_rule_less_is_noticed(fault, edit):
    _, spans = expected("abcdef", [(2, 4)], [edit])
    assert Edits(6, (edit,)).spans([(2, 4)]) == spans
    assert fault(6, (edit,)).spans([(2, 4)]) != spans


@settings(max_examples=500)
@given(st.data())
def test_two_scripts_compose_into_one_or_say_that_they_do_not(data):
    string, ranges, first = data.draw(edited_texts())
    later = data.draw(scripts(first.length_out, "mn "))
    both = first.then(later)
    if both is None:
        assert touching(first, later)
        return
    assert both.length == len(string)
    assert both.apply(string) == later.apply(first.apply(string))
    moved = [None if span is None else later.span(*span) for span in first.spans(ranges)]
    assert both.spans(ranges) == moved


def touching(first, later):
    """Whether the later script changes something at or beside what the first one changed."""
    places, shift = [], 0
    for start, end, text in first.edits:
        places.append((start + shift, start + shift + len(text)))
        shift += len(text) - (end - start)
    return any(start <= last and begin <= end for start, end, _ in later.edits for begin, last in places)


@pytest.mark.parametrize(
    ("first", "later", "both"),
    [
        ([(1, 2, "xy")], [(4, 5, "")], [(1, 2, "xy"), (3, 4, "")]),
        ([(1, 2, "xy")], [(1, 2, "")], [(1, 2, "y")]),
        ([(1, 2, "xy")], [(2, 2, "-")], [(1, 2, "x-y")]),
        ([(1, 2, "xy")], [(0, 4, "")], [(0, 3, "")]),
        ([(1, 2, "xy")], [(0, 4, "Q")], [(0, 3, "Q")]),
        ([(1, 2, "xy")], [(2, 4, "Q")], None),
        ([(1, 2, "xy")], [(1, 2, "Q")], [(1, 2, "Qy")]),
        ([(2, 2, "xy")], [(2, 4, "Q")], [(2, 2, "Q")]),
        ([(1, 3, "")], [(1, 1, "q")], [(1, 3, ""), (3, 3, "q")]),
        ([(1, 3, "")], [(0, 2, "Q")], None),
        ([(2, 2, "ab")], [(2, 4, "")], []),
        ([(2, 2, "ab")], [(1, 2, "")], None),
        ([(1, 3, "abc")], [(1, 2, ""), (2, 2, "-")], [(1, 1, "-"), (1, 3, "bc")]),
        ([(1, 3, "abc")], [(2, 2, "-"), (2, 4, "")], [(1, 3, "a"), (3, 3, "-")]),
        ([(2, 2, "ab")], [(4, 4, "c")], [(2, 2, "abc")]),
    ],
)
def test_compositions(first, later, both):
    start = Edits(6, tuple(first))
    made = start.then(Edits(start.length_out, tuple(later)))
    assert made == (None if both is None else Edits(6, tuple(both)))


def test_scripts_of_different_texts_do_not_compose():
    assert Edits(6).then(Edits(7)) is None
    assert Edits(6).inverse() is None


@pytest.mark.parametrize("edits", [[(2, 1, "a")], [(0, 3, ""), (2, 4, "")], [(0, 9, "")], [(1, 1, "")], [(-1, 0, "")]])
def test_scripts_out_of_order_are_refused(edits):
    with pytest.raises(FieldError, match=re.escape(repr(edits[-1]))):
        Edits(5, tuple(edits))


def test_a_script_logs_as_json_and_fits_only_its_text():
    edits = Edits(5, ((0, 1, "é"), (3, 3, "👩‍👧")))
    assert Edits.from_log(json.loads(json.dumps(edits.log()))) == edits
    edits.apply("abcde")
    assert pickle.loads(pickle.dumps(edits)) == edits
    with pytest.raises(ReplayError, match="5 characters, met one of 6"):
        edits.apply("abcdef")
    with pytest.raises(ReplayError, match="5 characters, met one of 6"):
        edits.frame({Axis.TEXT: Length("abcdef")})
