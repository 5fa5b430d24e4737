"""The source ``manifest``: a table with one sample a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.arrays import from_json
from augkit.data.table import Table, read_table
from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.plugins import catalogue
from augkit.words import suggestion

ROW = "#"
"""What ``key:`` says to number the rows."""


class ManifestFields(Checked):
    """What a recipe may say of a manifest."""

    file: Annotated[str, Limits(doc="CSV, TSV, JSONL or Parquet")]
    columns: Annotated[Mapping[str, Any] | None, Limits(doc="field: column; without it every column is a field")] = None
    key: Annotated[str | None, Limits(doc="the column that names a sample, or '#' for the row's number")] = None
    root: Annotated[str | None, Limits(doc="what file names start from; the manifest's own folder if absent")] = None

    def validate(self) -> None:
        for field, column in (self.columns or {}).items():
            if not isinstance(column, str):
                raise FieldError(f"columns: {field!r} names the column {column!r}; expected a text.", "columns")


class Manifest:
    """Rows of a table as samples: ``manifest: {file: labels.csv, columns: {image: path, digit: label}, key: path}``.

    Cells of fields whose kind has a reader (image, mask, audio) are file names relative to ``root``; annotations
    (boxes, keypoints, events) are JSON in the forms that Python takes, ``[]`` for none, arrays also as ``{"dtype":
    "int64", "values": […]}``; labels stay as written, see
    ``read_table``. All columns are metadata: ``split: {group: patient}`` and ``only: {camera: [b]}`` may ask for any.

    Without ``key``, the file name names the sample where a field is called like a kind that is read from files
    (``image``, ``audio``), else the row's number does, which changes when rows are inserted.
    """

    fields_type = ManifestFields
    shorthand = "file"
    paths = ("file", "root")

    def __init__(self, table: Table, columns: Mapping[str, str], key: str, root: Path) -> None:
        self.table = table
        self.columns = dict(columns)
        self.key = key
        self.root = root

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the table. A missing file or column raises FieldError, a wrong row DataError."""
        check_names(ManifestFields, given)
        fields = ManifestFields(**given)
        path = base / fields.file
        if not path.is_file():
            raise FieldError(f"file: there is no file {path}.", "file")
        table = read_table(path)
        columns = {name: name for name in table.columns} if fields.columns is None else dict(fields.columns)
        for field, column in columns.items():
            _check_column(table, column, f"columns: {field!r}", "columns")
        key = fields.key or _default_key(columns)
        if key != ROW:
            _check_column(table, key, "key:", "key")
        root = path.parent if fields.root is None else base / fields.root
        if not root.is_dir():
            raise FieldError(f"root: there is no folder {root}.", "root")
        return cls(table, columns, key, root)

    @property
    def fields(self) -> dict[str, str]:
        """A field called like a kind is of that kind; other columns are values if they hold floats, else labels."""
        kinds = set(catalogue().names("target"))
        return {name: name if name in kinds else self._plain_kind(column) for name, column in self.columns.items()}

    def _plain_kind(self, column: str) -> str:
        return "value" if all(isinstance(cell, float) for cell in self.table.columns[column]) else "label"

    @property
    def keys(self) -> list[str]:
        return list(self._rows)

    @cached_property
    def _rows(self) -> dict[str, int]:
        """Row by key; a key that is missing or occurs twice raises DataError with its rows."""
        if self.key == ROW:
            return {str(line): row for row, line in enumerate(self.table.lines)}
        rows: dict[str, int] = {}
        for row, cell in enumerate(self.table.columns[self.key]):
            if cell is None or cell == "":
                raise DataError(f"row {self.table.lines[row]}: the key {self.key!r} is empty.", file=self.table.file)
            first = rows.setdefault(str(cell), row)
            if first != row:
                raise DataError(
                    f"rows {self.table.lines[first]} and {self.table.lines[row]} have the same key {str(cell)!r} "
                    f"(column {self.key!r}). Name another column as `key:`, or number the rows: `key: '#'`.",
                    key=str(cell),
                    file=self.table.file,
                )
        return rows

    def place(self, key: str) -> str:
        """The file and row of a sample."""
        return self.table.place(self._rows[key])

    def meta(self, key: str) -> dict[str, Any]:
        """The whole row, by column and by field."""
        row = self._rows[key]
        cells = {name: column[row] for name, column in self.table.columns.items()}
        return cells | {field: cells[column] for field, column in self.columns.items()}

    def load(self, key: str) -> dict[str, Any]:
        row = self._rows[key]
        return {field: from_json(self.table.columns[column][row]) for field, column in self.columns.items()}


def _check_column(table: Table, column: str, what: str, field: str) -> None:
    if column not in table.columns:
        raise FieldError(
            f"{what} names the column {column!r}, which {table.file} does not have."
            f"{suggestion(column, table.columns)} It has: {', '.join(table.columns)}.",
            field,
        )


def _default_key(columns: Mapping[str, str]) -> str:
    read_from_files = set(catalogue().names("reader"))
    return next((column for field, column in columns.items() if field in read_from_files), ROW)
