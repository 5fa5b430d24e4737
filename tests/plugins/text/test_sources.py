"""Sources of texts: what they read, and what they say of files that are wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import augkit
from augkit.data import open_source
from augkit.errors import FieldError
from augkit_text.conll import Conll
from tests.plugins.text.visited import visited

CONLL = """-DOCSTART- -X- O O

EU NNP I-NP I-ORG
rejects VBZ I-VP O
German JJ I-NP I-MISC
lamb NN I-NP O
. . O O

Peter NNP I-NP I-PER
Blackburn NNP I-NP I-PER

-DOCSTART- -X- O O

BRUSSELS NNP I-NP I-LOC
Bonn NNP I-NP B-LOC
"""


CONLLU = """# newdoc id = d1
# sent_id = s1
# text = Er geht zum See.
1\tEr\ter\tPRON\tPPER\t_\t2\tnsubj\t_\t_
2\tgeht\tgehen\tVERB\tVVFIN\t_\t0\troot\t_\t_
3-4\tzum\t_\t_\t_\t_\t_\t_\t_\t_
3\tzu\tzu\tADP\tAPPR\t_\t5\tcase\t_\t_
4\tdem\tder\tDET\tART\t_\t5\tdet\t_\t_
5\tSee\tSee\tNOUN\tNN\t_\t2\tobl\t_\tSpaceAfter=No
5.1\tgeht\tgehen\tVERB\t_\t_\t_\t_\t_\t_
6\t.\t.\tPUNCT\t$.\t_\t2\tpunct\t_\t_

1\tJa\tja\tINTJ\t_\t_\t0\troot\t_\tSpaceAfter=No
2\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_
"""


CONTEXT = "Größe zählt. The Normans came from Normandy in France."


def squad(**changed: Any) -> dict[str, Any]:
    answer = {"text": "France", "answer_start": CONTEXT.index("France")}
    first = {"id": "q1", "question": "Where is Normandy?", "answers": [answer]} | changed
    second = {"id": "q2", "question": "Who came from Mars?", "answers": [], "is_impossible": True}
    plausible = second | {"plausible_answers": [{"text": "The Normans", "answer_start": 13}]}
    return {
        "version": "v2.0",
        "data": [{"title": "Normans", "paragraphs": [{"context": CONTEXT, "qas": [first, plausible]}]}],
    }


def opened(path: Path, text: str, source: str, **fields: Any) -> Any:
    path.write_text(text, encoding="utf-8")
    return open_source({source: {"file": path.name, **fields}}, path.parent)


def test_conll_of_2003_becomes_bio(tmp_path: Path) -> None:
    source = opened(tmp_path / "train.txt", CONLL, "conll")
    assert source.keys == ["3", "9", "14"]
    assert source.load("3")["text"] == "EU rejects German lamb ."
    assert source.load("3")["tags"]["tags"] == ["B-ORG", "O", "B-MISC", "O", "O"]
    assert source.load("9")["tags"]["tags"] == ["B-PER", "I-PER"]
    assert source.load("14")["tags"]["tags"] == ["B-LOC", "B-LOC"]  # two places that touch
    assert [source.meta(key)["document"] for key in source.keys] == [1, 1, 2]
    assert source.place("9") == f"{tmp_path / 'train.txt'}:9"


def test_conll_gives_several_columns_of_tags(tmp_path: Path) -> None:
    source = opened(tmp_path / "a.conll", CONLL, "conll", tags={"ner": 3, "pos": 1})
    assert source.fields == {
        "text": "text",
        "ner": {"tags": {"of": "text"}},
        "pos": {"tags": {"of": "text", "scheme": "plain"}},
    }
    assert source.load("9")["pos"] == {"tokens": ["Peter", "Blackburn"], "tags": ["NNP", "NNP"]}
    [first, *_] = visited(
        {"conll": {"file": str(tmp_path / "a.conll"), "tags": {"ner": 3, "pos": 1}}}, source.fields, tmp_path
    )
    assert first["ner"].tokens == ["EU", "rejects", "German", "lamb", "."]


@pytest.mark.parametrize(
    ("text", "fields", "complaint"),
    [
        ("EU B-ORG\nalone\n", {}, r"a.conll:2: 'alone' has 1 columns \(whitespace between\), and at least 2"),
        ("EU B-ORG\n", {"tags": 5}, r"a.conll:1: .*at least 6 are needed.*`tags: -1`"),
        ("a I-X\nb B-X\n\nc B-Y\nd I-X\n", {"scheme": "bio"}, r"a.conll:1: tags: tags: number 0, 'I-X', cannot follow"),
        ("\n\n", {}, "has no sentence"),
    ],
)
def test_conll_files_that_are_wrong(text: str, fields: Any, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        opened(tmp_path / "a.conll", text, "conll", **fields)


def test_a_treebank_keeps_its_text(tmp_path: Path) -> None:
    source = opened(tmp_path / "de.conllu", CONLLU, "conllu")
    assert source.keys == ["s1", "13"] and source.meta("13") == {"document": "d1"}
    assert source.load("s1") == {
        "text": "Er geht zum See.",
        "tags": {"tokens": ["Er", "geht", "zum", "See", "."], "tags": ["PRON", "VERB", "ADP+DET", "NOUN", "PUNCT"]},
    }
    assert source.load("13")["text"] == "Ja!"
    first, _ = visited({"conllu": str(tmp_path / "de.conllu")}, source.fields, tmp_path)
    assert first["tags"].starts == (0, 3, 8, 12, 15)
    other = opened(tmp_path / "de.conllu", CONLLU, "conllu", tags="deprel")
    assert other.load("s1")["tags"]["tags"] == ["nsubj", "root", "case+det", "obl", "punct"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("2\tgeht\t", "2 geht\t", r"de.conllu:5: has 9 columns .* `conll`"),
        ("# text = Er geht", "# text = Sie geht", r"de.conllu:1: `# text` says 'Sie geht zum See.', but the forms say"),
        ("6\t.\t.", "x\t.\t.", r"de.conllu:11: the id 'x'"),
        ("\n1\tJa", "\n# sent_id = s1\n1\tJa", r"de.conllu:13: the sent_id 's1' is that of line 1"),
    ],
)
def test_treebanks_that_are_wrong(old: str, new: str, complaint: str, tmp_path: Path) -> None:
    assert old in CONLLU
    with pytest.raises(augkit.DataError, match=complaint):
        opened(tmp_path / "de.conllu", CONLLU.replace(old, new), "conllu")


def test_squad_with_and_without_answers(tmp_path: Path) -> None:
    source = opened(tmp_path / "dev.json", json.dumps(squad()), "squad")
    assert source.keys == ["q1", "q2"]
    answer = source.load("q1")["answer"]
    assert CONTEXT[answer["answer_start"][0] :].startswith("France") and answer["text"] == ["France"]
    assert source.load("q2")["answer"] == {"text": [], "answer_start": []}
    assert source.meta("q2") == {"title": "Normans", "context_id": 0, "answerable": False}
    assert open_source({"squad": {"file": "dev.json", "unanswerable": "skip"}}, tmp_path).keys == ["q1"]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        (
            {"answers": [{"text": "France", "answer_start": 3}]},
            r"dev.json: data\[0\].paragraphs\[0\].qas\[0\].answers\[0\]: .*It stands at 47",
        ),
        ({"answers": []}, r'qas\[0\]: has no answers; .*"is_impossible": true'),
        ({"answers": [{"text": "Rome"}]}, r"answers\[0\]: 'answer_start' is missing; expected a whole number"),
        ({"is_impossible": True}, r"is_impossible is true, yet there are 1 answers"),
        ({"id": "q2"}, r"the id 'q2' is that of data\[0\].paragraphs\[0\].qas\[0\]"),
        ({"question": 5}, r"'question' is 5; expected str"),
    ],
)
def test_squads_that_are_wrong(changed: Any, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        opened(tmp_path / "dev.json", json.dumps(squad(**changed)), "squad")


def test_json_that_is_no_squad(tmp_path: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"dev.json: line 2: is no JSON"):
        opened(tmp_path / "dev.json", '{"data":\n oops}', "squad")
    with pytest.raises(augkit.DataError, match=r"is no SQuAD: .*got images"):
        opened(tmp_path / "dev.json", '{"images": []}', "squad")


def pair(folder: Path, en: str, de: str, **fields: Any) -> Any:
    (folder / "t.en").write_bytes(en.encode())
    (folder / "t.de").write_bytes(de.encode())
    return open_source({"parallel": {"files": {"en": "t.en", "de": "t.de"}, **fields}}, folder)


def test_parallel_lines_end_where_files_say_so(tmp_path: Path) -> None:
    source = pair(tmp_path, "one\r\ntwo\u2028still two\n\nfour", "eins\nzwei\n\nvier\n")
    assert source.keys == ["1", "2", "4"]
    assert source.load("1") == {"en": "one", "de": "eins"}
    assert source.load("2")["en"] == "two\u2028still two" and source.load("4")["de"] == "vier"
    assert source.fields == {"en": "text", "de": {"translation_of": {"of": "en"}}}


def test_parallel_files_that_do_not_agree(tmp_path: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"t.de:1: ends here, but .*t.en has 2 lines"):
        pair(tmp_path, "one\ntwo\n", "eins\n")
    with pytest.raises(augkit.DataError, match=r"t.de:2: is empty, but line 2 of .*t.en is not; for `empty: skip`"):
        pair(tmp_path, "one\ntwo\n", "eins\n\n")
    assert pair(tmp_path, "one\ntwo\n", "eins\n\n", empty="skip").keys == ["1"]
    (tmp_path / "bad").write_bytes(b"good\nb\xff\n")
    with pytest.raises(augkit.DataError, match=r"bad:\d+: is no UTF-8"):
        open_source({"parallel": {"files": {"en": "t.en", "de": "bad"}}}, tmp_path)


@pytest.mark.parametrize("source", ["conll", "conllu", "squad", "text_table"])
def test_a_file_that_is_not_there_is_told_with_what_is_beside_it(source: str, tmp_path: Path) -> None:
    (tmp_path / "train.file").touch()
    with pytest.raises(augkit.FieldError, match=r"file: there is no file .*trian.file. Did you mean 'train.file'\?"):
        open_source({source: "trian.file"}, tmp_path)


def test_answers_and_translations_reach_the_pipeline(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text(json.dumps(squad()), encoding="utf-8")
    first, second = visited(
        {"squad": str(tmp_path / "dev.json")}, open_source({"squad": str(tmp_path / "dev.json")}).fields, tmp_path
    )
    assert [CONTEXT[start:end] for start, end in first["answer"].ranges()] == ["France"]
    assert len(second["answer"]) == 0
    pair(tmp_path, "one\n", "eins\n")
    files = {name: str(tmp_path / f"t.{name}") for name in ("en", "de")}
    [only] = visited({"parallel": {"files": files}}, {"en": "text", "de": {"translation_of": "en"}}, tmp_path)
    assert only["de"].string == "eins"


@pytest.mark.parametrize("column", [[0, 1], "ner", None, True, 1.5])
def test_a_column_of_tags_that_is_no_number_is_refused(column, tmp_path):
    (tmp_path / "c.conll").write_text("Ada B-PER\n", encoding="utf-8")
    with pytest.raises(FieldError, match=r"tags: ner: got .*; expected the number of a column"):
        Conll.from_fields({"file": "c.conll", "tags": {"ner": column}}, tmp_path)
