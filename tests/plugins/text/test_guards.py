"""Guards: what is protected stays, by default every cue of negation, and no more changes than is allowed."""

import dataclasses

import pytest

from augkit import steps
from augkit.errors import CompileError, DataError, FieldError
from augkit.fields import fields_of
from augkit_text.negation import cues_in
from augkit_text.protect import runs, sparing
from tests.plugins.text.every_step import STEPS, pipeline

SENTENCES = {
    "en": [
        "I do not know why nobody came, and never will.",
        "He can't go without money; she cannot either, nor could they.",
        "There was nothing to eat and no water. It hardly rained.",
        "They wouldn’t, didn't and ain't.  None of it matters (not now).",
        "She isn't happy. He lacks nothing. We were unable to see it!",
        "not good\nnot bad\tnot much",
    ],
    "de": ["Ich weiß nicht, warum keiner kam. Nie wieder ohne dich!", "Weder er noch sie hat nichts gesagt."],
    "es": ["No sé nada. Nunca voy sin ningún amigo, ni tampoco contigo."],
    "fr": ["Je ne sais pas. Il n'y a jamais rien sans toi, ni personne."],
    "it": ["Non so niente. Nessuno viene mai senza di me."],
    "pt": ["Não sei nada. Ninguém vem nunca sem mim, nem tu."],
    "nl": ["Ik weet het niet. Niemand komt ooit zonder geld, nooit."],
    "sv": ["Jag vet inte. Ingen kommer utan pengar, aldrig."],
    "da": ["Jeg ved det ikke. Ingen kommer uden penge, aldrig."],
    "nb": ["Jeg vet ikke. Ingen kommer uten penger, aldri."],
    "pl": ["Nie wiem nic. Nikt nigdy nie przyjdzie bez niego."],
    "ru": ["Я не знаю. Никто никогда не придёт без денег, нет."],
    "uk": ["Я не знаю. Ніхто ніколи не прийде без грошей, ні."],
    "zh": ["我不知道。他没有钱，也不来。 别走！"],
}
DEFAULTS = [step for step in STEPS if "negation" in step.transform.protect and "polarity" not in step.transform.changes]


def in_language(step, language):
    """The step for texts of a language; None where its tables are of another."""
    try:
        return dataclasses.replace(step, transform=dataclasses.replace(step.transform, language=language))
    except FieldError:
        return None


@pytest.mark.parametrize("step", DEFAULTS, ids=[step.name for step in DEFAULTS])
def test_no_cue_of_negation_is_lost_by_default(step):
    found = 0
    for language, texts in SENTENCES.items():
        own = in_language(step, language)
        for node in [] if own is None else [own, strongest(own)]:
            for number, text in enumerate(texts):
                before = cues_in(text, language)
                for key in range(15):
                    out = pipeline(node)(text=text, key=f"{number} {key}")["text"]
                    found += len(before)
                    # A contraction writes a cue otherwise, a shuffle puts it elsewhere.
                    assert len(cues_in(out, language)) >= len(before), (language, text, out)
    assert found > 300


def strongest(step):
    return dataclasses.replace(step, transform=step.transform.at_magnitude(1.0))


def test_all_steps_but_the_antonym_protect_negation_by_default():
    unguarded = {s.name for s in STEPS if not s.transform.protect or "polarity" in s.transform.changed_qualities()}
    by_default = {s.name for s in DEFAULTS}
    assert {s.name for s in STEPS} - by_default == {"text/antonym"}
    assert "text/antonym" in unguarded


def test_without_the_guard_cues_are_lost():
    text = SENTENCES["en"][0]
    outs = [pipeline(steps.word_delete(rate=0.5, protect=[]))(text=text, key=str(n))["text"] for n in range(20)]
    assert any(len(cues_in(out, "en")) < 3 for out in outs)


@pytest.mark.parametrize("step", STEPS, ids=[f"{step.name}-{n}" for n, step in enumerate(STEPS)])
def test_what_a_recipe_names_stays(step):
    guards = ["spans", "urls", "numbers", {"regex": r"[A-Z]{2}\d"}, {"words": ["happy", "New York"]}]
    text = "Happy Ada met Bob in New York at https://a.b/c?d=1. It cost 12,5 or AB7! The happy end was separate."
    transform = dataclasses.replace(step.transform, protect=guards)
    rows = [{"start": 14, "end": 17, "text": "Bob", "label": "PER"}]
    for key in range(20):
        out = pipeline(dataclasses.replace(step, transform=transform))(text=text, entities=rows, key=str(key))
        for kept in ("Bob", "Happy", "happy", "New York", "https://a.b/c?d=1", "12,5", "AB7"):
            assert kept in out["text"], (kept, out["text"])
        assert out["entities"][0]["text"] == "Bob"


@pytest.mark.parametrize("step", STEPS, ids=[f"{step.name}-{n}" for n, step in enumerate(STEPS)])
def test_no_more_changes_than_the_ratio(step):
    text = "The happy doctor bought 21 cars. They do not separate films. Ada can’t go to London today. It is über."
    rows = [{"start": 71, "end": 74, "label": "PER"}]
    full = dataclasses.replace(step.transform, **({"rate": 1} if "rate" in fields_of(type(step.transform)) else {}))
    for ratio in (0.0, 0.1, 0.3):
        node = dataclasses.replace(step, transform=dataclasses.replace(full, max_edit_ratio=ratio))
        for key in range(10):
            out, trace = pipeline(node).traced(text=text, entities=rows, key=str(key))
            for _, _, params in trace.steps:
                size = sum(max(end - start, len(new)) for start, end, new in params.get("edits", ()))
                assert size <= ratio * len(text)
            if ratio == 0.0:
                assert out["text"] == text


@pytest.mark.parametrize(
    ("protect", "message"),
    [
        ([{"regex": "("}], "no regular expression"),
        ([{"regx": "a"}], "expected {regex: …} or {words: "),
        ([{"words": []}], "expected {regex: …} or {words: "),
        ([{"words": "ab"}], "expected {regex: …} or {words: "),
        (["nouns"], "'negation'"),
    ],
)
def test_guards_that_cannot_be_read_are_refused(protect, message):
    with pytest.raises(FieldError, match=message):
        steps.typo(protect=protect)


def test_a_text_of_another_language_is_refused():
    aug = pipeline(steps.typo(), sample={"text": {"text": {"language": "de"}}})
    with pytest.raises(
        DataError, match="k: text/typo: its tables are for 'en' and the text is 'de'; write `language: de`"
    ):
        aug(text="Hallo", key="k")
    pipeline(steps.typo(language="de"), sample={"text": {"text": {"language": "de"}}})(text="Hallo", key="k")


@pytest.mark.parametrize("step", [steps.synonym, steps.antonym, steps.spelling, steps.contractions, steps.numbers])
def test_tables_of_another_language_are_refused(step):
    with pytest.raises(FieldError, match=r"English|none for 'de'"):
        step(language="de")


def test_an_answer_is_protected_or_the_recipe_says_what_to_do():
    sample = {"context": "text", "answer": {"answer": "context"}}
    for step in (steps.word_delete, steps.crop_sentences):
        with pytest.raises(CompileError, match="may delete all of an answer"):
            pipeline(step(), sample=sample)
        aug = pipeline(step(rate=0.9, protect=["spans"]), sample=sample)
        text = "Ada met Bob. It was in Paris. Nobody cared."
        for key in range(20):
            out = aug(context=text, answer={"text": ["Paris"], "answer_start": [23]}, key=str(key))
            at = out["answer"]["answer_start"][0]
            assert out["context"][at : at + 5] == out["answer"]["text"][0] == "Paris"
    aug = pipeline(steps.word_delete(rate=0.9, on_conflict="redraw"), sample=sample)
    assert aug(context="Ada met Bob", answer={"text": ["Bob"], "answer_start": [8]}, key="a")["answer"]["text"] == [
        "Bob"
    ]


def test_a_translation_stays_beside_noise_and_refuses_what_changes_the_meaning():
    sample = {"source": "text", "target": {"translation_of": "source"}}
    pair = {"source": "The cat sat on the mat.", "target": "Die Katze saß auf der Matte."}
    for step in (steps.typo(rate=0.3), steps.ocr(rate=0.5), steps.case(rate=0.5), steps.punctuation(), steps.synonym()):
        out = pipeline(step, sample=sample)(**pair, key="a")
        assert out["target"] is pair["target"]
    for step in (steps.word_delete(), steps.crop_sentences(), steps.shuffle_sentences(), steps.antonym()):
        with pytest.raises(CompileError, match="'target' depends on it"):
            pipeline(step, sample=sample)
    pipeline(steps.word_delete(accept="the model shall learn to cope"), sample=sample)
    asked = {"source": "text", "target": {"translation_of": {"of": "source", "sensitive_to": []}}}
    pipeline(steps.word_delete(), sample=asked)


def test_the_last_check_sees_what_a_step_overlooks():
    ranges = [(3, 6)]  # "not" in "do not go"
    for wrong in ([(4, 5, "x")], [(2, 3, "")], [(6, 7, "")], [(6, 6, "e")], [(3, 3, "k")], [(0, 9, "")]):
        assert not list(sparing(runs(wrong), "do not go", ranges)), wrong
    for right in ([(0, 2, "did")], [(6, 6, ",")], [(6, 7, "\t")], [(2, 3, ""), (3, 3, " ")]):
        assert list(sparing(runs(right), "do not go", ranges)), right
