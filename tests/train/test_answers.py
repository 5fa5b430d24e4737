"""Question answering: a transformer built on the spot learns where answers stand, also in contexts of many windows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from augkit.errors import DataError, RecipeError
from augkit.train import fit, open_run
from augkit.train.progress import Progress
from augkit_text.tasks.squad_score import normalized, scores

transformers = pytest.importorskip("transformers", reason="transformers is an extra: text-models")

NAMES, COLOURS, PLACES = "anna ben cora dora".split(), "red green blue grey".split(), "rome oslo paris bonn".split()
WORDS = [
    *NAMES,
    *COLOURS,
    *PLACES,
    *"who what where colour of is it lives in a house near the big old tree and river .".split(),
]
ASKED = {"who": 0, "where": 1, "what colour": 2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers that knows these words."""
    folder = tmp_path_factory.mktemp("tiny")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *(chr(97 + n) for n in range(26))]
    pieces += [f"##{chr(97 + n)}" for n in range(26)]
    (folder / "vocab.txt").write_text("\n".join(dict.fromkeys(pieces)))
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(set(pieces)), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    torch.manual_seed(0)
    transformers.BertModel(config).save_pretrained(folder)
    return folder


def squad(path: Path, count: int = 48, unanswerable: bool = False, filler: int = 0) -> Path:
    """Who lives where, in a house of which colour; with ``filler`` a context of that many words more, after it."""
    paragraphs = []
    for number in range(count):
        facts = [NAMES[number % 4], PLACES[number // 4 % 4], COLOURS[number // 16 % 4 + (number % 3 == 0)]]
        context = f"{facts[0]} lives in a {facts[2]} house near {facts[1]} ." + " the big old tree and river" * filler
        qas = []
        for ask, which in ASKED.items():
            answers = [{"text": facts[which], "answer_start": context.index(facts[which])}]
            qas.append({"id": f"{number}-{which}", "question": f"{ask} is it", "answers": answers})
        if unanswerable:
            qas.append({"id": f"{number}-no", "question": "of the river", "answers": [], "is_impossible": True})
        paragraphs.append({"context": context, "qas": qas})
    path.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}))
    return path


def recipe(data: Path, tiny: Path, **train: Any) -> dict[str, Any]:
    defaults = {"task": "question_answering", "backbone": f"hf/{tiny}", "epochs": 8, "lr": 5e-3, "threads": 1}
    return {
        "augkit": 1,
        "seed": 1,
        "source": {"squad": str(data)},
        "sample": {"context": "text", "question": "text", "answer": {"answer": "context"}},
        "split": {"val": 0.25, "group": "context_id"},
        "steps": [{"word_delete": {"rate": 0.05, "on": ["context", "answer"], "protect": ["spans"]}}],
        "eval_steps": [],
        "loader": {"batch_size": 16},
        "train": defaults | {"schedule": "onecycle", "checks": "off", "report": "off"} | train,
    }


def quietly(given: Any, out: Path, **more: Any) -> Any:
    return fit(given, out, progress=Progress(silent=True), **more)


def test_answers_are_learnt_and_told(tiny: Path, tmp_path: Path) -> None:
    run = quietly(recipe(squad(tmp_path / "q.json"), tiny, checks="on", report="on"), tmp_path / "run")
    last = run.metrics["last"]
    assert last["val_exact_match"] > 0.9 and last["val_f1"] > 0.9 > 3 * run.metrics["context_f1"] > 0
    assert run.metrics["scores"] == ("f1", "exact_match") and run.metrics["nothing_f1"] == 0
    assert run.task.guessing(run.metrics).startswith("always telling the whole context: F1 0.2")
    trained = open_run(run.folder, "last")
    rows = [
        ("cora lives in a green house near bonn .", "where is it"),
        ("ben lives in a blue house near rome .", "who is it"),
    ]
    table = tmp_path / "t.jsonl"
    table.write_text("\n".join(json.dumps({"context": context, "question": asked}) for context, asked in rows))
    answers = [answer.told["answer"] for answer in trained.answers(trained.given_in([table]))]
    assert [answer["text"] for answer in answers] == ["bonn", "ben"]
    for (context, _), answer in zip(rows, answers, strict=True):
        assert context[answer["start"] : answer["end"]] == answer["text"] and 0.3 < answer["probability"] <= 1
    table.write_text(json.dumps({"context": rows[0][0]}))
    with pytest.raises(DataError, match=r"no column 'question'.*It has: context"):
        trained.given_in([table])
    (tmp_path / "l.txt").write_text("where is it\n")
    with pytest.raises(DataError, match="is no table; expected one with the columns 'context' and 'question'"):
        trained.given_in([tmp_path / "l.txt"])


def test_questions_without_an_answer_in_contexts_of_many_windows(tiny: Path, tmp_path: Path) -> None:
    """Of a context of 70 words, one window of 32 holds the answer; in the others none is told."""
    data = squad(tmp_path / "q.json", 24, unanswerable=True, filler=10)
    run = quietly(recipe(data, tiny, max_length=32, overlap=8, epochs=14), tmp_path / "run")
    assert run.metrics["last"]["val_exact_match"] > 0.9 > 0.3 > run.metrics["nothing_f1"] == 0.25
    trained = open_run(run.folder, "last")
    assert bool(trained.model.unanswered)
    table = tmp_path / "t.jsonl"
    context = "the big old tree and river " * 12 + "cora lives in a green house near bonn ."
    rows = [{"context": context, "question": "where is it"}, {"context": context, "question": "of the river"}]
    table.write_text("\n".join(map(json.dumps, [*rows, {"context": "", "question": "who is it"}])))
    told = [answer.told["answer"] for answer in trained.answers(trained.given_in([table]))]
    assert told[0]["text"] == "bonn" and told[0]["start"] == context.index("bonn") and told[1] is None is told[2]


@pytest.mark.parametrize(
    ("train", "complaint"),
    [
        ({"overlap": 200}, r"overlap: 200 subwords of a window of 256.*at most 120"),
        ({"label_smoothing": 0.1}, "label_smoothing: would ask for answers at every place"),
        ({"transfer": {"stages": [1]}}, "answers are read from the last layer"),
        ({"transfer": "auto"}, "transfer: auto is measured on one class"),
        ({"question": "questoin"}, r"question: unknown field 'questoin'. Did you mean 'question'\?"),
        ({"question": "answer"}, "field 'answer' is of kind 'answer'; question_answering needs one of kind 'text'"),
        ({"question": "context", "input": "question"}, "but 'answer' are answers in 'context'; say input: context"),
        (
            {"max_length": 16, "overlap": 0, "longer": 1},
            r"max_length: the question of 7-0 has 9 subwords, .*: 18 or more",
        ),
    ],
)
def test_what_cannot_be_trained_is_told(train: Any, complaint: str, tiny: Path, tmp_path: Path) -> None:
    data = squad(tmp_path / "q.json", 8)
    if train.pop("longer", None):
        data.write_text(data.read_text().replace("who is it", "who is it of the old house and river"))
    with pytest.raises(RecipeError, match=complaint):
        quietly(recipe(data, tiny, **train), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_training_split_without_answers_is_refused(tiny: Path, tmp_path: Path) -> None:
    path = squad(tmp_path / "q.json", 8, unanswerable=True)
    whole = json.loads(path.read_text())
    for paragraph in whole["data"][0]["paragraphs"]:
        paragraph["qas"] = [one for one in paragraph["qas"] if one.get("is_impossible")]
    path.write_text(json.dumps(whole))
    with pytest.raises(DataError, match="no question of the training split has an answer"):
        quietly(recipe(path, tiny), tmp_path / "run")


def test_every_subword_of_a_context_is_in_some_window(tiny: Path) -> None:
    from augkit_text.tasks.encoder import Encoder, load
    from augkit_text.tasks.windows import windows_of

    encoder = Encoder(*load(f"hf/{tiny}", "AutoModel"), 24)
    context = " ".join(WORDS * 3)
    windows = windows_of(encoder, ["who is it", "where"], [context, "in rome"], 6)
    assert windows.samples.count(1) == 1 and windows.samples.count(0) > 5
    covered = {
        place for sample, row in zip(windows.samples, windows.offsets, strict=True) if sample == 0 for place in row
    }
    assert {(a, b) for a, b in covered if a < b} == {
        (at, at + len(word)) for word, at in zip(context.split(), _starts(context), strict=True)
    }
    shared = set(windows.offsets[0]) & set(windows.offsets[1]) - {(0, 0)}
    assert len(shared) == 6 and windows.first.tolist() == [0] * len(windows.samples)


def _starts(text: str) -> list[int]:
    return [0, *(at + 1 for at, letter in enumerate(text) if letter == " ")]


def test_scores_are_squads(tmp_path: Path) -> None:
    """An oracle: torchmetrics' SQuAD, over answers with articles, marks, capitals and several words."""
    metrics = pytest.importorskip("torchmetrics.text", reason="torchmetrics is an extra: train")
    pairs = [
        ("The Normans!", ["Normans", "the old Normans"]),
        ("in  Rome, Italy", ["Rome", "Rome Italy"]),
        ("a cat", ["the dog"]),
        ("10th century", ["in the 10th and 11th century"]),
        ("an apple an apple", ["apple pie apple"]),
        ("", ["something"]),
    ]
    for told, wanted in pairs:
        squad = metrics.SQuAD()
        answers = {"answer_start": [0] * len(wanted), "text": wanted}
        theirs = squad([{"prediction_text": told, "id": "q"}], [{"answers": answers, "id": "q"}])
        exact, f1 = scores(told, wanted)
        assert (100 * exact, pytest.approx(100 * f1)) == (float(theirs["exact_match"]), float(theirs["f1"]))
    assert normalized("The  Cat, a “dog”") == "cat “dog”"
    assert scores("", []) == (1, 1) and scores("x", []) == (0, 0)
    assert scores("the", []) == (1, 1)  # nothing is left of it, as SQuAD's own script has it
