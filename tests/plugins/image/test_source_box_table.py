"""The source ``box_table``: the commonest CSV there is, one box a row."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import augkit
from augkit.data import Source, open_recipe, open_source
from tests.data.conftest import noise, write_image

TABLE = """filename,width,height,class,xmin,ymin,xmax,ymax,code
b.png,10,12,dog,1,2,5,6,007
a.png,10,12,cat,0,0,4,4,1
b.png,10,12,cat,2.5,2,9,9,x
c.png,10,12,,,,,,
"""


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """``table(text)``: boxes.csv beside three pictures."""
    for number, name in enumerate("abc"):
        write_image(tmp_path / "img" / f"{name}.png", noise(number))

    def make(text: str = TABLE) -> Path:
        (tmp_path / "boxes.csv").write_text(text)
        return tmp_path

    return make


def opened(folder: Path, **fields: Any) -> Any:
    return open_source({"box_table": {"file": "boxes.csv", "root": "img", **fields}}, folder)


def test_rows_are_grouped_by_picture_with_their_columns(table: Any) -> None:
    source = opened(table())
    assert isinstance(source, Source) and source.keys == ["b.png", "a.png", "c.png"]
    boxes = source.load("b.png")["boxes"]
    assert boxes["xyxy"].tolist() == [[1, 2, 5, 6], [2.5, 2, 9, 9]]
    assert boxes["label"] == ["dog", "cat"] and boxes["code"] == ["007", "x"]
    assert boxes["width"].tolist() == [10, 10] and boxes["width"].dtype == np.int64
    assert source.load("c.png")["boxes"]["xyxy"].shape == (0, 4)
    assert source.meta("b.png") == {"file_name": "b.png", "labels": ["cat", "dog"]}
    assert source.meta("c.png")["labels"] == [] and source.place("a.png").endswith("boxes.csv, row 3")
    assert pickle.loads(pickle.dumps(source)).load("b.png")["labels"] == ["cat", "dog"]


def test_through_a_recipe_everything_moves_together(table: Any) -> None:
    folder = table()
    given = {
        "augkit": 1,
        "source": {"box_table": {"file": str(folder / "boxes.csv"), "root": str(folder / "img")}},
        "sample": {"image": "image", "boxes": "boxes"},
        "steps": ["hflip"],
        "split": {"val": 0},
    }
    moved = open_recipe(given).dataset()[0].targets
    assert np.array_equal(moved["image"].pixels, noise(1)[:, ::-1])
    assert moved["boxes"].xyxy.tolist() == [[5, 2, 9, 6], [1, 2, 7.5, 9]]
    assert moved["boxes"].columns["label"] == ["dog", "cat"]


@pytest.mark.parametrize(
    ("head", "row", "fields"),
    [
        ("Path,Label,X1,Y1,X2,Y2", "a.png,dog,1,2,5,6", {}),
        ("pic,what,a,b,c,d", "a.png,dog,1,2,5,6", {"image": "pic", "label": "what", "box": ["a", "b", "c", "d"]}),
        ("image,name,x,y,w,h", "a.png,dog,1,2,4,4", {"box": ["x", "y", "w", "h"], "form": "xywh"}),
        ("image,name,x,y,w,h", "a.png,dog,3,4,4,4", {"box": ["x", "y", "w", "h"], "form": "cxcywh"}),
        ("ImageID,XMin,XMax,YMin,YMax", "a.png,0.1,0.5,0.25,0.75", {"image": "ImageID", "units": "fraction"}),
        (
            "image,x,y,w,h",
            "a.png,0.1,0.25,0.4,0.5",
            {"box": ["x", "y", "w", "h"], "form": "xywh", "units": "fraction"},
        ),
    ],
)
def test_the_ways_to_write_a_box(table: Any, head: str, row: str, fields: dict[str, Any]) -> None:
    boxes = opened(table(f"{head}\n{row}\n"), **fields).load("a.png")["boxes"]
    read = augkit.Pipeline([], {"image": "image", "boxes": "boxes"}).read({"image": noise(0), "boxes": boxes})[0]
    want = [1, 3, 5, 9] if "units" in fields else [1, 2, 5, 6]
    assert np.round(read["boxes"].xyxy, 9).tolist() == [want]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("image,xmin,ymin,xmax,ymax\na.png,5,2,1,6\n", r"boxes.csv: row 2: the box .* ends before it starts"),
        ("image,xmin,ymin,xmax,ymax\na.png,1,2,x,6\n", r"row 2: xmin, ymin, xmax, ymax are .*four numbers"),
        ("image,xmin,ymin,xmax,ymax\na.png,1,,5,6\n", r"row 2: .*or all empty for no box"),
        ("image,xmin,ymin,xmax,ymax\na.png,,2,5,6\n", r"row 2: .*or all empty for no box"),
        ("image,xmin,ymin,xmax,ymax\n,1,2,5,6\n", r"row 2: 'image' is empty"),
        ("image,xmin,ymin,xmax,ymax\n", r"there are no samples"),
    ],
)
def test_wrong_rows_are_named(table: Any, text: str, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        opened(table(text))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"file": "boxs.csv"}, "file: there is no file"),
        ({"root": "imgs"}, "root: there is no folder"),
        ({"image": "filname"}, r"image: .* has no column 'filname'. Did you mean 'filename'\?"),
        ({"box": ["xmin", "ymin", "xmax", "ymx"]}, r"box: .* has no column 'ymx'. Did you mean 'ymax'\?"),
        ({"box": ["xmin", "ymin", "xmax"]}, "expected the names of four columns"),
    ],
)
def test_wrong_fields_are_refused(table: Any, fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        opened(table(), **fields)


def test_columns_that_are_not_called_as_usual_must_be_named(table: Any) -> None:
    with pytest.raises(augkit.FieldError, match=r"box: .* has no column that is usually called so.*It has: image, a"):
        opened(table("image,a\na.png,1\n"))
    with pytest.raises(augkit.FieldError, match=r"image: .* has no column that is usually called so"):
        opened(table("bild,x1,y1,x2,y2\na.png,1,2,3,4\n"))


def test_fractions_that_are_pixels_are_refused(table: Any) -> None:
    with pytest.raises(augkit.DataError, match=r"row 2: the box .* holds no fractions"):
        opened(table(), units="fraction")


def test_pixels_that_are_fractions_are_refused(table: Any) -> None:
    """As pixels they would be boxes of no size, and all of them would fall away."""
    head = "image,xmin,ymin,xmax,ymax\n"
    with pytest.raises(augkit.DataError, match=r"every box lies within 0 and 1; for fractions write `units: fraction`"):
        opened(table(f"{head}a.png,0.1,0,0.5,1\nb.png,0,0,1,1\nc.png,,,,\n"))
    assert opened(table(f"{head}a.png,0.1,0,0.5,1\nb.png,0,0,1,7\n")).keys == ["a.png", "b.png"]
    assert opened(table(f"{head}a.png,0,0,1,1\n")).keys == ["a.png"]
