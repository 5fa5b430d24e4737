"""The source ``box_table``: a table with one box a row, the pictures named in a column."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

import numpy as np

from augkit.columns import column
from augkit.data.dialect import Delimiter, Encoding
from augkit.data.on_demand import OnDemand
from augkit.data.table import Table, read_table
from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, Size, check_names
from augkit.vocab.space.box_forms import read_boxes
from augkit.words import suggestion
from augkit_image.annotated import beyond_remarks, known_sizes, reaches_beyond

_PICTURES = ("image", "filename", "file_name", "file", "path", "image_path", "image_id", "img")
_LABELS = ("label", "class", "name", "category", "classname", "class_name", "labelname")
_BOXES = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
Form = Literal["xyxy", "xywh", "cxcywh"]


class Usual(NamedTuple):
    """Columns by what they are usually called: file names, classes, the four numbers of a box."""

    image: str | None
    label: str | None
    box: list[str] | None


class BoxTableFields(Checked):
    """What a recipe may say of a table of boxes."""

    file: Annotated[str, Limits(doc="CSV, TSV, JSONL or Parquet, one box a row")]
    root: Annotated[str | None, Limits(doc="what file names start from; the table's own folder if absent")] = None
    image: Annotated[str | None, Limits(doc="the column of file names; else image, filename, path, …")] = None
    label: Annotated[str | None, Limits(doc="the column of classes; else label, class, name, …")] = None
    box: Annotated[
        tuple[str, ...] | None,
        Limits(doc="the four columns of numbers; else xmin, ymin, xmax, ymax, or x1, y1, x2, y2"),
    ] = None
    form: Annotated[Form, Limits(doc="what the four numbers are")] = "xyxy"
    units: Annotated[Literal["px", "fraction"], Limits(doc="pixels, or fractions of the picture's sides")] = "px"
    delimiter: Delimiter = None
    encoding: Encoding = None

    def validate(self) -> None:
        if self.box is not None and len(set(self.box)) != 4:
            raise FieldError(f"box: got {list(self.box)}; expected the names of four columns.", "box")


class BoxTable:
    """Rows of a table as boxes of the pictures they name: ``box_table: {file: boxes.csv, root: images}``.

    Fields: ``image``, ``boxes`` and ``labels``, the classes in the picture. All columns but the four numbers and the
    file name go along with the boxes, the class as ``label``. A row whose four numbers are empty says that its picture
    has no box. Pictures stand in the order in which they first occur; keys are the names in the table.
    """

    fields_type = BoxTableFields
    shorthand = "file"
    paths = ("file", "root")

    def __init__(
        self,
        table: Table,
        root: Path,
        image: str,
        label: str | None,
        box: Sequence[str],
        form: Form = "xyxy",
        fractions: bool = False,
    ) -> None:
        self.table = table
        self.root = root
        self.image = image
        self.label = label
        self.box = tuple(box)
        self.form = form
        self.fractions = fractions

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the table. A missing file or column raises FieldError, a wrong row DataError."""
        check_names(BoxTableFields, given)
        fields = BoxTableFields(**given)
        path = base / fields.file
        if not path.is_file():
            raise FieldError(f"file: there is no file {path}.", "file")
        root = path.parent if fields.root is None else base / fields.root
        if not root.is_dir():
            raise FieldError(f"root: there is no folder {root}.", "root")
        table = read_table(path, fields.delimiter, fields.encoding)
        usual = usual_columns(table)
        image = _named(table, fields.image, "image") or usual.image
        label = _named(table, fields.label, "label") or usual.label
        box = fields.box or usual.box
        for name in fields.box or ():
            _named(table, name, "box")
        if image is None or box is None:
            missing = "image" if image is None else "box"
            raise FieldError(
                f"{missing}: {path} has no column that is usually called so; name it. It has: "
                f"{', '.join(table.columns)}.",
                missing,
            )
        made = cls(table, root, image, label, box, fields.form, fields.units == "fraction")
        made._check()
        return made

    @property
    def fields(self) -> dict[str, str]:
        labels = {} if self.label is None else {"labels": "labels"}
        return {"image": "image", "boxes": "boxes", **labels}

    @property
    def keys(self) -> list[str]:
        return list(self._rows)

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The rows of each picture; those without a box count for the picture alone."""
        rows: dict[str, list[int]] = {}
        first = self.table.columns[self.box[0]]
        for row, name in enumerate(self.table.columns[self.image]):
            if name is None or name == "":
                raise DataError(f"row {self.table.lines[row]}: {self.image!r} is empty.", file=self.table.file)
            there = rows.setdefault(str(name), [])
            if first[row] is not None:
                there.append(row)
        return rows

    def place(self, key: str) -> str:
        """The file, and the rows of the picture."""
        rows = self._rows[key]
        return self.table.place(rows[0]) if rows else self.table.file

    def meta(self, key: str) -> dict[str, Any]:
        """``file_name``, and the ``labels`` in the picture where there is a column of classes."""
        return {"file_name": key} | ({} if self.label is None else {"labels": self._labels(key)})

    def load(self, key: str) -> OnDemand:
        labels = {} if self.label is None else {"labels": lambda: self._labels(key)}
        return OnDemand({"image": lambda: self.root / key, "boxes": lambda: self._boxes(key), **labels})

    def remarks(self, fields: Sequence[str]) -> list[str]:
        """Boxes that reach beyond their pictures, of the first thousand pictures."""
        if "boxes" not in fields:
            return []
        with_boxes = (name for name, rows in self._rows.items() if rows)
        return beyond_remarks(
            self.table.file,
            [place for name, size in known_sizes(self.root, with_boxes).items() for place in self._beyond(name, size)],
        )

    def _beyond(self, name: str, size: Size) -> list[str]:
        rows = self._rows[name]
        xyxy, *_ = read_boxes(self._formed(np.array([self._numbers(row) for row in rows])), "xyxy", size)
        beyond = [row for row, box in zip(rows, xyxy.tolist(), strict=True) if reaches_beyond(box, size)]
        return [f"row {self.table.lines[row]}, in {name} of {size.h} × {size.w} px (h × w)" for row in beyond]

    def _labels(self, key: str) -> list[Any]:
        found = {self.table.columns[self.label or ""][row] for row in self._rows[key]}
        return sorted(found, key=lambda label: (str(label), repr(label)))

    def _boxes(self, key: str) -> dict[str, Any]:
        rows = self._rows[key]
        numbers = np.array([self._numbers(row) for row in rows], dtype=np.float64).reshape(-1, 4)
        beside = [name for name in self.table.columns if name not in (*self.box, self.image, self.label)]
        columns = {name: column([self.table.columns[name][row] for row in rows]) for name in beside}
        labels = {} if self.label is None else {"label": [self.table.columns[self.label][row] for row in rows]}
        return {**self._formed(numbers), **labels, **columns}

    def _formed(self, numbers: np.ndarray) -> dict[str, Any]:
        if not self.fractions and self.form != "cxcywh":
            return {self.form: numbers}
        first, last = numbers[:, :2], numbers[:, 2:]
        if self.form == "xyxy":
            first, last = (first + last) / 2, last - first
        elif self.form == "xywh":
            first = first + last / 2
        if self.fractions:
            return {"cxcywh_norm": np.column_stack([first, last])}
        return {"xyxy": np.column_stack([first - last / 2, first + last / 2])}

    def _numbers(self, row: int) -> list[float]:
        cells = [self.table.columns[name][row] for name in self.box]
        try:
            numbers = [float(cell) for cell in cells]
        except (TypeError, ValueError, OverflowError):
            numbers = [math.nan]
        if not all(map(math.isfinite, numbers)):
            raise self._wrong(
                row, f"{', '.join(self.box)} are {cells}; expected four numbers, or all empty for no box."
            )
        return numbers

    def _check(self) -> None:
        """Every box once, when the table is opened: no picture is needed to see that one is wrong."""
        for row in range(len(self.table)):
            if any(self.table.columns[name][row] is not None for name in self.box):
                self._check_box(row, self._numbers(row))
            label = None if self.label is None else self.table.columns[self.label][row]
            if isinstance(label, list | dict):
                raise self._wrong(row, f"{self.label!r} is {label!r:.60}; expected one class, a text or a number.")
        self._check_units()

    def _check_units(self) -> None:
        """Fractions that are taken for pixels would be boxes of no size, and fall away in silence."""
        rows = [] if self.fractions else [row for there in self._rows.values() for row in there]
        inside = all(0 <= number <= 1 for row in rows for number in self._numbers(row))
        if inside and any(number % 1 for row in rows for number in self._numbers(row)):
            raise DataError(
                "every box lies within 0 and 1; for fractions write `units: fraction`.", file=self.table.file
            )

    def _check_box(self, row: int, numbers: Sequence[float]) -> None:
        a, b, c, d = numbers
        if (c < a or d < b) if self.form == "xyxy" else (c < 0 or d < 0):
            raise self._wrong(row, f"the box {numbers} ends before it starts ({self.form}).")
        if self.fractions and not all(-1 <= number <= 2 for number in numbers):
            raise self._wrong(row, f"the box {numbers} holds no fractions; for pixels, leave `units` out.")

    def _wrong(self, row: int, complaint: str) -> DataError:
        return DataError(f"row {self.table.lines[row]}: {complaint}", file=self.table.file)


def _named(table: Table, name: str | None, field: str) -> str | None:
    if name is not None and name not in table.columns:
        raise FieldError(
            f"{field}: {table.file} has no column {name!r}.{suggestion(name, table.columns)} It has: "
            f"{', '.join(table.columns)}.",
            field,
        )
    return name


def usual_columns(table: Table) -> Usual:
    """What is known by its name; None for what is not there."""
    return Usual(_usual(table, _PICTURES), _usual(table, _LABELS), _usual_box(table))


def _usual(table: Table, names: Sequence[str]) -> str | None:
    """The first of these names that a column has, in any case."""
    columns = {name.lower(): name for name in table.columns}
    return next((columns[name] for name in names if name in columns), None)


def _usual_box(table: Table) -> list[str] | None:
    for names in _BOXES:
        found = [_usual(table, (name,)) for name in names]
        if None not in found:
            return [name for name in found if name is not None]
    return None
