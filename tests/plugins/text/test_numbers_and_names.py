"""Numbers and names: their values, their annotations, their other side in a translation."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError, FieldError
from augkit_text.number_words import WORDS, in_words, value_of
from tests.plugins.text.every_step import pipeline

PAIR = {"source": "text", "target": {"translation_of": "source"}}


@given(st.one_of(st.integers(0, 2000), st.integers(0, 999_999_999)))
def test_a_number_in_words_is_that_number(number):
    words = in_words(number)
    assert value_of(words) == number
    assert WORDS.fullmatch(words)


@pytest.mark.parametrize("words", ["two three", "one hundred five hundred", "twenty eleven", "five twenty"])
def test_words_that_are_no_number(words):
    assert value_of(words) is None


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("21 men", "twenty-one men"),
        ("twenty-one men", "21 men"),
        ("one hundred and five or 1,000", "105 or one thousand"),
        ("at 10:30 on 5/6, 3.5 kg, 20%, $5, x2, 007", "at 10:30 on 5/6, 3.5 kg, 20%, $5, x2, 007"),
        ("one of them", "one of them"),
        ("I have 2.", "I have two."),
    ],
)
def test_numbers_keep_their_value(text, out):
    assert pipeline(steps.numbers(rate=1))(text=text, key="a")["text"] == out


def test_other_numbers_are_told_to_labels_and_to_the_translation():
    step = steps.numbers(rate=1, to="other")
    with pytest.raises(CompileError, match="changes numbers, and 'price' depends on it"):
        pipeline(step, sample={"text": "text", "price": {"value": {"sensitive_to": ["numbers"]}}})
    pipeline(steps.numbers(), sample={"text": "text", "price": {"value": {"sensitive_to": ["numbers"]}}})
    aug = pipeline(step, sample=PAIR)
    for key in range(20):
        given_pair = {"source": "Page 120 has 7 of 7 pictures.", "target": "Seite 120 hat 7 von 7 Bildern."}
        out, trace = aug.traced(**given_pair, key=str(key))
        number = out["source"].split()[1]
        assert number != "120" and len(number) == 3
        assert out["target"] == f"Seite {number} hat 7 von 7 Bildern."  # 7 stands there twice
        assert aug.replay(augkit.trace.Trace.from_json(trace.to_json()), **given_pair) == out


SENTENCE = "Ada Lovelace met Bob in Paris."
ROWS = [
    {"start": 0, "end": 12, "label": "PER", "text": "Ada Lovelace"},
    {"start": 17, "end": 20, "label": "PER", "text": "Bob"},
    {"start": 24, "end": 29, "label": "LOC", "text": "Paris"},
]
TAGS = {"tokens": ["Ada", "Lovelace", "met", "Bob", "in", "Paris."], "tags": "B-PER I-PER O B-PER O B-LOC".split()}


def test_names_are_replaced_by_names_of_their_label():
    step = steps.entity_swap(rate=1, names={"PER": ["Eve", "Zoë Li"]})
    for key in range(20):
        out = pipeline(step)(text=SENTENCE, entities=ROWS, tags=TAGS, key=str(key))
        first, second, third = (row["text"] for row in out["entities"])
        assert {first, second} <= {"Eve", "Zoë Li"} and third == "Paris"
        assert out["text"] == f"{first} met {second} in Paris."
        assert out["tags"]["tokens"] == out["text"].split()
        assert out["tags"]["tags"][0] == "B-PER" and out["tags"]["tags"][-1] == "B-LOC"


def test_names_within_one_another_stay():
    rows = [{"start": 0, "end": 12, "label": "PER"}, {"start": 0, "end": 3, "label": "PER"}]
    out = pipeline(steps.entity_swap(rate=1, names={"PER": ["Eve"]}))(text=SENTENCE, entities=rows, key="a")
    assert out["text"] == SENTENCE


def test_names_from_a_file_and_only_of_some_labels(tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("#language en\nPER\tEve\nLOC\tRome\n")
    step = steps.entity_swap(rate=1, table=str(names), labels=["LOC"])
    assert pipeline(step)(text=SENTENCE, entities=ROWS, key="a")["text"] == "Ada Lovelace met Bob in Rome."


def test_names_of_the_training_split(tmp_path):
    rows = [("s0", "Ada ran", "Ada"), ("s1", "Eve ran", "Eve"), ("s2", "Kim ran", "Kim")]
    lines = [
        json.dumps({"id": key, "text": text, "entities": [{"start": 0, "end": len(name), "label": "PER"}]})
        for key, text, name in rows
    ]
    (tmp_path / "texts.jsonl").write_text("\n".join(lines))
    recipe = {
        "augkit": 1,
        "source": {"manifest": {"file": str(tmp_path / "texts.jsonl"), "key": "id"}},
        "sample": {"text": "text", "entities": {"spans": "text"}},
        "split": {},
        "steps": [{"entity_swap": {"names": "train", "rate": 1}}, {"tfidf_replace": {"rate": 0.5}}],
        "loader": {"batch_size": 3},
    }
    seen = {
        row["start"] == 0 and text[: row["end"]]
        for batch in augkit.loader(recipe)
        for text, [row] in zip(batch["text"], batch["entities"], strict=True)
    }
    assert seen and seen <= {"Ada", "Eve", "Kim", "Ran", "ran", "ada", "eve", "kim"}


def test_names_that_were_not_collected_are_asked_for():
    step = steps.entity_swap(names="train")
    with pytest.raises(DataError, match="has not been collected yet"):
        pipeline(step)(text=SENTENCE, entities=ROWS, key="a")
    with pytest.raises(FieldError, match="give one of names"):
        steps.entity_swap()
    with pytest.raises(FieldError, match="names: PER: got 'Eve'"):
        steps.entity_swap(names={"PER": "Eve"})


def test_names_are_replaced_on_both_sides_of_a_translation(tmp_path):
    with pytest.raises(CompileError, match="names are replaced in both languages or in none"):
        pipeline(steps.entity_swap(names={"PER": ["Eve"]}), sample=PAIR)
    pairs = tmp_path / "pairs.txt"
    pairs.write_text("#language en\nLOC\tMunich\tMünchen\nLOC\tVienna\tWien\nLOC\tCologne\tKöln\nPER\tAnn\tAnna\n")
    aug = pipeline(steps.entity_swap(rate=1, pairs=str(pairs)), sample=PAIR)
    german = {"Munich": "München", "Vienna": "Wien", "Cologne": "Köln"}
    seen = set()
    for key in range(20):
        out = aug(source="From Munich, Ann writes.", target="Anna schreibt aus München.", key=str(key))
        city = out["source"].split()[1].rstrip(",")
        assert out["target"] == f"Anna schreibt aus {german[city]}."
        seen.add(city)
        same = aug(source="Ann and Munich", target="nichts davon", key=str(key))
        assert (same["source"], same["target"]) == ("Ann and Munich", "nichts davon")
    assert len(seen) == 3
    pairs.write_text("#language en\nLOC\tMunich\n")
    with pytest.raises(FieldError, match="expected label, tab, name, tab, name"):
        steps.entity_swap(pairs=str(pairs))


def test_words_that_say_little_are_replaced_first():
    texts = [augkit.steps.typo().transform.passage]  # any object is refused
    with pytest.raises(DataError, match="no word to measure"):
        steps.tfidf_replace().transform.fit_to(texts)
    from augkit.vocab.text import Text

    corpus = [Text(f"the cat and the dog saw a rare{n}word") for n in "abcdefghij"]
    fitted = steps.tfidf_replace(rate=0.2).transform.fit_to(corpus)
    assert fitted.idf["the"] == 0.0 and fitted.idf["rareaword"] > 2
    aug = pipeline(augkit.build.step_from("text/tfidf_replace", {"idf": dict(fitted.idf), "rate": 0.2}))
    lost = [
        word
        for n in range(100)
        for word in ("the", "unheard")
        if word not in aug(text="the unheard", key=str(n))["text"]
    ]
    assert lost.count("unheard") < 5 < lost.count("the")


def test_no_names_at_all_are_refused():
    with pytest.raises(FieldError, match=r"names: got \{\}; expected \{label: \[names\]\}"):
        steps.entity_swap(names={})
