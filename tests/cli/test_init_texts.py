"""``augkit init`` on texts: recipes that check as they stand."""

import json
from pathlib import Path

import pytest

from augkit.recipe import read_recipe
from tests.cli.conftest import Run
from tests.plugins.text.test_sources import CONLL, CONLLU, squad


def reviews(count: int = 60) -> str:
    rows = [{"text": f"film number {n} was {'good' if n % 2 else 'bad'}", "label": n % 2} for n in range(count)]
    return "\n".join(map(json.dumps, rows))


@pytest.mark.parametrize(
    ("files", "source", "kinds", "command"),
    [
        (
            {"train.jsonl": reviews(), "test.jsonl": reviews(4)},
            "text_table",
            {"text": "text", "label": "label"},
            "train",
        ),
        ({"train.txt": CONLL}, "conll", {"text": "text", "tags": "tags"}, "train"),
        ({"de.conllu": CONLLU}, "conllu", {"text": "text", "tags": "tags"}, "train"),
        (
            {"dev.json": json.dumps(squad())},
            "squad",
            {"context": "text", "question": "text", "answer": "answer"},
            "preview",
        ),
        (
            {"train.de": "eins\n" * 5, "train.en": "one\n" * 5, "README.md": "x"},
            "parallel",
            {"en": "text", "de": "translation_of"},
            "train",
        ),
    ],
)
def test_layouts_of_texts(files: dict[str, str], source: str, kinds: dict[str, str], command: str, run: Run) -> None:
    Path("data").mkdir()
    for name, text in files.items():
        Path("data", name).write_text(text, encoding="utf-8")
    result = run("init", "data", "--yes")
    assert result.exit_code == 0, result.output
    text = Path("data.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# augkit {command} data.yaml\n") and len(text.splitlines()) <= 25
    recipe = read_recipe("data.yaml")
    assert recipe.source is not None and list(recipe.source.items) == [source]
    assert {name: field.kind for name, field in recipe.schema.fields.items()} == kinds
    checked = run("check", "data.yaml")
    assert checked.exit_code == 0, checked.output


def test_the_question_is_about_negation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("reviews.jsonl").write_text(reviews())
    result = run("init", "reviews.jsonl", "-o", "assumed.yaml", "--yes")
    assert "assumed: negation matters for label (0, 1)" in result.stderr
    assert read_recipe("assumed.yaml").schema.fields["label"].options.sensitive_to == ("polarity",)
    monkeypatch.setattr("augkit.cli.init._interactive", lambda: True)
    run("init", "reviews.jsonl", "-o", "no.yaml", input="n\n")
    assert read_recipe("no.yaml").schema.fields["label"].options.sensitive_to == ()


def test_tables_of_pictures_are_no_texts(run: Run) -> None:
    Path("labels.csv").write_text("image,label\na.png,cat\nb.png,dog\n")
    assert "no plugin knows these data" in run("init", "labels.csv", "--yes").output
