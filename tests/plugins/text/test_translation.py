"""``task: translation``: scores, what padding and what comes later may change (nothing), runs, answers, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given as over
from hypothesis import strategies

from augkit.data.source import open_source
from augkit.errors import FieldError, MissingDependency, RecipeError
from augkit.recipe import read_recipe
from augkit.train import Run, open_run
from augkit.train.given import given_in
from augkit.train.task import task_of
from augkit_text.subwords import IGNORED
from augkit_text.tasks.chrf import chrf
from augkit_text.tasks.transformer import Transformer
from augkit_text.tasks.vocabulary import END, FIRST, UNKNOWN, Vocabulary, split, units_of
from tests.train.conftest import quietly
from tests.train.test_resume import killed_in, same


def recipe(count: int = 100, below: int = 100, **train: Any) -> dict[str, Any]:
    """Small numbers in words."""
    return {
        "augkit": 1,
        "seed": 3,
        "source": {"demo": {"name": "numbers", "count": count, "below": below}},
        "sample": {"text": "text", "digits": {"translation_of": "text"}},
        "split": {"val": 0.2},
        "steps": [{"typo": {"rate": 0.02}}],
        "eval_steps": [],
        "loader": {"batch_size": 16},
        "train": {"task": "translation", "epochs": 2, "width": 32, "heads": 2, "layers": 1, "threads": 1}
        | {"lr": 5e-3, "schedule": "onecycle", "max_length": 40, "report": "off"}
        | train,
    }


def test_chrf_is_sacrebleus() -> None:
    sacrebleu = pytest.importorskip("sacrebleu", reason="sacrebleu is the oracle")
    rng = np.random.default_rng(0)
    words = "a the cat Cat sat on mat. mat? ein Hund 1987-03-03 é x".split()
    cases = [([""], ["a"]), (["a"], [""]), (["ab"], ["ab"]), (["abcdefg"], ["abcdefg hij"]), (["a b"], ["b a"])]
    for _ in range(40):
        count = int(rng.integers(1, 6))
        cases.append(tuple([" ".join(rng.choice(words, rng.integers(0, 9))) for _ in range(count)] for _ in "ab"))
    for told, wanted in cases:
        want = sacrebleu.corpus_chrf(list(told), [list(wanted)]).score / 100
        assert chrf(told, wanted) == pytest.approx(want, abs=1e-6), (told, wanted)


@over(strategies.text(max_size=30), strategies.sampled_from(["characters", "words"]))
def test_a_text_is_its_units_joined_and_its_numbers_told_back(text: str, units: Any) -> None:
    assert "".join(split(text, units)) == text
    vocabulary = Vocabulary(tuple(units_of([text], units)), units)
    numbers = vocabulary.numbers(text)
    assert vocabulary.text([*numbers, END, FIRST]) == text and UNKNOWN not in numbers


def test_words_are_words_marks_and_spaces() -> None:
    assert split("Ada's cat,  8 kg", "words") == ["Ada", "'", "s", " ", "cat", ",", "  ", "8", " ", "kg"]
    known = Vocabulary(("a", "b"), "characters")
    assert known.numbers("abz") == [FIRST, FIRST + 1, UNKNOWN] and known.text([FIRST, UNKNOWN, FIRST + 1]) == "ab"


def network(longest: int = 20) -> Transformer:
    torch.manual_seed(0)
    return Transformer(Vocabulary(tuple("abcdefgh "), "characters"), 16, 2, 2, longest).eval()


def test_what_is_beside_in_the_batch_changes_nothing() -> None:
    net = network()
    with torch.inference_mode():
        alone, target = net.compare(["abc"], ["hg"])
        beside, targets = net.compare(["abc", "abc def gh"], ["hg", "abcdefgh"])
    torch.testing.assert_close(beside[0, :3], alone[0], atol=1e-5, rtol=1e-5)
    assert targets[0, :3].tolist() == target[0].tolist() == [*net.vocabulary.numbers("hg"), END]
    assert (targets[0, 3:] == IGNORED).all()
    assert net.translate(["abc", "abc def gh"])[0] == net.translate(["abc"])[0]


def test_no_unit_sees_what_comes_after_it() -> None:
    net = network()
    with torch.inference_mode():
        first, second = (net.compare(["abc"], [wanted])[0] for wanted in ("abcd", "abhh"))
    torch.testing.assert_close(first[0, :3], second[0, :3])
    assert not torch.allclose(first[0, 3], second[0, 3])


def test_what_is_told_is_the_likeliest_unit_at_every_place() -> None:
    net = network(longest=6)
    [told] = net.translate(["bad"])
    with torch.inference_mode():
        logits, _ = net.compare(["bad"], [told])
    assert len(told) <= 6
    likeliest = logits[0, :, END:].argmax(-1) + END
    likeliest[likeliest == UNKNOWN] = -1
    assert net.vocabulary.text(likeliest.tolist()[: len(told)]) == told


def test_units_that_training_never_saw_are_read_as_one_and_never_told() -> None:
    net = network()
    with torch.inference_mode():
        one, other = (net.compare([text], ["a"])[0] for text in ("a?", "a!"))
        _, target = net.compare(["a"], ["a?b"])
    torch.testing.assert_close(one, other)
    assert target.tolist() == [[FIRST, IGNORED, FIRST + 1, END]]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return quietly(recipe(epochs=40), tmp_path_factory.mktemp("translation") / "run")


def test_learns_to_translate_and_writes_what_the_scores_are(learnt: Run) -> None:
    metrics = json.loads((learnt.folder / "metrics.json").read_text())
    assert metrics["task"] == "translation" and metrics["scores"] == ["chrf", "exact_match", "token_accuracy"]
    assert set("0123456789-efghinortuvwxy") <= set(metrics["classes"])
    last = metrics["last"]
    assert {name for name in last if name.startswith("clean_")} == {"clean_loss", "clean_token_accuracy"}
    assert last["val_chrf"] > 0.6 > 2 * metrics["commonest_chrf"] and metrics["copy_chrf"] == 0
    assert last["val_exact_match"] > 0.5 and "per_class" not in last
    assert learnt.task.guessing(metrics).startswith("copying the text: 0.000, always telling the commonest")


def test_a_run_translates_lines(learnt: Run, tmp_path: Path) -> None:
    trained = open_run(learnt.folder)
    (tmp_path / "lines.txt").write_text("forty-two\n\nninety\n", encoding="utf-8")
    given = given_in([tmp_path / "lines.txt"], trained.schema.fields["text"])
    for tta in (0, 4):
        answers = list(trained.answers(given, tta=tta))
        assert [answer.key.rpartition(":")[2] for answer in answers] == ["1", "3"]
        assert all(answer.told["text"].isdigit() for answer in answers)
    assert trained.model.told(["42", "43", "43"]) == {"text": "43"}
    assert trained.model.told(["42", "43"]) == {"text": "42"}


def test_a_resumed_run_ends_as_if_it_had_never_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = recipe(40, dropout=0.2, epochs=3, units="words")
    whole = quietly(given, tmp_path / "whole")
    killed_in(1, monkeypatch, given, tmp_path / "resumed")
    assert same(whole, quietly(given, tmp_path / "resumed", resume=True))


def test_a_transformer_of_transformers_learns_and_answers(tmp_path: Path) -> None:
    pytest.importorskip("transformers", reason="transformers is an extra: text-models")
    from augkit_text.tasks.tiny import sequence_model

    rows = [{"text": f"the {a} {b}", "said": f"{b} {a}"} for a in ("big", "red", "old") for b in ("cat", "dog", "city")]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows * 3)))
    own = {"width": None, "heads": None, "layers": None}
    given = recipe(backbone=f"hf/{sequence_model()}", epochs=6, lr=0.03, **own)
    given["train"] = {name: value for name, value in given["train"].items() if value is not None}
    given |= {"source": {"text_table": str(tmp_path / "t.jsonl")}, "steps": []}
    given["sample"] = {"text": "text", "said": {"translation_of": "text"}}
    run = quietly(given, tmp_path / "run")
    losses = [row["train_loss"] for row in run.metrics["epochs"]]
    assert losses[-1] < 0.6 * losses[0] and run.metrics["classes"] == []
    trained = open_run(run.folder)
    answers = trained.answers(given_in([tmp_path / "t.jsonl"], trained.schema.fields["text"]))
    assert all(isinstance(answer.told["text"], str) for answer in answers)


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ({"width": 30, "heads": 4}, "heads: 30 numbers for each unit are not twice a multiple of 4 heads"),
        ({"units": "letters"}, "units"),
        ({"backbone": "hf/some/folder"}, "width: is of our own network, and backbone names another"),
        ({"task": "translations"}, "Did you mean 'translation'"),
        ({"target": "text"}, "field 'text' is of kind 'text'; translation needs one of kind 'translation_of'"),
        ({"monitor": "val_bleu"}, "monitor"),
    ],
)
def test_what_cannot_be_trained_is_refused_at_its_place(train: Any, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=complaint):
        quietly(recipe(**train), tmp_path / "run")


@pytest.mark.parametrize(
    ("backbone", "complaint"),
    [("pkg/minilm", "expected hf/<folder> of a transformer"), ("hf/no/such/folder", "there is no folder")],
)
def test_backbones_that_are_not_there_are_told(backbone: str, complaint: str, tmp_path: Path) -> None:
    given = recipe()
    given["train"] = {"task": "translation", "backbone": backbone}
    with pytest.raises((RecipeError, MissingDependency), match=complaint):
        quietly(given, tmp_path / "run")


def test_the_demo_is_numbers_in_words_and_begins_alike_whatever_the_count() -> None:
    few, many = (open_source({"demo": {"name": "numbers", "count": count}}) for count in (20, 300))
    assert list(many.keys[:20]) == list(few.keys) and len(set(many.keys)) == 300
    made = open_source({"demo": {"name": "numbers", "count": 200, "below": 200}})
    assert made.load("numbers/105") == {"text": "one hundred and five", "digits": "105"}
    with pytest.raises(FieldError, match="there are 5 numbers below 5, got 6"):
        open_source({"demo": {"name": "numbers", "count": 6, "below": 5}})


def test_the_shipped_recipe_reads_and_is_of_this_task() -> None:
    read = read_recipe(Path(__file__).parents[3] / "recipes" / "translation.yaml")
    assert task_of(read.train).scores[0] == "chrf"


@pytest.mark.long
def test_the_shipped_recipe_learns_more_than_its_floor(tmp_path: Path) -> None:
    last = quietly(Path(__file__).parents[3] / "recipes" / "translation.yaml", tmp_path / "run").metrics["last"]
    assert last["val_exact_match"] > 0.9
