"""Letters, case, accents, look-alikes, spaces and marks: what each step changes, and what not."""

import unicodedata

import pytest

from augkit import steps
from augkit.errors import FieldError
from augkit_text.confusions import HOMOGLYPHS, OCR
from augkit_text.keyboards import Layout, neighbours
from tests.plugins.text.every_step import pipeline


def outs(step, text, tries=60):
    return {pipeline(step)(text=text, key=str(n))["text"] for n in range(tries)}


@pytest.mark.parametrize("layout", Layout.__args__)
def test_neighbours_on_a_keyboard_are_mutual(layout):
    near = neighbours(layout)
    assert all(key in near[other] for key, others in near.items() for other in others)
    assert all(1 <= len(others) <= 6 for others in near.values())


def test_layouts_by_language():
    for language, letter, beside in (
        ("ru", "ф", "йцыя"),
        ("es", "l", "kopñ"),
        ("sv", "p", "oåöl"),
        ("fr", "q", "azsw"),
    ):
        near = {key for out in outs(steps.typo(rate=1, language=language), letter, 200) for key in out} - {letter}
        assert near <= set(beside), (language, near)
        assert near


def test_letters_put_in_left_out_swapped_and_replaced():
    assert all(len(out) == 4 and out[0::2] == "ab" for out in outs(steps.char_insert(rate=1), "ab"))
    assert outs(steps.char_delete(rate=1), "abc de") == {"a d"}
    assert outs(steps.char_swap(rate=1), "ab cd") == {"ba dc"}
    for out in outs(steps.char_replace(rate=1), "aB ж שיר"):
        assert len(out) == 8 and out[0] != "a" and out[0].islower() and out[1].isupper() and out[1] != "B"
        assert unicodedata.name(out[3]).startswith("CYRILLIC") and unicodedata.name(out[5]).startswith("HEBREW")
    assert outs(steps.char_replace(rate=1), "東京") == {"京東"}
    assert all(out.endswith("e\u0301") or len(out) == 1 for out in outs(steps.char_delete(rate=1), "e\u0301"))


def test_case():
    assert outs(steps.case(rate=1, to="upper"), "straße e\u0301a") == {"STRASSE E\u0301A"}
    assert outs(steps.case(rate=1, to="title"), "the END") == {"The End"}
    assert outs(steps.case(rate=1), "aB") == {"AB", "ab", "Ab"}
    rows = [{"start": 1, "end": 3, "text": "bc"}]
    out = pipeline(steps.case(rate=1, to="upper"))(text="abcd", entities=rows, key="a")
    assert out["entities"] == [{"start": 1, "end": 3, "text": "BC"}]


def test_accents():
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "Zürich é ñ ё άλφα")
        assert outs(steps.diacritics(rate=1), text) == {"Zurich e n е αλφα"}
    assert outs(steps.diacritics(rate=1, style="expand"), "Über größe Ärger") == {"Ueber groesse Aerger"}
    for other in ("नि हिन्दी", "й", "한국"):
        assert outs(steps.diacritics(rate=1), other, 3) == {other}


def test_look_alikes():
    assert all(old in HOMOGLYPHS[new] for old, others in HOMOGLYPHS.items() for new in others)
    assert outs(steps.homoglyph(rate=1), "xz a") == {"хz а"}


def test_misread_characters():
    assert all(new != old for old, others in OCR.items() for new in others)
    found = outs(steps.ocr(rate=1, protect=[]), "rn 0 w")
    assert found <= {f"m {zero} vv" for zero in "OoQ"} and len(found) > 1
    rows = [{"start": 0, "end": 1, "text": "r"}]
    out = pipeline(steps.ocr(rate=1))(text="rn", entities=rows, key="a")
    assert out["entities"][0]["text"] == "r"


def test_whitespace_keeps_words_apart_and_lines_where_they_end():
    for out in outs(steps.whitespace(rate=1, by=["\t"]), "a b  c\nd"):
        assert out == "a\tb\tc\nd"
    with pytest.raises(FieldError, match="by: 'x' is no whitespace"):
        steps.whitespace(by=["x"])


def test_marks_between_words():
    for out in outs(steps.punctuation(rate=1), "one two"):
        marks = out.split()
        assert [marks[1], marks[3]] == ["one", "two"] and {marks[0], marks[2]} <= set(".;?:!,")
    assert outs(steps.punctuation(rate=1, action="delete", protect=[]), "a, b. ... c!") == {"a b ... c"}


def test_words_split_join_and_swap():
    assert all(
        out.replace(" ", "") == "abcdef" and len(out.split()) == 2 for out in outs(steps.word_split(rate=1), "abcdef")
    )
    assert outs(steps.word_merge(rate=1), "a b\nc d") == {"ab\ncd"}
    rows = [{"start": 0, "end": 1, "text": "a"}]
    assert pipeline(steps.word_merge(rate=1))(text="a b c", entities=rows, key="a")["text"] == "a bc"
    assert outs(steps.word_swap(rate=1), "a b") == {"b a"}
    assert pipeline(steps.word_swap(rate=1))(text="a b", entities=rows, key="a")["text"] == "a b"
    rows = [{"start": 0, "end": 3, "text": "a b"}]
    out = pipeline(steps.word_swap(rate=1))(text="a b", entities=rows, key="a")
    assert out["entities"] == [{"start": 0, "end": 3, "text": "b a"}]


def test_parts_of_speech_go_with_swapped_words():
    sample = {"text": "text", "pos": {"tags": {"of": "text", "scheme": "plain"}}}
    out = pipeline(steps.word_swap(rate=1), sample=sample)(
        text="go home", pos={"tokens": ["go", "home"], "tags": ["VERB", "NOUN"]}, key="a"
    )
    assert out["pos"] == {"tokens": ["home", "go"], "tags": ["NOUN", "VERB"]}


def test_random_words():
    assert outs(steps.random_word(rate=1, words=["x"]), "one, two!") == {"x, x!"}
    assert outs(steps.random_word(rate=1, words=["x"], action="insert"), "one two") == {"x one x two"}
    assert outs(steps.random_word(rate=0.5), "one two") <= {"one two", "one one", "two two"}


def test_misspellings_and_contractions():
    assert outs(steps.spelling(rate=1), "Definitely SEPARATE") == {"Definately SEPERATE", "Definitly SEPERATE"}
    long = "He can't go. It isn't I'll say. THEY DON'T."
    assert outs(steps.contractions(rate=1, to="long"), long) == {"He cannot go. It is not I will say. THEY DO NOT."}
    short = "I do not know what it is. He cannot. It is good, you are not."
    assert outs(steps.contractions(rate=1, to="short"), short) == {
        "I don't know what it is. He can't. It's good, you're not."
    }
