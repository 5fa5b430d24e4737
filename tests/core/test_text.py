"""Text, spans and tags under edit scripts, against rules spelled out character by character."""

import json
import pickle
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augkit.errors import Conflict, DataError, FieldError, ReplayError
from augkit.sample import Axis
from augkit.transform import kernel_for
from augkit.vocab.text import Edits, Length, Spans, TagOptions, Tags, Text

LETTERS = "abcdefgh XYZ é̂👩‍👧\n"


@st.composite
def scripts(draw, length, letters="uvw "):
    """An edit script over a text of ``length``, edits side by side as often as not."""
    edits, at = [], 0
    for act, size in draw(st.lists(st.tuples(st.sampled_from("keep drop put swap".split()), st.integers(1, 2)))):
        end = at if act == "put" else min(at + size, length)
        text = draw(st.text(letters, min_size=1, max_size=2)) if act in ("put", "swap") else ""
        if act != "keep" and (at < end or (act == "put" and (not edits or edits[-1][:2] != (at, at)))):
            edits.append((at, end, text))
        at = end
    return Edits(length, tuple(edits))


@st.composite
def edited_texts(draw):
    string = draw(st.text(LETTERS, min_size=1, max_size=9))
    bounds = st.tuples(st.integers(0, len(string)), st.integers(0, len(string))).map(sorted)
    ranges = [(a, b) for a, b in draw(st.lists(bounds, max_size=5)) if a < b]
    return string, ranges, draw(scripts(len(string)))


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


def test_no_edits_give_the_identical_objects():
    string = "naïve  \n e\u0301 https://a.b 👩‍👧 "
    text = Text(string)
    spans = read(Spans, [{"start": 0, "end": 5, "label": "x"}], string)
    tags = read(Tags, {"tokens": string.split(), "tags": ["O"] * 4}, string)
    for target in (text, spans, tags):
        assert kernel_for(Edits, type(target))(target, Edits(len(string))) is target


def read(kind, value, string, **options):
    return kind.read(value, kind.options_type(**options), Text(string).frame())[0]


def through_the_door(kind, value, string, edits=None, **options):
    target, form = kind.read(value, kind.options_type(**options), Text(string).frame())
    if edits is not None:
        target, string = kernel_for(Edits, kind)(target, edits), edits.apply(string)
    return target.write(form, Text(string).frame())


def test_the_frame_is_the_length_and_remembers_the_text():
    length = Text("abc").frame()[Axis.TEXT]
    assert length == 3
    copy = pickle.loads(pickle.dumps(length))
    assert (copy, copy.string) == (3, "abc")


@pytest.mark.parametrize("value", [None, b"abc", 3, ["a"]])
def test_only_a_str_is_a_text(value):
    with pytest.raises(DataError, match="expected a str"):
        Text.read(value, Text.options_type(), {})


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


NAMES = "Anna Maria Ruiz met Bob"
BIO = ["B-P", "I-P", "I-P", "O", "B-Q"]
IOBES = ["B-P", "I-P", "E-P", "O", "S-Q"]


@pytest.mark.parametrize(
    ("edits", "tokens", "bio", "iobes"),
    [
        ([(0, 5, "")], "Maria Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(5, 11, "")], "Anna Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(10, 15, "")], "Anna Maria met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(0, 11, "")], "Ruiz met Bob", "B-P O B-Q", "S-P O S-Q"),
        ([(5, 5, "Luz ")], "Anna Luz Maria Ruiz met Bob", "B-P I-P I-P I-P O B-Q", "B-P I-P I-P E-P O S-Q"),
        ([(16, 16, "had ")], "Anna Maria Ruiz had met Bob", "B-P I-P I-P O O B-Q", "B-P I-P E-P O O S-Q"),
        ([(0, 0, "so ")], "so Anna Maria Ruiz met Bob", "O B-P I-P I-P O B-Q", "O B-P I-P E-P O S-Q"),
        ([(23, 23, " !")], "Anna Maria Ruiz met Bob !", "B-P I-P I-P O B-Q O", "B-P I-P E-P O S-Q O"),
        ([(7, 7, " ")], "Anna Ma ria Ruiz met Bob", "B-P I-P I-P I-P O B-Q", "B-P I-P I-P E-P O S-Q"),
        ([(21, 21, " ")], "Anna Maria Ruiz met B ob", "B-P I-P I-P O B-Q I-Q", "B-P I-P E-P O B-Q E-Q"),
        ([(4, 5, "")], "AnnaMaria Ruiz met Bob", "B-P I-P O B-Q", "B-P E-P O S-Q"),
        ([(19, 20, "")], "Anna Maria Ruiz metBob", "B-P I-P I-P B-Q", "B-P I-P E-P S-Q"),
        ([(21, 22, "u")], "Anna Maria Ruiz met Bub", "B-P I-P I-P O B-Q", "B-P I-P E-P O S-Q"),
    ],
)
def test_tags_follow_edits(edits, tokens, bio, iobes):
    script = Edits(len(NAMES), tuple(edits))
    for scheme, before, after in (("bio", BIO, bio), ("iobes", IOBES, iobes)):
        value = {"tokens": NAMES.split(), "tags": before}
        out = through_the_door(Tags, value, NAMES, script, scheme=scheme)
        assert out == {"tokens": tokens.split(), "tags": after.split()}


def test_two_entities_that_would_meet_in_one_token_are_in_conflict():
    tags = read(Tags, {"tokens": ["Anna", "Bob"], "tags": ["B-P", "B-P"]}, "Anna Bob")
    with pytest.raises(Conflict, match="two entities") as conflict:
        kernel_for(Edits, Tags)(tags, Edits(8, ((4, 5, ""),)))
    apart = conflict.value.instead
    assert (apart.tokens, apart.tags) == (["Anna", "Bob"], ("B-P", "B-P"))
    with pytest.raises(Conflict) as conflict:
        kernel_for(Edits, Tags)(tags, Edits(8, ((3, 6, "--"),)))
    apart = conflict.value.instead
    assert (apart.tokens, apart.tags) == (["Ann--", "ob"], ("B-P", "B-P"))


def test_plain_tags_stand_alone():
    value = {"tokens": ["the", "dogs", "run"], "tags": [3, 7, 9]}
    plain = {"scheme": "plain", "outside": 0}
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((4, 9, ""),)), **plain)["tags"] == [3, 9]
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((6, 6, " "),)), **plain)["tags"] == [3, 7, 7, 9]
    assert through_the_door(Tags, value, "the dogs run", Edits(12, ((4, 4, "x "),)), **plain)["tags"] == [3, 0, 7, 9]
    value = {"tokens": ["a", "b"], "tags": [7, 7]}
    assert through_the_door(Tags, value, "a b", Edits(3, ((2, 2, "x "),)), **plain)["tags"] == [7, 0, 7]


def test_tokens_need_no_space_between_and_come_back_in_their_type():
    value = {"tokens": ("do", "n't", "go", "."), "tags": np.array(["O", "O", "O", "O"])}
    out = through_the_door(Tags, value, "don't go.", Edits(9, ((6, 8, "leave"),)))
    assert out["tokens"] == ("do", "n't", "leave", ".")
    assert out["tags"].tolist() == ["O"] * 4


@given(st.data())
def test_tags_stay_well_formed(data):
    words = data.draw(st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=8))
    tags = data.draw(well_formed(len(words)))
    string = "  ".join(words)
    edits = data.draw(scripts(len(string)))
    before = read(Tags, {"tokens": words, "tags": tags}, string)
    try:
        after = kernel_for(Edits, Tags)(before, edits)
    except Conflict as conflict:
        after = conflict.instead
    assert_well_formed(after.tags)
    # The door itself checks that the tokens are the whole text, in order.
    again = read(Tags, {"tokens": after.tokens, "tags": after.tags}, edits.apply(string))
    assert (again.starts, again.ends) == (after.starts, after.ends)


@st.composite
def well_formed(draw, count):
    tags = []
    while len(tags) < count:
        label, size = draw(st.sampled_from(["O", "P", "Q"])), draw(st.integers(1, 3))
        tags += ["O"] if label == "O" else [f"B-{label}", *[f"I-{label}"] * (size - 1)]
    return tags[:count]


def assert_well_formed(tags):
    for before, tag in zip(["O", *tags], tags, strict=False):
        assert tag == "O" or tag[0] == "B" or before[1:] == tag[1:], tags


def test_the_check_of_tags_sees_an_orphan():
    with pytest.raises(AssertionError):
        assert_well_formed(["O", "I-P"])


@pytest.mark.parametrize(
    ("tokens", "tags", "message"),
    [
        (["a", "c"], ["O", "O"], "token 1 is 'c', but the text goes on with 'b c' at 2"),
        (["a", "b"], ["O", "O"], "no token covers 'c', at 4"),
        (["a", "b", "c", "d"], ["O"] * 4, "token 3 is 'd'"),
        (["a", "", "b", "c"], ["O"] * 4, "token 1 is ''"),
        (["a", "b", "c"], ["O", "O"], "two lists of one length"),
        (["a", "b", "c"], ["O", "I-P", "O"], "number 1, 'I-P', cannot follow 'O'"),
        (["a", "b", "c"], ["B-P", "I-Q", "O"], "number 1, 'I-Q', cannot follow 'B-P'"),
        (["a", "b", "c"], ["B-P", "E-P", "O"], "number 1 is 'E-P'.*scheme: iobes"),
        (["a", "b", "c"], [1, 2, 3], "number 0 is 1.*scheme: plain"),
    ],
)
def test_tags_that_do_not_fit_are_refused(tokens, tags, message):
    with pytest.raises(DataError, match=message):
        read(Tags, {"tokens": tokens, "tags": tags}, "a b c")


@pytest.mark.parametrize(
    "tags", [["B-P", "O", "O"], ["B-P", "B-P", "E-P"], ["I-P", "E-P", "O"], ["S-P", "E-P", "O"], ["O", "O", "B-P"]]
)
def test_broken_iobes_is_refused(tags):
    with pytest.raises(DataError, match="cannot follow"):
        read(Tags, {"tokens": ["a", "b", "c"], "tags": tags}, "a b c", scheme="iobes")


def test_tags_without_a_text_or_with_other_keys_are_refused():
    with pytest.raises(DataError, match="need their text"):
        Tags.read({"tokens": ["a"], "tags": ["O"]}, TagOptions(), {})
    with pytest.raises(DataError, match="got tokens, tags, pos"):
        read(Tags, {"tokens": ["a"], "tags": ["O"], "pos": ["N"]}, "a")
