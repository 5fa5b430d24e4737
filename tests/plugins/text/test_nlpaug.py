"""Every augmenter of nlpaug: it works, or the table says why it cannot."""

from __future__ import annotations

import inspect
import random
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.plugins import catalogue
from augkit_text.differences import tokens_of
from augkit_text.nlpaug_bridge import Nlpaug, sentences_of
from augkit_text.nlpaug_library import classes, make
from augkit_text.nlpaug_table import CHANGES, COMPOSITIONS, NEEDS, REFUSED, reorders

SENTENCES = (
    "The quick brown fox jumps over the lazy dog, twice. It cost $4.50!",
    "Anna Maria and Peter flew from Rio de Janeiro to Oslo.",
    "Cafe\u0301 Zu\u0308rich is Café Zürich,\tsaid René.\nNew line, same story.",
    "👩‍👩‍👧 family from 東京 likes नमस्ते and naïve things",
)
VECTORS = "the quick brown fox dog lazy jumps over from flew and story new line same family likes things naïve"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the augmenters that need files are given: trained statistics, and word vectors."""
    from nlpaug.model.word_stats import TfIdf

    folder = tmp_path_factory.mktemp("nlpaug")
    model = TfIdf()
    model.train([re.findall(r"\w+", sentence) for sentence in SENTENCES])
    model.save(str(folder))
    rng = np.random.default_rng(0)
    rows = [f"{word} {' '.join(f'{x:.3f}' for x in rng.normal(size=8))}" for word in VECTORS.split()]
    (folder / "glove.txt").write_text("\n".join(rows))
    return folder


def variants(folder: Path) -> list[dict[str, Any]]:
    """Every augmenter that works, with each of its actions."""
    reserved = [["quick", "fast"], ["Rio de Janeiro", "São Paulo"], ["story", "tale"]]
    found = [{"name": "KeyboardAug", "lang": lang} for lang in "de en es fr he it nl pl th tr uk".split()]
    found += [{"name": name} for name in ("KeyboardAug", "OcrAug", "SpellingAug", "SplitAug")]
    found += [{"name": "RandomCharAug", "action": action} for action in ("insert", "substitute", "swap", "delete")]
    found += [
        {"name": "RandomCharAug", "action": "swap", "swap_mode": mode} for mode in ("adjacent", "middle", "random")
    ]
    found += [{"name": "RandomWordAug", "action": action} for action in ("delete", "swap", "substitute", "crop")]
    found += [{"name": "RandomSentAug", "mode": mode} for mode in ("neighbor", "left", "right", "random")]
    found += [{"name": "ReservedAug", "reserved_tokens": reserved, "case_sensitive": case} for case in (True, False)]
    found += [{"name": "TfIdfAug", "model_path": str(folder), "action": action} for action in ("insert", "substitute")]
    if find_spec("gensim"):
        glove = {"name": "WordEmbsAug", "model_type": "glove", "model_path": str(folder / "glove.txt"), "top_k": 3}
        found += [glove | {"action": action} for action in ("insert", "substitute")]
    return [one | {"protect": []} for one in found]


def pipeline(**fields: Any) -> augkit.Pipeline:
    sample = {"text": "text", "spans": "spans"}
    return augkit.load({"augkit": 1, "seed": 5, "sample": sample, "steps": [{"nlpaug": fields}]})


def test_every_augmenter_works_or_says_why_not(files: Path) -> None:
    known = {name for name in classes() if name not in COMPOSITIONS}
    works = {one["name"] for one in variants(files)}
    assert known - works - REFUSED.keys() - NEEDS.keys() == set()
    for name in known - works:
        with pytest.raises((augkit.FieldError, augkit.MissingDependency), match=r"cannot be used: |Install it: "):
            make(name, {})
    assert works <= CHANGES.keys() and not works & REFUSED.keys()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_in_the_library_and_what_it_names_instead_is_ours(name: str) -> None:
    import nlpaug.augmenter.audio as audio
    import nlpaug.augmenter.sentence as sentence
    import nlpaug.augmenter.spectrogram as spectrogram
    import nlpaug.augmenter.word as word

    assert any(inspect.isclass(getattr(module, name, None)) for module in (audio, sentence, spectrogram, word))
    with pytest.raises(augkit.FieldError, match=f"nlpaug/{name}: cannot be used: "):
        Nlpaug(name=name)
    ours = {full.partition("/")[2] for full in catalogue().names("transform")}
    for step in re.findall(r"`(\w+)`", REFUSED[name]):
        assert step in ours, step


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # gensim leaves its files to be closed by themselves
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_variant_moves_spans_to_what_became_of_their_words(files: Path) -> None:
    for fields in variants(files):
        aug = pipeline(**fields)
        changed = 0
        for number in range(12):
            text = SENTENCES[number % len(SENTENCES)]
            spans = [{"start": start, "end": end, "n": n} for n, (start, end) in enumerate(tokens_of(text))]
            out = aug(text=text, spans=spans, key=f"{number}")
            changed += out["text"] != text
            told = {row["n"]: out["text"][row["start"] : row["end"]] for row in out["spans"]}
            ends = [(row["start"], row["end"]) for row in out["spans"]]
            assert ends == sorted(ends) and all(said.strip() for said in told.values()), (fields, out)
            assert again(aug, text, spans, number) == out
            one_to_one(fields, text, told)
        # Keyboards of other letters than these, and words that may not leave their spans, which are one word each.
        quiet = fields.get("lang") in ("he", "th", "uk") or fields.get("action") == "swap" or "mode" in fields
        assert changed >= (0 if quiet else 2), fields


def again(aug: augkit.Pipeline, text: str, spans: Any, number: int) -> Any:
    """The same visit after the global generators were moved."""
    random.seed(number)
    np.random.seed(number)
    before = random.getstate(), np.random.get_state()[1].tolist()
    out = aug(text=text, spans=spans, key=f"{number}")
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # lent, and given back
    return out


def one_to_one(fields: dict[str, Any], text: str, told: dict[int, str]) -> None:
    """Where no word comes or goes, the n-th word of the new text is what became of the n-th of the old."""
    stays = fields["name"] in ("KeyboardAug", "OcrAug", "RandomCharAug", "SpellingAug", "SplitAug")
    if stays or fields.get("action") == "substitute":
        assert len(told) == len(tokens_of(text)), fields
    if fields["name"] == "RandomWordAug" and fields["action"] == "substitute":
        assert all(said in ("_", text[a:b]) for said, (a, b) in zip(told.values(), tokens_of(text), strict=True))
    if fields["name"] == "SplitAug":
        assert [said.replace(" ", "") for said in told.values()] == [text[a:b] for a, b in tokens_of(text)]


def test_what_is_annotated_does_not_move_across_edges() -> None:
    assert reorders("RandomWordAug", "swap") and reorders("RandomSentAug", None)
    aug = pipeline(name="RandomWordAug", action="swap", aug_p=1.0)
    text = SENTENCES[1]
    entities = [{"start": 0, "end": 10, "label": "PER"}, {"start": 31, "end": 45, "label": "LOC"}]
    moved = set()
    for number in range(40):
        out = aug(text=text, spans=entities, key=str(number))
        said = [out["text"][row["start"] : row["end"]] for row in out["spans"]]
        assert sorted(said[0].casefold().split()) == ["anna", "maria"]
        assert sorted(said[1].casefold().split()) == ["de", "janeiro", "rio"]
        assert sorted(out["text"].casefold().split()) == sorted(text.casefold().split()) or "." in out["text"]
        moved.add(out["text"])
    assert len(moved) > 5


def test_negation_is_protected_unless_told_otherwise() -> None:
    text = "She did not call and never wrote."
    loose = pipeline(name="RandomWordAug", protect=[])
    tight = pipeline(name="RandomWordAug")
    lost = [loose(text=text, spans=[], key=str(number))["text"] for number in range(60)]
    kept = [tight(text=text, spans=[], key=str(number))["text"] for number in range(60)]
    assert any("not" not in made.split() or "never" not in made.split() for made in lost)
    assert all({"not", "never"} <= set(made.split()) for made in kept) and len(set(kept)) > 10
    assert "polarity" in Nlpaug(name="RandomWordAug", protect=()).changed_qualities()
    assert Nlpaug(name="RandomWordAug").changed_qualities() == {"meaning"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "KeybordAug"}, r"has no augmenter 'KeybordAug'. Did you mean 'KeyboardAug'\?"),
        ({"name": "KeyboardAug", "aug_chr_p": 0.1}, r"unknown field 'aug_chr_p'. Did you mean 'aug_char_p'\?"),
        ({"name": "KeyboardAug", "aug_char_p": 3}, r"aug_char_p: got 3; expected a fraction, 0 to 1"),
        ({"name": "KeyboardAug", "aug_char_max": -1}, r"aug_char_max: got -1; expected a whole number"),
        ({"name": "KeyboardAug", "tokenizer": "x"}, "unknown field 'tokenizer'. The bridge sets it itself"),
        ({"name": "KeyboardAug", "lang": "xx"}, "got {'lang': 'xx'}: Only support"),
        ({"name": "RandomWordAug", "action": "insert"}, "has no action 'insert'"),
        ({"name": "RandomWordAug", "action": "bogus"}, "Action must be one of"),
        ({"name": "ReservedAug"}, "field 'reserved_tokens' is required"),
        ({"name": "TfIdfAug", "model_path": "nowhere"}, "No such file"),
        ({"name": "Sequential"}, "combining is our own: use `seq`"),
        ({"aug_p": 1}, "field 'name' is required"),
        ({"name": "SplitAug", "aug_p": 1, "arguments": {"aug_p": 1}}, "aug_p: stands in `arguments` and beside it"),
    ],
)
def test_wrong_names_and_arguments_are_errors(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        Nlpaug.from_fields(fields)


def test_two_models_are_two(files: Path, tmp_path: Path) -> None:
    from nlpaug.model.word_stats import TfIdf

    other = TfIdf()
    other.train([["one", "two"], ["two", "three"]])
    other.save(str(tmp_path))
    first, second = (Nlpaug(name="TfIdfAug", arguments={"model_path": str(path)}) for path in (files, tmp_path))
    assert "one" in second.inner.model.w2idf and "one" not in first.inner.model.w2idf


def test_ids_and_conflicts() -> None:
    assert Nlpaug(name="KeyboardAug").default_id("text/nlpaug") == "nlpaug/KeyboardAug"
    assert Nlpaug(name="RandomWordAug").conflict(frozenset({"text", "answer"}))
    assert Nlpaug(name="RandomWordAug", protect=("spans",)).conflict(frozenset({"text", "answer"})) is None
    assert Nlpaug(name="KeyboardAug").conflict(frozenset({"text", "answer"})) is None


def test_sentences() -> None:
    text = "It was 4.5 km. Really?!  Yes\nNew line. "
    assert [text[a:b] for a, b in sentences_of(text)] == ["It was 4.5 km.", "Really?!", "Yes", "New line."]


def test_it_is_imported_on_use_only() -> None:
    code = (
        "import sys, augkit; from augkit.plugins import catalogue; catalogue().load('transform', 'text/nlpaug');"
        "assert 'nlpaug' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
