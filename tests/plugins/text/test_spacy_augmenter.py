"""A recipe as spaCy's augmenter: what a doc says stays true of the new text, and spaCy itself is asked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

import augkit
from augkit.errors import CompileError, DataError, FieldError, RecipeError
from augkit_text.spacy_augmenter import recipe_augmenter

spacy = pytest.importorskip("spacy", reason="spacy is an extra: spacy")

from spacy.tokens import Doc, DocBin, Span  # noqa: E402
from spacy.training import Example, offsets_to_biluo_tags  # noqa: E402

ROOT = Path(__file__).parents[3]
NLP = spacy.blank("en")
TEXT = "Ada Lovelace  met the big Charles Babbage\nin London, and she was very happy."
ENTITIES = [(0, 12, "PER"), (26, 41, "PER"), (45, 51, "LOC")]


def doc_of(text: str = TEXT, entities: Any = ENTITIES) -> Doc:
    """With entities, a group of spans, categories, and words with all that spaCy knows of words."""
    doc = NLP.make_doc(text)
    words = [token.text for token in doc]
    made = Doc(
        NLP.vocab,
        words=words,
        spaces=[bool(token.whitespace_) for token in doc],
        tags=["NN"] * len(words),
        pos=["NOUN"] * len(words),
        morphs=["Number=Sing"] * len(words),
        lemmas=[word.lower() for word in words],
        heads=[0, *range(len(words) - 1)],
        deps=["ROOT", *["dep"] * (len(words) - 1)],
    )
    made.ents = [made.char_span(start, end, label, kb_id=f"Q{start}") for start, end, label in entities]
    made.spans["sc"] = [made.char_span(0, 12, "NAME"), made.char_span(0, 41, "MEETING", span_id="m")]
    made.cats = {"history": 1.0, "sport": 0.0}
    return made


@pytest.fixture
def augmenter(tmp_path: Path) -> Callable[..., Any]:
    def made(steps: str, sample: str = "{text: text}", **more: Any) -> Any:
        (tmp_path / "r.yaml").write_text(f"augkit: 1\nseed: 4\nsample: {sample}\nsteps: {steps}\n")
        return recipe_augmenter(str(tmp_path / "r.yaml"), **more)

    return made


def after(augment: Any, doc: Doc, times: int = 1) -> list[Example]:
    """What the augmenter makes of a doc, asked several times."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return [example for _ in range(times) for example in augment(NLP, Example(NLP.make_doc(doc.text), doc))]


CHAINS = {
    "letters": "[{typo: {rate: 0.1}}, {char_delete: {rate: 0.05}}]",
    "words": "[{word_delete: {rate: 0.2}}, {synonym: {rate: 0.5}}]",
    "borders": "[{word_split: {rate: 0.3}}, {word_merge: {rate: 0.3}}, {whitespace: {rate: 0.3}}]",
    "order": "[{word_swap: {rate: 0.4}}, {random_word: {rate: 0.2}}, {punctuation: {rate: 0.3}}]",
}


@pytest.mark.parametrize("steps", CHAINS.values(), ids=CHAINS)
def test_entities_and_spans_are_where_a_pipeline_moves_them(steps: str, augmenter: Any, tmp_path: Path) -> None:
    augment = augmenter(steps)
    rows = [{"start": start, "end": end, "label": label} for start, end, label in ENTITIES]
    groups = [{"start": 0, "end": 12, "label": "NAME"}, {"start": 0, "end": 41, "label": "MEETING"}]
    recipe = {"augkit": 1, "seed": 4, "sample": {"text": "text", "ents": "spans", "sc": "spans"}}
    listed = augkit.recipe.read_recipe(tmp_path / "r.yaml").pipeline("train").plan.steps
    pipeline = augkit.Pipeline(listed, recipe["sample"], seed=4)
    key = hashlib.blake2b(TEXT.encode(), digest_size=16).hexdigest()
    changed = 0
    for number, example in enumerate(after(augment, doc_of(), 20)):
        doc, moved = example.reference, pipeline(text=TEXT, ents=rows, sc=groups, key=key, epoch=number)
        assert doc.text == moved["text"] == example.predicted.text
        for spans, wanted in ((doc.ents, moved["ents"]), (doc.spans["sc"], moved["sc"])):
            told = [(span.text, span.label_) for span in spans]
            assert told == [(doc.text[row["start"] : row["end"]].strip(), row["label"]) for row in wanted]
        assert doc.cats == {"history": 1.0, "sport": 0.0}
        changed += doc.text != TEXT
    assert changed > 10


@pytest.mark.parametrize("steps", CHAINS.values(), ids=CHAINS)
def test_spacy_reads_the_entities_as_it_reads_its_own(steps: str, augmenter: Any) -> None:
    """An oracle: the tags that spaCy aligns to its own tokens are those that it makes of the entities' offsets."""
    agreed = 0
    for example in after(augmenter(steps), doc_of(), 20):
        offsets = [(ent.start_char, ent.end_char, ent.label_) for ent in example.reference.ents]
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # a name that grew together with a word is no tokens of spaCy's
            wanted = offsets_to_biluo_tags(example.predicted, offsets)
        if "-" not in wanted:
            assert example.get_aligned_ner() == wanted
            agreed += 1
    assert agreed > 8


def test_the_same_recipe_and_text_give_the_same_and_the_next_time_another(augmenter: Any) -> None:
    one, other = (after(augmenter(CHAINS["letters"]), doc_of(), 4) for _ in range(2))
    texts = [example.reference.text for example in one]
    assert [example.to_dict() for example in one] == [example.to_dict() for example in other] and len(set(texts)) == 4
    augment = augmenter(CHAINS["letters"])
    after(augment, NLP("Something else, asked for in between."), 3)
    assert [example.reference.text for example in after(augment, doc_of(), 4)] == texts


def test_an_example_that_nothing_changes_is_the_very_example(augmenter: Any) -> None:
    example = Example(NLP.make_doc(TEXT), doc_of())
    assert list(augmenter("[{typo: {p: 0}}]")(NLP, example)) == [example]


def test_words_as_they_were_keep_what_is_said_of_them_and_others_lose_it(augmenter: Any) -> None:
    augment = augmenter("[{word_delete: {rate: 0.1}}, {typo: {rate: 0.05}}]")
    kept = lost = 0
    for example in after(augment, doc_of(), 10):
        old = {token.text for token in doc_of()}
        for token in example.reference:
            if token.text.isspace():
                continue
            assert (token.tag_, token.pos_, token.lemma_) in {("NN", "NOUN", token.text.lower()), ("", "", "")}
            assert token.has_morph() == bool(token.tag_) and (token.tag_ == "" or token.text in old)
            kept, lost = kept + bool(token.tag_), lost + (not token.tag_)
    assert kept > 50 and lost > 10


def test_a_tree_stays_where_words_and_letters_do_and_is_told_where_it_goes(augmenter: Any) -> None:
    doc = doc_of()
    [example] = after(augmenter("[{case: {rate: 1, to: upper}}]", changed_words="keep"), doc)
    assert example.reference.text == TEXT.upper()
    for one, other in zip(doc, example.reference, strict=True):
        assert (other.head.i, other.dep_) == (one.head.i, one.dep_)
        assert one.text.isspace() or (other.tag_, other.lemma_, str(other.morph)) == ("NN", one.lemma_, "Number=Sing")
    augment = augmenter("[{case: {rate: 1, to: upper}}]")
    with pytest.warns(UserWarning) as told:
        [example] = augment(NLP, Example(NLP.make_doc(TEXT), doc))
    assert not example.reference.has_annotation("DEP") and example.reference.has_annotation("SENT_START")
    said = " ".join(str(each.message) for each in told)
    assert "dependencies do not follow" in said and "of words that were changed" in said and "sentences" not in said
    list(augment(NLP, Example(NLP.make_doc(TEXT), doc)))  # and not told again: a warning would be an error


def test_what_was_not_known_of_entities_stays_unknown(augmenter: Any) -> None:
    doc = NLP.make_doc("Ada met Babbage in London")
    doc.set_ents([doc.char_span(0, 3, "PER")], default="missing", outside=[doc[1:2]])
    [example] = after(augmenter("[{case: {rate: 1, to: upper}}]"), doc)
    assert [token.ent_iob for token in example.reference] == [3, 2, 0, 0, 0]
    bare = NLP.make_doc("Ada met Babbage")
    [example] = after(augmenter("[{case: {rate: 1, to: upper}}]"), bare)
    assert not example.reference.has_annotation("ENT_IOB")


def test_labels_are_seen_by_only_and_refused_where_there_are_several(augmenter: Any) -> None:
    sample = "{text: text, kind: label}"
    for kind, changed in (("history", True), ("sport", False)):
        augment = augmenter(f"[{{case: {{rate: 1, to: upper, only: {{kind: [{kind}]}}}}}}]", sample)
        [example] = after(augment, doc_of())
        assert (example.reference.text == TEXT.upper()) is changed
    doc = doc_of()
    doc.cats = {"a": 1.0, "b": 1.0}
    with pytest.raises(DataError, match="is of 2 categories; a recipe whose `sample` has a label"):
        after(augmenter("[case]", sample), doc)


def test_what_a_doc_cannot_follow_is_refused_when_the_recipe_is_read(augmenter: Any) -> None:
    with pytest.raises(FieldError, match="'answer' is of kind 'answer', which a doc of spaCy has not"):
        augmenter("[typo]", "{text: text, answer: {answer: text}}")
    with pytest.raises(FieldError, match="sample has 2 texts"):
        augmenter("[typo]", "{a: text, b: text}")
    with pytest.raises(FieldError, match="changed_words: got 'keeep'"):
        augmenter("[typo]", changed_words="keeep")
    with pytest.raises(RecipeError, match=r"r.yaml:4:9: unknown step 'tipo'"):
        augmenter("[tipo]")
    with pytest.raises(CompileError, match="polarity"):
        augmenter("[{antonym: {}}]", "{text: text, mood: {label: {sensitive_to: [polarity]}}}")
    with pytest.raises(CompileError, match=r"docs of spaCy have entities and words on their text, also where `sample`"):
        after(augmenter("[{typo: {on: [text]}}]"), doc_of())


def test_a_recogniser_learns_from_augmented_examples(augmenter: Any) -> None:
    names, places = ["Ada", "Ben", "Cora", "Dora"], ["Rome", "Oslo", "Paris", "Bonn"]
    docs = []
    for number in range(16):
        doc = NLP.make_doc(f"{names[number % 4]} lives in {places[number // 4]} now")
        doc.ents = [Span(doc, 0, 1, "PER"), Span(doc, 3, 4, "LOC")]
        docs.append(doc)
    nlp, augment = spacy.blank("en"), augmenter("[{typo: {rate: 0.05, protect: [spans]}}]")
    nlp.add_pipe("ner")
    spacy.util.fix_random_seed(0)
    plain = [Example(nlp.make_doc(doc.text), doc) for doc in docs]
    optimizer = nlp.initialize(lambda: plain)
    for _ in range(12):
        nlp.update([made for each in plain for made in augment(nlp, each)], sgd=optimizer)
    assert nlp.evaluate(plain)["ents_f"] > 0.9


CONFIG = """
[corpora]
[corpora.train]
@readers = "spacy.Corpus.v1"
path = "train.spacy"
gold_preproc = false
[corpora.train.augmenter]
@augmenters = "augkit.recipe.v1"
recipe = "r.yaml"
"""
POINT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["spacy_augmenters"]


def test_a_config_of_a_training_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [(name, path)] = POINT.items()
    function = EntryPoint(name, path, "spacy_augmenters").load()
    assert function is recipe_augmenter
    spacy.registry.augmenters.register(name, func=function)  # where it is not installed, no entry point is found
    _write_training(tmp_path)
    monkeypatch.chdir(tmp_path)
    corpus = spacy.registry.resolve(spacy.util.load_config_from_str(CONFIG))["corpora"]["train"]
    with pytest.warns(UserWarning, match="augkit.recipe.v1"):
        assert [example.text for example in corpus(NLP)] == [TEXT.upper()]


@pytest.mark.long
def test_spacy_finds_it_by_its_entry_point(tmp_path: Path) -> None:
    """In a process that knows augkit as an installed package alone."""
    info = tmp_path / "site" / "augkit_points-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: augkit-points\nVersion: 1\n")
    lines = "\n".join(f"{name} = {path}" for name, path in POINT.items())
    (info / "entry_points.txt").write_text(f"[spacy_augmenters]\n{lines}\n")
    _write_training(tmp_path)
    (tmp_path / "t.py").write_text(
        f"import sys; sys.path[:0] = [{str(tmp_path / 'site')!r}, {str(ROOT)!r}, {str(ROOT / 'plugins')!r}]\n"
        "import spacy, warnings; warnings.simplefilter('ignore', UserWarning)\n"
        f"corpus = spacy.registry.resolve(spacy.util.load_config_from_str({CONFIG!r}))['corpora']['train']\n"
        "print([example.text for example in corpus(spacy.blank('en'))])\n"
    )
    done = subprocess.run([sys.executable, "t.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == repr([TEXT.upper()]), done.stderr


def _write_training(folder: Path) -> None:
    DocBin(docs=[doc_of()]).to_disk(folder / "train.spacy")
    steps = "[{case: {rate: 1, to: upper}}]"
    (folder / "r.yaml").write_text(f"augkit: 1\nsample: {{text: text}}\nsteps: {steps}\n")
