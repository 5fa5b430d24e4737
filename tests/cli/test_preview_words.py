"""The preview of texts marks the words that changed, and says what each step did to which words."""

import re
from pathlib import Path

import pytest
from hypothesis import given

import augkit
from augkit.report.edited import changes, in_words, told
from augkit.report.palette import Palette
from augkit.report.texts import texts
from augkit.vocab.text import Edits, Spans, Text
from tests.cli.conftest import Run
from tests.core.edit_scripts import edited_texts

FOX = "The quick brown fox isn't lazy."
WORDS = [
    ([(5, 7, "iu")], "quick → qiuck"),
    ([(4, 10, "")], "− quick"),
    ([(4, 9, "fast"), (16, 19, "dog")], "quick → fast, fox → dog"),
    ([(9, 10, "")], "quick brown → quickbrown"),
    ([(10, 10, "very ")], "+ very"),
    ([(9, 9, "!")], "+ !"),
    (
        [(0, 1, "t"), (5, 6, ""), (11, 11, "x"), (17, 17, "o"), (26, 27, "L")],
        "The → the, quick → qick, brown → bxrown, …",
    ),
    ([], "no edits"),
]


@pytest.mark.parametrize(("edits", "words"), WORDS)
def test_edits_are_told_by_whole_words(edits: list[tuple[int, int, str]], words: str) -> None:
    said = in_words(FOX, edits)
    assert said == words or (words.endswith("…") and said.startswith(words[:-3]) and said.endswith("…"))


@given(edited_texts())
def test_what_is_marked_as_new_and_removed_makes_the_one_text_of_the_other(
    case: tuple[str, list[tuple[int, int]], Edits],
) -> None:
    before, _, edits = case
    after = edits.apply(before)
    rebuilt, at = "", 0
    for start, end, removed in changes(before, after):
        rebuilt += after[at:start] + removed
        at = end
    assert rebuilt + after[at:] == before


def test_new_words_are_marked_removed_ones_shown_before_them_and_spans_stay_coloured() -> None:
    moved = {"text": Text("The qiuck red fox"), "spans": Spans((10,), (17,), {"label": ["ANIMAL"]})}
    html = re.sub(r"<mark [^>]*>", "<mark>", texts(moved, Palette(), {"text": Text("The quick <b> fox")}))
    assert "<p>The <del>quick</del><ins>qiuck</ins> " in html
    assert "<del>&lt;b&gt;</del><mark><ins>red</ins></mark><mark> fox<small>ANIMAL</small></mark></p>" in html
    assert "<ins>" not in texts(moved, Palette()) and "<del>" not in texts(moved, Palette(), moved)


def test_each_step_is_told_in_the_words_that_it_met() -> None:
    steps = [{"case": {"to": "upper", "rate": 1}}, {"word_swap": {"rate": 1}}, {"char_delete": {"rate": 0.3}}]
    aug = augkit.load({"augkit": 1, "sample": {"text": "text"}, "steps": steps})
    _, trace = aug.traced(text=FOX, key="a")
    said = [(entry.id, words) for entry, words in told(aug.plan, {"text": Text(FOX)}, trace)]
    assert [name for name, _ in said] == [entry.id for entry in trace.entries]
    changed = dict(said)["text/char_delete"]
    assert changed is not None and changed.isupper() and "→" in changed, said


def test_a_page_of_texts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("text\n" + "\n".join(f"the quick brown fox number {n}" for n in range(5)))
    recipe = "augkit: 1\nsource: {manifest: t.csv}\nsample: {text: text}\nsteps: [{typo: {rate: 0.3}}]\n"
    (tmp_path / "r.yaml").write_text(recipe)
    assert run("preview", "r.yaml", "--samples", "1", "--draws", "2").exit_code == 0
    html = Path("preview.html").read_text(encoding="utf-8")
    original, drawn = html.split("<h3")[1], html.split("<h3")[3]
    assert "<ins>" in drawn and "<del>" in drawn and re.search(r"<b>typo</b> [^<]*\w+ → \w+", drawn)
    assert "<ins>" not in original and not re.search(r"\d+:\d+ → ", html)
