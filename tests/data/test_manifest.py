"""The source ``manifest``: tables whose rows are samples."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

import augkit
from augkit.data import open_recipe, open_source
from augkit.data.table import read_table
from tests.data.conftest import noise, write_image

ROWS = [
    {"path": "img/a.png", "digit": 3, "patient": "p1", "boxes": [[1, 2, 5, 6]], "weight": 1.5},
    {"path": "img/b.png", "digit": 7, "patient": "p1", "boxes": [], "weight": 2.0},
    {"path": "img/c.png", "digit": 3, "patient": "p2", "boxes": [[0, 0, 4, 4], [2, 2, 9, 9]], "weight": 0.25},
]
COLUMNS = {"image": "path", "digit": "digit", "found": "boxes", "weight": "weight"}
SAMPLE = {"image": "image", "digit": "label", "found": "boxes", "weight": "value"}


def write_table(folder: Path, suffix: str, rows: list[dict[str, Any]] = ROWS) -> Path:
    path = folder / f"labels{suffix}"
    if suffix == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    else:
        mark = "\t" if suffix == ".tsv" else ","
        lines = [mark.join(rows[0])]
        for row in rows:
            cells = [json.dumps(cell) if isinstance(cell, list) else str(cell) for cell in row.values()]
            lines.append(mark.join('"' + cell.replace('"', '""') + '"' for cell in cells))
        path.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for number, name in enumerate("abc"):
        write_image(tmp_path / "img" / f"{name}.png", noise(number))
    return tmp_path


def given(file: str, **changed: Any) -> dict[str, Any]:
    return {
        "augkit": 1,
        "source": {"manifest": {"file": file, "columns": COLUMNS}},
        "sample": SAMPLE,
        "steps": ["hflip"],
        "eval_steps": [],
        "split": {"val": 0},
        "loader": {"batch_size": 3, "shuffle": False},
    } | changed


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_format_gives_the_same_samples(data: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(data, suffix)
    monkeypatch.chdir(data)
    [batch] = augkit.loader(given(f"labels{suffix}"))
    assert batch["key"] == ["img/a.png", "img/b.png", "img/c.png"]
    assert np.array_equal(batch["image"][0].numpy(), np.moveaxis(noise(0)[:, ::-1], 2, 0))
    assert batch["digit"].tolist() == [3, 7, 3] and batch["digit"].dtype.is_floating_point is False
    assert batch["weight"].tolist() == [1.5, 2.0, 0.25]
    assert [boxes["xyxy"].tolist() for boxes in batch["found"]] == [
        [[5, 2, 9, 6]],
        [],
        [[6, 0, 10, 4], [1, 2, 8, 9]],
    ]


def test_all_columns_are_metadata_and_may_group_the_split(data: Path) -> None:
    write_table(data, ".csv")
    opened = open_recipe(given(str(data / "labels.csv"), split={"val": 0.4, "group": "patient"}))
    assert opened.source.meta("img/c.png")["patient"] == "p2"
    assert [set(opened.splits[part]) for part in ("train", "val")] in (
        [{"img/a.png", "img/b.png"}, {"img/c.png"}],
        [{"img/c.png"}, {"img/a.png", "img/b.png"}],
    )


def test_only_may_ask_for_a_column(data: Path) -> None:
    write_table(data, ".csv")
    steps = [{"hflip": {"only": {"patient": ["p2"]}}}]
    made = open_recipe(given(str(data / "labels.csv"), steps=steps)).dataset()
    assert [len(made.traced(index)[1].steps) for index in range(3)] == [0, 0, 1]


def test_cells_stay_as_written_unless_the_whole_column_is_plain_numbers(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("whole,code,real,mixed,gap,odd\n1,007,1.5,3,4,nan\n-2,12,2,x,,1\n")
    assert read_table(path).columns == {
        "whole": [1, -2],
        "code": ["007", "12"],
        "real": [1.5, 2.0],
        "mixed": ["3", "x"],
        "gap": [4, None],
        "odd": ["nan", "1"],
    }


def test_without_columns_every_column_is_a_field(data: Path) -> None:
    write_table(data, ".csv")
    source = open_source({"manifest": "labels.csv"}, data)
    assert source.fields == {
        "path": "label",
        "digit": "label",
        "patient": "label",
        "boxes": "boxes",
        "weight": "value",
    }
    assert source.keys == ["2", "3", "4"]


def test_root_and_key_can_be_named(data: Path) -> None:
    write_table(data, ".csv", [{"name": "x", "file": "a.png"}, {"name": "y", "file": "b.png"}])
    source = open_source(
        {"manifest": {"file": "labels.csv", "columns": {"image": "file"}, "key": "name", "root": "img"}}, data
    )
    assert source.keys == ["x", "y"]
    made = open_recipe(
        given(
            "labels.csv",
            source={
                "manifest": {
                    "file": str(data / "labels.csv"),
                    "columns": {"image": "file"},
                    "key": "name",
                    "root": str(data / "img"),
                }
            },
            sample={"image": "image"},
        )
    ).dataset()
    assert made[0].targets["image"].pixels.shape == (12, 10, 3)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"file": "lables.csv"}, "there is no file"),
        ({"columns": {"image": "pth"}}, r"names the column 'pth'.*Did you mean 'path'\?"),
        ({"key": "patients"}, r"Did you mean 'patient'\?"),
        ({"colums": {}}, r"unknown field 'colums'. Did you mean 'columns'\?"),
        ({"root": "nowhere"}, "there is no folder"),
        ({"columns": {"image": 3}}, "expected a text"),
    ],
)
def test_wrong_fields_are_refused_with_what_was_meant(data: Path, fields: dict[str, Any], complaint: str) -> None:
    write_table(data, ".csv")
    with pytest.raises(augkit.FieldError, match=complaint):
        open_source({"manifest": {"file": "labels.csv", "columns": {"image": "path"}} | fields}, data)


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("t.csv", "image,label\na.png,1\nb.png,2\na.png,3\n", r"t.csv: rows 2 and 4 have the same key 'a.png'"),
        ("t.csv", "image,label\na.png\n", r"t.csv: row 2: has 1 cells, the header 2"),
        ("t.csv", "image,image\na,b\n", r"t.csv: row 1: two columns are called 'image'"),
        ("t.csv", 'image,label\n"a.png,1\n', r"t.csv: row 2: "),
        ("t.csv", "", r"t.csv: is empty"),
        ("t.csv", "image,label\n", r"there are no samples in .*t\.csv\."),
        ("t.csv", "image,label\n,1\n", r"t.csv: row 2: the key 'image' is empty"),
        ("t.jsonl", '{"image": "a.png"}\n{"image": \n', r"t.jsonl: row 2: is no JSON"),
        ("t.jsonl", '{"image": "a.png"}\n["b.png"]\n', r"t.jsonl: row 2: got"),
        ("t.parquet", "no table", r"cannot be read: .*t.parquet"),
        ("t.xlsx", "", r"t.xlsx: cannot read .xlsx; expected .csv"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(augkit.DataError, match=complaint):
        open_source({"manifest": name}, tmp_path)


def test_a_missing_picture_and_a_broken_cell_name_file_and_row(data: Path) -> None:
    rows = [
        {"path": "img/a.png", "boxes": "[[1, 2"},
        {"path": "img/zzz.png", "boxes": "[]"},
        {"path": "img/b.png", "boxes": None},
    ]
    write_table(data, ".jsonl", rows)
    source = {"manifest": {"file": str(data / "labels.jsonl"), "columns": {"image": "path", "boxes": "boxes"}}}
    made = open_recipe(given("", source=source, sample={"image": "image", "boxes": "boxes"})).dataset()
    with pytest.raises(augkit.DataError, match=r"'boxes' of kind 'boxes' is no JSON.*labels.jsonl, row 1"):
        made[0]
    with pytest.raises(augkit.DataError, match=r"zzz.png: .*no such file.*labels.jsonl, row 2") as caught:
        made[1]
    assert caught.value.key == "img/zzz.png" and str(caught.value.file).endswith("img/zzz.png")
    with pytest.raises(augkit.DataError, match=r"'boxes' is empty. Write \[\] for none.*row 3"):
        made[2]


def test_errors_have_their_place_in_the_recipe(data: Path) -> None:
    write_table(data, ".csv")
    file = data / "r.yaml"
    file.write_text(
        "augkit: 1\nsource:\n  manifest:\n    file: labels.csv\n    key: patients\n"
        "sample: {image: image}\nsteps: [hflip]\n"
    )
    with pytest.raises(augkit.RecipeError, match=r"r.yaml:5:\d+: manifest: key: .*Did you mean 'patient'\?"):
        augkit.loader(file)


def test_tables_are_read_and_divided_without_torch(data: Path) -> None:
    write_table(data, ".csv")
    script = (
        "import sys; from augkit.data import open_source, split_keys; "
        "source = open_source({'manifest': 'labels.csv'}); split_keys(source.keys, val=0.3); "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=data, check=True)
