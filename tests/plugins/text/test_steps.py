"""Text steps through the real pipeline: what they change, what they leave alone, and how annotations follow."""

import json
import pickle
import unicodedata

import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError, FieldError, ReplayError
from augkit.trace import Trace
from augkit.vocab.text import Spans

SAMPLE = {"text": "text", "entities": {"spans": "text"}, "tags": {"tags": "text"}}
SENTENCE = "Alice Smith did not visit http://x.org in New York on 5 May."
FIELDS = {
    "text": SENTENCE,
    "entities": [{"start": 0, "end": 11, "label": "PER", "text": "Alice Smith"}, {"start": 42, "end": 50, "id": 9}],
    "tags": {"tokens": SENTENCE.split(), "tags": "B-PER I-PER O O O O O B-LOC I-LOC O O O".split()},
}
STEPS = [steps.typo, steps.word_delete]


def pipeline(*nodes, sample=SAMPLE, seed=1, **kwargs):
    return augkit.Pipeline(list(nodes), sample=sample, seed=seed, **kwargs)


@pytest.mark.parametrize("step", STEPS)
def test_zero_strength_is_the_identity_on_all_targets(step):
    targets, _ = pipeline(step()).read(FIELDS)
    out = pipeline(*[step(id=str(n), strength=0) for n in range(10)])(**targets, key="a")
    assert out == targets


@pytest.mark.parametrize("text", ["", " ", "\n", "a", "不", "👩‍👧", " a "])
@pytest.mark.parametrize("step", STEPS)
def test_texts_with_nothing_to_change(step, text):
    out = pipeline(step(rate=1))(text=text, entities=[], key="a")
    assert out["entities"] == []
    assert bool(out["text"].strip()) == bool(text.strip())
    assert len(out["text"].split()) == len(text.split())


def edits_of(trace):
    return [edit for _, _, params in trace.steps for edit in params["edits"]]


def test_the_rate_is_the_fraction_that_changes():
    text = " ".join(["lorem"] * 400)
    out, trace = pipeline(steps.typo(rate=0.1)).traced(text=text, key="a")
    assert 180 <= len(edits_of(trace)) <= 200  # of 2000 letters; a swap takes two, and so may swallow another
    out = pipeline(steps.word_delete(rate=0.25))(text=text, key="a")
    assert len(out["text"].split()) == 300
    assert out["text"] == " ".join(["lorem"] * 300)


def test_a_rate_of_less_than_one_place_is_kept_on_average():
    aug = pipeline(steps.word_delete(rate=0.1))
    left = [len(aug(text="one two three four", key=str(n))["text"].split()) for n in range(1000)]
    assert 4000 - sum(left) == pytest.approx(400, abs=4 * (0.24 * 1000) ** 0.5)


def test_typos_are_of_the_keyboard():
    near = {"qwerty": "qwasdfghxc", "qwertz": "qwasdfghyx", "azerty": "azqsdfghxc"}
    for layout, letters in near.items():
        aug = pipeline(steps.typo(rate=1, layout=layout))
        for n in range(50):
            out = aug(text="s s", key=str(n))["text"]
            assert set(out) <= {" ", *letters, "e", "z", "w"}, (layout, out)
    assert any("ü" in pipeline(steps.typo(rate=1, layout="qwertz"))(text="p", key=str(n))["text"] for n in range(50))


def test_typos_keep_case():
    for n in range(50):
        out = pipeline(steps.typo(rate=1))(text="AB CD", key=str(n))["text"]
        assert out == out.upper()


def test_all_kinds_of_typo_happen():
    found = {pipeline(steps.typo(rate=1))(text="ab", key=str(n))["text"] for n in range(300)}
    assert {len(text) for text in found} == {1, 2, 3, 4}
    assert "ba" in found
    assert any(text.startswith("aa") for text in found)


NEGATIONS = [
    ("en", "I do not know , nobody can't or won’t go without"),
    ("de", "Ich weiß nicht , keiner geht ohne"),
    ("es", "No sé nada , nunca voy sin ningún"),
    ("fr", "Je ne sais pas , il n'y a jamais rien"),
]
CUES = {
    "en": ["not", "nobody", "can't", "won’t", "without"],
    "de": ["nicht", "keiner", "ohne"],
    "es": ["No", "nada", "nunca", "sin", "ningún"],
    "fr": ["ne", "pas", "n'y", "jamais", "rien"],
}


@pytest.mark.parametrize(("language", "text"), NEGATIONS)
def test_cues_of_negation_stay(language, text):
    for n in range(20):
        left = pipeline(steps.word_delete(rate=1, language=language))(text=text, key=str(n))["text"].split()
        assert left == [word for word in text.split() if word in CUES[language]]
        mistyped = pipeline(steps.typo(rate=1, language=language))(text=text, key=str(n))["text"]
        assert all(cue.removesuffix("y") in mistyped for cue in CUES[language])


def test_words_that_only_look_like_cues_are_not_protected():
    text = "know another knot nose nob canto"
    assert len(pipeline(steps.word_delete(rate=1))(text=text, key="a")["text"].split()) == 1


def test_protected_ranges_stay():
    for n in range(20):
        out = pipeline(steps.typo(rate=1))(text="Call 555-1234x at http://a.bc/d or me@home.org now", key=str(n))[
            "text"
        ]
        for kept in ("555-1234x", "http://a.bc/d", "me@home.org"):
            assert kept in out
        assert out != "Call 555-1234x at http://a.bc/d or me@home.org now"
        fields = pipeline(steps.typo(rate=1, protect=["spans"]), steps.word_delete(rate=1, protect=["spans"]))(
            **FIELDS, key=str(n)
        )
        assert [row.get("text") for row in fields["entities"]] == ["Alice Smith", None]
        assert fields["tags"]["tags"] == "B-PER I-PER B-LOC I-LOC".split()


def test_of_two_spaces_around_a_word_the_line_break_stays():
    aug = pipeline(steps.word_delete(rate=1 / 3))
    found = {aug(text="a b\n\nc", key=str(n))["text"] for n in range(100)}
    assert found == {"b\n\nc", "a\n\nc", "a b"}
    found = {aug(text="a\n b  c\n", key=str(n))["text"] for n in range(100)}
    assert found == {"b  c\n", "a\n c\n", "a\n b\n"}


def test_protected_ranges_may_hold_and_touch_each_other():
    aug = pipeline(steps.typo(rate=1, protect=["spans", "numbers"]))
    spans = [{"start": 0, "end": 11}, {"start": 5, "end": 6}]
    found = [aug(text="Room 5 here now", entities=spans, key=str(n))["text"] for n in range(20)]
    assert all(text.startswith("Room 5 here") for text in found)
    found = [aug(text="abcd", entities=[{"start": 0, "end": 2}], key=str(n))["text"] for n in range(20)]
    assert all(text.startswith("ab") for text in found)
    assert any(text[2] not in "cd" for text in found)


def test_a_letter_is_not_swapped_with_its_like():
    for n in range(50):
        assert pipeline(steps.typo(rate=1))(text="ss", key=str(n))["text"] != "ss"


@pytest.mark.parametrize("step", STEPS)
def test_replay_from_json_and_pickled_pipelines_give_the_same(step):
    aug = pipeline(step(rate=0.4))
    for epoch in range(5):
        out, trace = aug.traced(**FIELDS, key="a", epoch=epoch)
        assert pipeline(step(rate=0.4)).replay(Trace.from_json(trace.to_json()), **FIELDS) == out
        assert pickle.loads(pickle.dumps(aug))(**FIELDS, key="a", epoch=epoch) == out
        json.dumps(trace.steps)
    with pytest.raises(ReplayError, match="60 characters, met one of 61"):
        aug.replay(trace, text=SENTENCE + "!")


def test_no_two_of_many_identical_texts_come_out_equal():
    aug = pipeline(steps.typo(rate=0.3))
    assert len({aug(text=SENTENCE, key=str(n))["text"] for n in range(64)}) == 64


def test_input_is_not_changed():
    before = json.dumps(FIELDS)
    pipeline(steps.typo(rate=0.5), steps.word_delete(rate=0.5))(**FIELDS, key="a")
    assert json.dumps(FIELDS) == before


def test_each_text_is_drawn_for_itself():
    sample = {"a": "text", "b": "text", "of_b": {"spans": "b"}}
    aug = pipeline(steps.typo(rate=1), sample=sample)
    out = aug(a="some words here", b="some words here", of_b=[{"start": 5, "end": 10, "text": "words"}], key="k")
    assert out["a"] != out["b"]
    row = out["of_b"][0]
    assert out["b"][row["start"] : row["end"]] == row["text"]
    one = pipeline(steps.typo(rate=1), sample={"a": "text"})(a="some words here", key="k")
    assert one["a"] == out["a"]


def test_only_one_text_of_several_is_touched_with_on():
    aug = pipeline(steps.typo(rate=1, on=["a"]), sample={"a": "text", "b": "text"})
    out = aug(a="some words", b="some words", key="k")
    assert out["a"] != "some words" == out["b"]


def test_labels_that_depend_on_meaning_are_protected():
    sentiment = {"label": {"sensitive_to": ["polarity"]}}
    sample = {**SAMPLE, "sentiment": sentiment}
    for step in STEPS:
        pipeline(step(), sample=sample)
        with pytest.raises(CompileError, match="changes polarity, and 'sentiment' depends on it"):
            pipeline(step(protect=[]), sample=sample)
    with pytest.raises(CompileError, match="changes meaning"):
        pipeline(steps.word_delete(), sample={**SAMPLE, "topic": {"label": {"sensitive_to": ["meaning"]}}})


def test_tags_without_a_text_cannot_be_edited():
    with pytest.raises(CompileError, match="add a field of kind text"):
        pipeline(steps.typo(), sample={"tags": "tags"})


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("entities", [{"start": 55, "end": 61}], r"k7: .*'entities'.*row 0 goes from 55 to 61, outside the text of 60"),
        (
            "tags",
            {"tokens": ["Bob"], "tags": ["O"]},
            r"k7: .*'tags'.*token 0 is 'Bob', but the text goes on with 'Alice",
        ),
        ("text", 7, r"k7: .*'text'.*expected a str"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(field, value, message):
    with pytest.raises(DataError, match=message):
        pipeline(steps.typo())(**{**FIELDS, field: value}, key="k7")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: steps.typo(rate=1.1), "rate: 1.1 is above the highest allowed, 1"),
        (lambda: steps.typo(layout="dvorak"), "layout.*'qwerty'"),
        (lambda: steps.word_delete(protect=["nouns"]), "protect.*'negation'"),
        (lambda: steps.word_delete(language="xx"), "language.*'en'"),
    ],
)
def test_wrong_fields_are_refused(make, message):
    with pytest.raises(FieldError, match=message):
        make()


def test_decomposed_and_composed_letters_are_left_alone_alike():
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, "é à ç")
        assert pipeline(steps.typo(rate=1))(text=text, key="a")["text"] is text


def test_spans_given_as_a_target_come_back_as_one():
    spans = Spans((0,), (5,))
    out = pipeline(steps.typo(rate=1))(text="Alice", entities=spans, key="a")
    assert isinstance(out["entities"], Spans)
    assert out["entities"].ends == (len(out["text"]),)
