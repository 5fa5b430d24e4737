"""Synonyms and antonyms: the table, the forms of words, and what is left alone."""

import gzip
from pathlib import Path

import pytest

import augkit_text
from augkit import steps
from augkit.errors import CompileError, FieldError
from augkit_text.function_words import ENGLISH
from augkit_text.inflection import Irregular, inflected
from augkit_text.lexicon import wordnet
from augkit_text.negation import cues_in
from tests.plugins.text.every_step import pipeline

TABLES = Path(augkit_text.__file__).parent / "tables"


def all_of(step, text, tries=60):
    return {pipeline(step)(text=text, key=str(n))["text"] for n in range(tries)}


def test_the_table_is_small_licensed_and_names_no_cue_of_negation():
    packed = (TABLES / "wordnet.en.txt.gz").read_bytes()
    assert len(packed) < 1.2e6
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in (TABLES / "WORDNET-LICENSE.txt").read_text()
    lines = gzip.decompress(packed).decode().split("\n")
    assert len(lines) > 30_000
    for line in lines[1:]:
        for word in line.split("\t")[1:]:
            for one in word.split(","):
                assert line[0] == "+" or (one not in ENGLISH and not cues_in(one, "en")), line


@pytest.mark.parametrize(
    ("text", "outs"),
    [
        ("my big car", {"my large car", "my large auto", "my big auto", "my large automobile", "my large motorcar"}),
        ("buy cars", {"purchase autos", "purchase automobiles", "purchase motorcars"}),
        ("Quickly", {"Rapidly", "Speedily", "Apace"}),
        ("he bought", {"he purchased"}),
        ("buying BIG", {"purchasing BIG"}),
        ("bigger", {"larger"}),
        ("a big city", {"a large city", "a large metropolis"}),
    ],
)
def test_words_keep_their_form_and_case(text, outs):
    found = all_of(steps.synonym(rate=1), text)
    assert found & outs and all(out.split()[0] == text.split()[0] or out in outs for out in found), found


@pytest.mark.parametrize(
    "text",
    [
        "we met Rich in Bath and Mr Big",  # names
        "NASA and the US",
        "Bill said",  # a bare noun at the start may be a name
        "it's, can't, don’t, o'clock's",  # clitics
        "https://big.org/buy?car=1 big@car.org #big car-park",
        "he will have been on it and she could not",  # what holds a sentence together
        "不 big是",
    ],
)
def test_what_is_no_word_of_the_table_stays(text):
    out = all_of(steps.synonym(rate=1), text, 10)
    for kept in text.split():
        known = kept.lower() in ("met", "said")
        assert known or all(kept in each for each in out), (kept, out)


def test_an_article_goes_with_its_word():
    for out in all_of(steps.synonym(rate=1, top=6), "a film and an answer and an old car and a big idea"):
        for article, word in zip(out.split()[:-1], out.split()[1:], strict=True):
            if article in ("a", "an"):
                assert (word[0] in "aeiou") == (article == "an"), out


def test_antonyms_turn_round_and_are_refused_where_that_counts():
    assert "the small house is old" not in all_of(steps.antonym(rate=1), "the small house is old")
    assert all_of(steps.antonym(rate=1), "He quickly bought it.") == {"He slowly sold it."}
    sample = {"text": "text", "sentiment": {"label": {"sensitive_to": ["polarity"]}}}
    with pytest.raises(CompileError, match="changes polarity, and 'sentiment' depends on it"):
        pipeline(steps.antonym(), sample=sample)
    pipeline(steps.synonym(), sample=sample)


def test_a_table_of_ones_own(tmp_path):
    table = tmp_path / "de.txt"
    table.write_text("#language de\nschnell\trasch,flott\tlangsam\n", "utf-8")
    assert all_of(steps.synonym(rate=1, language="de", table=str(table)), "Er läuft schnell") == {
        "Er läuft rasch",
        "Er läuft flott",
    }
    assert all_of(steps.antonym(rate=1, language="de", table=str(table)), "schnell") == {"langsam"}
    with pytest.raises(FieldError, match="is of 'de'; expected the first line `#language en`"):
        steps.synonym(table=str(table))
    table.write_text("schnell\trasch\n")
    with pytest.raises(FieldError, match="does not say its language"):
        steps.synonym(language="de", table=str(table))
    table.write_text("#language de\nschnell\n")
    with pytest.raises(FieldError, match="line 'schnell' without a tab"):
        steps.synonym(language="de", table=str(table))
    with pytest.raises(FieldError, match="cannot be read"):
        steps.synonym(table=str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    ("word", "kind", "form", "made"),
    [
        ("city", "n", "s", "cities"),
        ("box", "n", "s", "boxes"),
        ("day", "n", "s", "days"),
        ("try", "v", "ed", "tried"),
        ("bake", "v", "ing", "baking"),
        ("see", "v", "ing", "seeing"),
        ("die", "v", "ing", "dying"),
        ("hop", "v", "ed", "hopped"),
        ("fix", "v", "ed", "fixed"),
        ("happy", "a", "er", "happier"),
        ("nice", "a", "est", "nicest"),
        ("beautiful", "a", "er", None),
    ],
)
def test_forms(word, kind, form, made):
    assert inflected(word, kind, form, Irregular()) == made


def test_forms_that_no_rule_makes():
    irregular = wordnet().irregular
    assert inflected("give", "v", "ed", irregular) is None  # gave, given
    assert inflected("buy", "v", "ed", irregular) == "bought"
    assert wordnet().form("bought") == ("buy", "v", "ed")
