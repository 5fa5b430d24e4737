"""Sentences: where they end, and how they and what is annotated on them change places."""

import pytest

from augkit import steps
from augkit.vocab.text import Spans
from augkit_text.passage import Passage
from augkit_text.sentences import sentences
from tests.plugins.text.every_step import pipeline


def cut(text, *spans):
    target = Spans(tuple(a for a, _ in spans), tuple(b for _, b in spans))
    return [text[a:b] for a, b in sentences(Passage(text, [target], (), False))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "Dr. Who met Mr. J. Smith, e.g. here. Then he left.",
            ["Dr. Who met Mr. J. Smith, e.g. here.", "Then he left."],
        ),
        ('He said "Go." She went.', ['He said "Go."', "She went."]),
        ("It is 3.5 kg. www.a.b is down... and up.", ["It is 3.5 kg. www.a.b is down... and up."]),
        ("東京です。京都です。", ["東京です。", "京都です。"]),
        ("A title\n\nA text. ", ["A title", "A text."]),
        ("  ", []),
    ],
)
def test_where_sentences_end(text, found):
    assert cut(text) == found


def test_what_is_annotated_across_two_makes_them_one():
    assert cut("One. Two. Three.", (2, 7)) == ["One. Two.", "Three."]
    assert cut("One. Two. Three.", (0, 4), (5, 9)) == ["One.", "Two.", "Three."]
    assert cut("One. Two. Three.", (0, 5), (3, 7)) == ["One. Two.", "Three."]


TEXT = "Ada wrote it.  Bob did not!\nWho is Eve?"
ROWS = [
    {"start": 0, "end": 3, "text": "Ada"},
    {"start": 15, "end": 18, "text": "Bob"},
    {"start": 35, "end": 38, "text": "Eve"},
]


def test_sentences_change_places_with_their_annotations():
    orders = set()
    for key in range(60):
        out = pipeline(steps.shuffle_sentences())(text=TEXT, entities=ROWS, key=str(key))
        orders.add(out["text"])
        assert sorted(out["text"]) == sorted(TEXT) and out["text"].count("  ") == 1
        assert [row["text"] for row in out["entities"]] == ["Ada", "Bob", "Eve"]
        for row in out["entities"]:
            assert out["text"][row["start"] : row["end"]] == row["text"]
    assert len(orders) == 6
    out = pipeline(steps.shuffle_sentences(protect=["spans"]))(text=TEXT, entities=ROWS[:2], key="3")
    assert out["text"] == TEXT  # one sentence alone has nowhere to go


def test_sentences_are_left_out_at_the_ends():
    found = {pipeline(steps.crop_sentences(rate=0.5, protect=[]))(text=TEXT, key=str(n))["text"] for n in range(60)}
    assert found == {
        "Ada wrote it.",
        "Bob did not!",
        "Who is Eve?",
        "Ada wrote it.  Bob did not!",
        "Bob did not!\nWho is Eve?",
    }
    kept = {pipeline(steps.crop_sentences(rate=1))(text=TEXT, entities=ROWS, key=str(n))["text"] for n in range(30)}
    assert kept == {"Bob did not!"}  # the negation stays
    kept = {
        pipeline(steps.crop_sentences(rate=1, protect=["spans"]))(text=TEXT, entities=ROWS[:1], key=str(n))["text"]
        for n in range(30)
    }
    assert all(out.startswith("Ada wrote it.") for out in kept)


def test_a_part_of_the_sentences_changes_places():
    text = " ".join(f"Number {n}." for n in range(40))
    out = pipeline(steps.shuffle_sentences(rate=0.25))(text=text, key="a")["text"]
    moved = sum(a != b for a, b in zip(out.split(". "), text.split(". "), strict=True))
    assert 5 <= moved <= 10


def test_what_is_protected_between_sentences_and_around_them_stays():
    text = " Ada wrote it. \t Bob did not! Who is Eve?\n"
    crop = pipeline(steps.crop_sentences(rate=1, protect=["spans"]))
    for key in range(30):
        gap = crop(text=text, entities=[{"start": 14, "end": 17, "text": " \t "}], key=str(key))
        assert [each["text"] for each in gap["entities"]] == [" \t "]
        for edge in ({"start": 0, "end": 1, "text": " "}, {"start": 41, "end": 42, "text": "\n"}):
            out = crop(text=text, entities=[edge], key=str(key))
            assert [each["text"] for each in out["entities"]] == [edge["text"]]
