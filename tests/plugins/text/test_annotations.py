"""Law L11: spans say what they should, no grapheme is split, and untouched text is untouched, over all of Unicode."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

import augkit
from augkit import steps
from augkit.vocab.text import Edits, Text
from augkit_text.graphemes import boundaries, singles
from augkit_text.keyboards import neighbours

SAMPLE = {"text": "text", "entities": {"spans": "text"}, "tags": {"tags": "text"}}
STEPS = [steps.typo, steps.word_delete]

# Marks that combine, joiners, flags, Hangul, spaces with marks on them, line breaks of two characters
PIECES = [
    *"abcXYZ019 .,'\n\t",
    "é",
    "e\u0301",
    " \u0308",
    "👩‍👧",
    "🇩🇪",
    "각",
    "\r\n",
    "\u0600",
    "\u200d",
    "ß",
    "不",
    "don't ",
]
UNICODE = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=30))


def pipeline(*nodes):
    return augkit.Pipeline(list(nodes), sample=SAMPLE, seed=1)


def edits_of(trace):
    return [edit for _, _, params in trace.steps for edit in params["edits"]]


@st.composite
def annotated(draw):
    """A text with spans and tags of its words."""
    text = draw(UNICODE)
    bound = st.integers(0, len(text))
    spans = [sorted(pair) for pair in draw(st.lists(st.tuples(bound, bound), max_size=5))]
    rows = [{"start": a, "end": b, "text": text[a:b]} for a, b in spans if a < b]
    tags = draw(st.lists(st.sampled_from("OPQ"), min_size=len(text.split()), max_size=len(text.split())))
    return {"text": text, "entities": rows, "tags": {"tokens": text.split(), "tags": bio(tags)}}


def bio(labels):
    before = ["O", *labels]
    return [
        label if label == "O" else f"{'I' if label == last else 'B'}-{label}"
        for last, label in zip(before, labels, strict=False)
    ]


@pytest.mark.parametrize("step", STEPS)
@given(fields=annotated(), rate=st.sampled_from([0.1, 0.5, 1.0]), key=st.sampled_from("abcd"))
def test_annotations_follow_over_all_of_unicode(step, fields, rate, key):
    out, trace = pipeline(step(rate=rate, protect=[])).traced(**fields, key=key)
    text, edits = fields["text"], edits_of(trace)
    for row in out["entities"]:
        assert out["text"][row["start"] : row["end"]] == row["text"] != ""
    # The door checks that the tokens are the text and that the tags are well-formed.
    pipeline(step()).read({"text": out["text"], "tags": out["tags"]})
    assert untouched(text, edits) == untouched(out["text"], shifted(edits))
    edges = {0, len(text), *(match.start() for match in regex.finditer(r"\X", text))}
    assert all(start in edges and end in edges for start, end, _ in edits)
    assert (out["text"] == text) == (not edits)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "text", ["x a \u0308b c", "x \u0308a b c", "a\u0600 b c d", "a \r\n b\r\nc", "🇩 a 🇪", "e\u0301 a\u200d b"]
)
def test_no_grapheme_is_split(step, text):
    edges = {0, len(text), *(match.start() for match in regex.finditer(r"\X", text))}
    drawn = [pipeline(step(rate=0.5, protect=[])).traced(text=text, key=str(n))[1] for n in range(50)]
    assert any(edits_of(trace) for trace in drawn)
    assert all(start in edges and end in edges for trace in drawn for start, end, _ in edits_of(trace))


def test_graphemes_are_told_apart():
    assert set(range(8)) - set(boundaries("a\r\ne\u0301 b")) == {2, 4}
    assert set(boundaries("a\nb")) == {0, 1, 2, 3}
    assert set(boundaries("a\r\nb")) == {0, 1, 3, 4}
    assert singles("abe\u0301", "abe") == [0, 1]


def untouched(text, edits):
    kept, at = [], 0
    for start, end, _ in edits:
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]])


def shifted(edits):
    """The same edits, backwards: where their replacements stand in the edited text."""
    found, shift = [], 0
    for start, end, replacement in edits:
        found.append((start + shift, start + shift + len(replacement), ""))
        shift += len(replacement) - (end - start)
    return found


@given(fields=annotated(), key=st.sampled_from("abcd"))
def test_a_typo_loses_no_annotation(fields, key):
    out = pipeline(steps.typo(rate=1, protect=[]))(**fields, key=key)
    assert len(out["entities"]) == len(fields["entities"])
    assert out["tags"]["tags"] == fields["tags"]["tags"]
    assert len(out["text"].split()) == len(fields["text"].split())


def test_typos_do_not_cross_the_edges_of_annotations():
    rows = [{"start": at, "end": at + 2, "text": "abcdef"[at : at + 2]} for at in (0, 2, 4)]
    tags = {"tokens": ["ab", "cd", "ef"], "tags": ["B-P", "B-P", "O"]}
    for key in range(100):
        out = pipeline(steps.typo(rate=1))(text="abcdef", entities=rows, tags=tags, key=str(key))
        for row, own in zip(out["entities"], ("ab", "cd", "ef"), strict=True):
            assert not set(row["text"]) & ({*"abcdef"} - near(own)), (row, own)
        assert out["tags"]["tokens"] == [row["text"] for row in out["entities"]]


def near(letters):
    """The letters, and those beside them on the keyboard."""
    return {*letters, *"".join(neighbours("qwerty")[letter] for letter in letters)}


@given(fields=annotated(), key=st.sampled_from("abcd"))
def test_word_delete_deletes_words_and_leaves_no_loose_space(fields, key):
    out = pipeline(steps.word_delete(rate=0.5, protect=[]))(**fields, key=key)
    words = iter(fields["text"].split())
    assert all(word in words for word in out["text"].split())
    assert bool(out["text"].split()) == bool(fields["text"].split())
    before = {row["text"] for row in fields["entities"]}
    for row in out["entities"]:
        if row["text"] not in before and all(text == text.strip() for text in before):
            assert row["text"] == row["text"].strip()


@pytest.mark.parametrize("step", STEPS)
@given(text=UNICODE)
def test_zero_rate_and_zero_strength_give_the_identical_string(step, text):
    for node in (step(rate=0), step(strength=0), step(p=0)):
        assert pipeline(node)(text=text, key="a")["text"] is text


class Splits(augkit.Transform[Edits]):
    """A typo that works on code points, and so takes the accent off a letter or a child from its mother."""

    needs = ("text",)

    def draw(self, rng, frame, content=None):
        string = content["text"].string
        return Edits(len(string), ((1, 2, ""),))


@pytest.mark.parametrize("before", ["", "a", "\u0600", "\U0001f1e6\u0301", "\u200d"])
@pytest.mark.parametrize("count", [*range(1, 8), 100_001])
def test_flags_go_in_pairs_however_many_there_are(before, count):
    flags = "\U0001f1e6" * count
    expected = {match.start() for match in regex.finditer(r"\X", before + flags[: 100 + count % 2])}
    found = {edge for edge in boundaries(before + flags + "z") if edge < len(before) + min(count, 100)}
    assert found == {edge for edge in expected if edge < len(before) + min(count, 100)}


def test_the_check_of_graphemes_sees_a_split():
    text = "e\u0301a"
    edits = Splits().draw(None, {}, {"text": Text(text)}).edits
    edges = {0, len(text), *(match.start() for match in regex.finditer(r"\X", text))}
    assert not all(start in edges and end in edges for start, end, _ in edits)
