"""The source ``manifest``: a table with one sample a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.arrays import from_json
from augkit.data.dialect import Delimiter, Encoding
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
    columns: Annotated[
        Mapping[str, Any] | None,
        Limits(doc="field: column, or {part: column}; translation.en reaches into cells; without it every column"),
    ] = None
    names: Annotated[
        Mapping[str, Any], Limits(doc="column: [names], for columns (also lists) of whole numbers from 0 on")
    ] = field(default_factory=dict)
    key: Annotated[str | None, Limits(doc="the column that names a sample, or '#' for the row's number")] = None
    root: Annotated[str | None, Limits(doc="what file names start from; the manifest's own folder if absent")] = None
    delimiter: Delimiter = None
    encoding: Encoding = None

    def validate(self) -> None:
        for name, given in (self.columns or {}).items():
            for column in given.values() if isinstance(given, Mapping) and given else [given]:
                if not isinstance(column, str):
                    raise FieldError(f"columns: {name!r} names the column {column!r}; expected a text.", "columns")
        for column, words in self.names.items():
            if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words) or not words:
                raise FieldError(
                    f"names: {column!r} has {words!r}; expected a list of texts, as in {{label: [bad, good]}}.", "names"
                )


Columns = Mapping[str, str | Mapping[str, str]]
"""Field → its column, or the columns of its parts: ``{"tags": {"tokens": "tokens", "tags": "ner_tags"}}``."""


class Manifest:
    """Rows of a table as samples: ``manifest: {file: labels.csv, columns: {image: path, digit: label}, key: path}``.

    Cells of fields whose kind has a reader (image, mask, audio) are file names relative to ``root``; annotations
    (boxes, keypoints, events) are JSON in the forms that Python takes, ``[]`` for none, arrays also as ``{"dtype":
    "int64", "values": […]}``; labels stay as written, see ``read_table``, but for numbers that ``names``, or a Parquet
    file of Hugging Face's, has names for. All columns are metadata: ``split: {group: patient}`` and ``only: {camera:
    [b]}`` may ask for any.

    Without ``key``, the file name names the sample where a field is called like a kind that is read from files
    (``image``, ``audio``), else the row's number does, which changes when rows are inserted.
    """

    fields_type = ManifestFields
    shorthand = "file"
    paths = ("file", "root")

    def __init__(self, table: Table, columns: Columns, key: str, root: Path) -> None:
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
        columns: Columns
        table, columns = named_table(read_table(path, fields.delimiter, fields.encoding), fields.columns, fields.names)
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

    def _plain_kind(self, column: str | Mapping[str, str]) -> str:
        if not isinstance(column, str):
            return "label"
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

    def row(self, key: str) -> int:
        """The number, from 0, of a sample's row in the table."""
        return self._rows[key]

    def place(self, key: str) -> str:
        """The file and row of a sample."""
        return self.table.place(self._rows[key])

    def meta(self, key: str) -> dict[str, Any]:
        """The whole row, by column and by field."""
        row = self._rows[key]
        cells = {name: column[row] for name, column in self.table.columns.items()}
        return cells | {name: cells[column] for name, column in self.columns.items() if isinstance(column, str)}

    def load(self, key: str) -> dict[str, Any]:
        row = self._rows[key]
        return {name: self._cell(column, row) for name, column in self.columns.items()}

    def _cell(self, column: str | Mapping[str, str], row: int) -> Any:
        if isinstance(column, str):
            return from_json(self.table.columns[column][row])
        return {part: from_json(self.table.listed(inner, row)) for part, inner in column.items()}


def named_table(
    table: Table, columns: Mapping[str, Any] | None, names: Mapping[str, Sequence[str]]
) -> tuple[Table, dict[str, Any]]:
    """The table with every column that ``columns`` asks for, numbers named; and the column, or columns, of each field.

    Raises FieldError for columns that there are none of, DataError for numbers without a name.
    """
    chosen = {name: name for name in table.columns} if columns is None else dict(columns)
    for name, given in chosen.items():
        for column in given.values() if isinstance(given, Mapping) else [given]:
            table = table.with_column(column)
            _check_column(table, column, f"columns: {name!r}", "columns")
    for column in names:
        table = table.with_column(column)
        _check_column(table, column, "names:", "names")
    return table.with_names({**table.names, **names}), chosen


def _check_column(table: Table, column: str, what: str, field: str) -> None:
    if column not in table.columns:
        raise FieldError(
            f"{what} names the column {column!r}, which {table.file} does not have."
            f"{suggestion(column, table.columns)} It has: {', '.join(table.columns)}.",
            field,
        )


def _default_key(columns: Columns) -> str:
    read_from_files = set(catalogue().names("reader"))
    files = (column for name, column in columns.items() if name in read_from_files and isinstance(column, str))
    return next(files, ROW)
