"""Tables as other programs write them: semicolons, tabs, letters that are no UTF-8."""

from __future__ import annotations

from pathlib import Path

import pytest

from augkit.data.dialect import dialect_of
from augkit.data.source import open_source
from augkit.data.table import read_table
from augkit.errors import DataError, FieldError

ROWS = [["text", "label"], ["Ein, zwei Wörter", "Käse"], ["Drei", "Brot"]]


def written(folder: Path, delimiter: str, encoding: str = "utf-8", name: str = "t.csv") -> Path:
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in ROWS]
    (folder / name).write_text("\n".join(lines), encoding=encoding)
    return folder / name


DIALECTS = [(";", "utf-8", {}), ("\t", "cp1252", {"encoding": "cp1252"}), ("|", "utf-16", {"encoding": "utf-16"})]


@pytest.mark.parametrize(("delimiter", "encoding", "also"), DIALECTS)
def test_what_is_found_reads_the_table_and_its_absence_is_told(
    tmp_path: Path, delimiter: str, encoding: str, also: dict[str, str]
) -> None:
    file = written(tmp_path, delimiter, encoding)
    told = dialect_of(file)
    assert told == {"delimiter": delimiter, **also}
    assert read_table(file, **told).columns == {"text": ["Ein, zwei Wörter", "Drei"], "label": ["Käse", "Brot"]}
    spelled = '"\\t"' if delimiter == "\t" else f"'{delimiter}'"
    with pytest.raises(DataError) as complaint:
        read_table(file, encoding=also.get("encoding"))
    assert str(complaint.value).endswith(
        f"Its cells look separated by {spelled}: a source takes `delimiter: {spelled}`."
    )


@pytest.mark.parametrize(("encoding", "told"), [("cp1252", "cp1252"), ("utf-16", "utf-16"), ("latin-1", "cp1252")])
def test_another_encoding_is_told_by_name(tmp_path: Path, encoding: str, told: str) -> None:
    with pytest.raises(DataError, match=rf"is not written in UTF-8\. {told} would read it: .*`encoding: {told}`"):
        read_table(written(tmp_path, ",", encoding))


def test_usual_tables_need_nothing_and_a_column_of_texts_may_hold_semicolons(tmp_path: Path) -> None:
    assert dialect_of(written(tmp_path, ",")) == {}
    assert dialect_of(written(tmp_path, ",", "utf-8-sig")) == {}
    assert dialect_of(written(tmp_path, "\t", name="t.tsv")) == {}
    (tmp_path / "one.csv").write_text("text\na; b\nc\n")
    assert dialect_of(tmp_path / "one.csv") == {}
    assert read_table(tmp_path / "one.csv").columns == {"text": ["a; b", "c"]}
    (tmp_path / "two.csv").write_text("text;more\na;b\n")
    assert read_table(tmp_path / "two.csv", ",").columns == {"text;more": ["a;b"]}


def test_a_long_table_is_judged_by_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("text;label\n" + "".join(f"ein Wört Nr. {n};b\n" for n in range(20_000)), encoding="utf-16")
    assert dialect_of(file) == {"delimiter": ";", "encoding": "utf-16"}


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"delimiter": ";;"}, "delimiter: got ';;'; expected one letter"),
        ({"encoding": "utf-9"}, "encoding: there is no 'utf-9'"),
    ],
)
def test_what_is_no_delimiter_or_encoding_is_refused(tmp_path: Path, fields: dict[str, str], complaint: str) -> None:
    with pytest.raises(FieldError, match=f"^manifest: {complaint}"):
        open_source({"manifest": {"file": str(written(tmp_path, ",")), **fields}})


def test_json_has_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    with pytest.raises(FieldError, match=r"encoding: t\.jsonl is no text table of cells"):
        open_source({"manifest": {"file": str(tmp_path / "t.jsonl"), "encoding": "cp1252"}})
