"""Differences between texts: applied they give the other text, and spans stay on what became of their words."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from augkit.vocab.text import Edits
from augkit_text.alignment import Token
from augkit_text.differences import edits_between, edits_of, reordered, tokens_of

WORDS = st.lists(st.sampled_from("a b ab ba c the The , . x\u0301 👩‍👩‍👧 naïve नमस्ते".split()), max_size=8).map(" ".join)
SPACED = st.lists(st.sampled_from(["fox", "jumps", ",", "don't", "\n", "  ", "🇩🇪", "e\u0301t"]), max_size=8).map(
    "".join
)


def applied(string: str, other: str) -> str:
    return Edits(len(string), edits_between(string, other)).apply(string)


@given(WORDS, WORDS)
def test_the_edits_make_the_other_text(string: str, other: str) -> None:
    made = applied(string, other)
    assert [made[a:b] for a, b in tokens_of(made)] == [other[a:b] for a, b in tokens_of(other)]


@given(SPACED)
def test_a_text_without_differences_is_left_alone(string: str) -> None:
    assert edits_between(string, string) == ()
    assert edits_between(string, " ".join(string[a:b] for a, b in tokens_of(string))) == ()  # other spaces only


@given(WORDS, WORDS)
def test_no_grapheme_is_split(string: str, other: str) -> None:
    edges = {0, *(match.end() for match in regex.finditer(r"\X", string))}
    script = Edits(len(string), edits_between(string, other))
    for word_start, word_end in ((a, b) for a, b in tokens_of(string) if string[a:b].isalnum()):
        edges |= set(range(word_start, word_end))
    assert all(start in edges and end in edges for start, end, _ in script.edits)


@pytest.mark.parametrize(
    ("string", "other", "surface", "became"),
    [
        ("a quick fox", "a kuick fox", "quick", "kuick"),
        ("a quick fox", "a Dquick fox", "quick", "Dquick"),  # at the edge of the word, and yet within its span
        ("a quick fox", "a quickD fox", "quick", "quickD"),
        ("a quick fox", "a slow fox", "quick", "slow"),
        ("a quick fox", "a qu ick fox", "quick", "qu ick"),
        ("a quick fox", "a very quick fox", "quick", "quick"),
        ("a quick fox", "quick fox", "quick", "quick"),
        ("a quick fox", "a fox", "quick", None),
        ("a quick, red fox", "a quick red fox", "quick", "quick"),
        ("a quick fox", "A Quick fox", "quick", "Quick"),
        ("in Cafe\u0301 X", "in Caf\u00e9 X", "Cafe\u0301", "Caf\u00e9"),
        ("go to New York now", "go to York now", "New York", "York"),
        ("go to New York now", "now go to New York", "New York", "New York"),
    ],
)
def test_spans_stay_on_what_became_of_their_words(string: str, other: str, surface: str, became: str | None) -> None:
    script = Edits(len(string), edits_between(string, other))
    start = string.index(surface)
    moved = script.span(start, start + len(surface))
    made = script.apply(string)
    assert (None if moved is None else made[slice(*moved)]) == became
    assert made == other


def test_words_that_were_separate_stay_so() -> None:
    assert applied("Mr Müller- Lüd isn't", "Mr Müller-'t") == "Mr Müller- 't"
    assert applied("one two", "onetwo") == "onetwo"


def test_a_word_that_is_given_back_is_known_by_its_number() -> None:
    string = "b a b"
    tokens = [Token(string[a:b], number) for number, (a, b) in enumerate(tokens_of(string))]
    script = Edits(5, edits_of(string, tokens_of(string), [tokens[0], "c"]))
    assert script.apply(string) in ("b c", "b c ") and script.span(0, 1) == (0, 1)
    script = Edits(5, edits_of(string, tokens_of(string), ["c", tokens[2]]))
    assert script.span(4, 5) is not None and script.apply(string)[slice(*script.span(4, 5))] == "b"


def test_reordered_words_keep_the_gaps_and_do_not_cross_edges() -> None:
    string = "one two, three  four"
    spans = tokens_of(string)
    new = ["two", "one", ",", "four", "three"]
    script = Edits(len(string), reordered(string, spans, new, [1, 0, 2, 4, 3], ()))
    assert script.apply(string) == "two one, four  three"
    script = Edits(len(string), reordered(string, spans, new, [1, 0, 2, 4, 3], (3,)))
    assert script.apply(string) == "one two, four  three"
