"""Tables from files: CSV, TSV, JSONL and Parquet, column by column, each row with its place."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from augkit.data.dialect import USUAL, check_dialect, delimiter_of, encoding_of
from augkit.errors import DataError, FieldError, MissingDependency
from augkit.words import suggestion

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Table:
    """``columns`` of equal length by name; ``lines``: the line where each row stands (Parquet: its number).

    ``names``: what the whole numbers of a column stand for, where the file says it.
    """

    file: str
    columns: dict[str, list[Any]]
    lines: list[int]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int) -> str:
        """Where a row stands, for messages."""
        return f"{self.file}, row {self.lines[row]}"

    def listed(self, column: str, row: int) -> Any:
        """A cell, parsed where it is a text that holds a JSON list, as cells of a CSV do; DataError with its row."""
        cell = self.columns[column][row]
        if not isinstance(cell, str) or not cell.lstrip().startswith("["):
            return cell
        try:
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            message = f"row {self.lines[row]}: {column!r} is no JSON: {error}: {cell[:60]!r}"
            raise DataError(message, file=self.file) from None

    def with_column(self, column: str) -> Table:
        """The table with ``translation.en``, what every cell of ``translation`` holds as ``en``, as a column too.

        A name that is no column and leads nowhere changes nothing; a row without it has None.
        """
        outer, dot, inner = column.rpartition(".")
        if column in self.columns or not dot:
            return self
        table = self.with_column(outer)
        cells = table.columns.get(outer, [])
        if not any(isinstance(cell, Mapping) and inner in cell for cell in cells):
            return self
        found = [cell.get(inner) if isinstance(cell, Mapping) else None for cell in cells]
        return replace(self, columns={**self.columns, column: found})

    def with_names(self, names: Mapping[str, Sequence[str]]) -> Table:
        """The table with names in the place of numbers, also in lists of them, in the columns that ``names`` has.

        A number without a name raises DataError with its row.
        """
        columns = dict(self.columns)
        for column, words in names.items():
            rows = range(len(self))
            columns[column] = [self._named(row, column, self.listed(column, row), words) for row in rows]
        return replace(self, columns=columns)

    def _named(self, row: int, column: str, cell: Any, words: Sequence[str]) -> Any:
        if isinstance(cell, list):
            return [self._named(row, column, item, words) for item in cell]
        if cell is None or (isinstance(cell, str) and cell in words):
            return cell
        if isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < len(words):
            return words[cell]
        if cell == -1 and isinstance(cell, int):  # how data sets say that nobody labelled it
            return None
        raise DataError(
            f"row {self.lines[row]}: {column!r} has {cell!r}, for which `names` has no name: it has {len(words)}, "
            "for the numbers from 0 on.",
            file=self.file,
        )


def read_table(path: Path, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """The table in a file, by its suffix, or with this ``delimiter``; raises DataError with the row that is wrong.

    Cells of a CSV stay text unless every cell of the column is a plain whole number, or every one a plain number:
    ``007`` and ``nan`` keep the whole column text. An empty cell is None. Where a file looks to be written with another
    delimiter or encoding than stated, the error says which to state.
    """
    check_dialect(delimiter, encoding)
    read = _reader(path, delimiter, encoding)
    try:
        return read(path)
    except FileNotFoundError:
        raise DataError("no such file.", file=str(path)) from None
    except UnicodeDecodeError as error:
        raise DataError(_other_encoding(path, encoding or "UTF-8"), file=str(path)) from error
    except (OSError, UnicodeError) as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from error


def _reader(path: Path, delimiter: str | None, encoding: str | None) -> Callable[[Path], Table]:
    suffix = path.suffix.lower()
    if delimiter is not None or suffix in USUAL:
        return partial(_read_csv, delimiter=delimiter, encoding=encoding)
    if suffix in _READERS and encoding is not None:
        raise FieldError(f"encoding: {path.name} is no text table of cells; it has its own.", "encoding")
    if suffix not in _READERS:
        raise DataError(
            f"cannot read {path.suffix or 'a file without suffix'!s}; expected {', '.join(TABLES)}."
            f"{suggestion(path.suffix, TABLES)}",
            file=str(path),
        )
    return _READERS[suffix]


def _other_encoding(path: Path, stated: str) -> str:
    found = encoding_of(path)
    hint = "" if found is None else f" {found} would read it: a source takes `encoding: {found}`."
    return f"is not written in {stated}.{hint} Or save it in UTF-8."


def _read_csv(path: Path, delimiter: str | None, encoding: str | None) -> Table:
    try:
        table = _read_rows(path, delimiter or USUAL[path.suffix.lower()], encoding or "utf-8-sig")
    except DataError as error:
        raise DataError(error.message + _other_delimiter(path, delimiter, encoding), file=error.file) from None
    if len(table.columns) == 1 and (hint := _other_delimiter(path, delimiter, encoding)):
        raise DataError(f"row 1: the only column is {next(iter(table.columns))!r:.80}.{hint}", file=str(path))
    return table


def _other_delimiter(path: Path, stated: str | None, encoding: str | None) -> str:
    found = None if stated is not None else delimiter_of(path, encoding)
    shown = "" if found is None else '"\\t"' if found == "\t" else f"'{found}'"
    return shown and f" Its cells look separated by {shown}: a source takes `delimiter: {shown}`."


def _read_rows(path: Path, delimiter: str, encoding: str) -> Table:
    with open(path, encoding=encoding, newline="") as file:
        rows = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            return _from_rows(path, rows)
        except csv.Error as error:
            hint = "; longer ones fit in a .jsonl" if "field limit" in str(error) else ""
            raise DataError(f"row {rows.line_num}: {error}{hint}", file=str(path)) from None


def _from_rows(path: Path, rows: Any) -> Table:
    header = next(rows, None)
    if not header:
        raise DataError("is empty; the first row must name the columns.", file=str(path))
    _check_header(path, header)
    cells: list[list[Any]] = [[] for _ in header]
    lines = []
    for row in rows:
        if not row:
            continue
        if len(row) != len(header):
            raise DataError(f"row {rows.line_num}: has {len(row)} cells, the header {len(header)}.", file=str(path))
        lines.append(rows.line_num)
        for column, cell in zip(cells, row, strict=True):
            column.append(cell if cell != "" else None)
    columns = {name: _typed(column) for name, column in zip(header, cells, strict=True)}
    return Table(str(path), columns, lines)


def _check_header(path: Path, header: list[str]) -> None:
    twice = next((name for position, name in enumerate(header) if name in header[:position]), None)
    if twice is not None:
        raise DataError(f"row 1: two columns are called {twice!r}.", file=str(path))


def _typed(cells: list[Any]) -> list[Any]:
    texts = [cell for cell in cells if cell is not None]
    if texts and all(_WHOLE.fullmatch(text) for text in texts):
        return [None if cell is None else int(cell) for cell in cells]
    if texts and all(_NUMBER.fullmatch(text) for text in texts):
        return [None if cell is None else float(cell) for cell in cells]
    return cells


def _read_jsonl(path: Path) -> Table:
    lines, rows = [], []
    with open(path, encoding="utf-8-sig") as file:
        for number, text in _written(file):
            try:
                row = json.loads(text)
            except (ValueError, RecursionError) as error:
                raise DataError(f"row {number}: is no JSON: {error}", file=str(path)) from None
            if not isinstance(row, dict):
                raise DataError(f"row {number}: got {text.strip()[:40]!r}; expected an object {{…}}.", file=str(path))
            lines.append(number)
            rows.append(row)
    names = dict.fromkeys(name for row in rows for name in row)
    return Table(str(path), {name: [row.get(name) for row in rows] for name in names}, lines)


def _written(file: Any) -> Iterator[tuple[int, str]]:
    return ((number, text) for number, text in enumerate(file, 1) if text.strip())


def _read_parquet(path: Path) -> Table:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise MissingDependency(f"{path}: Parquet needs pyarrow: pip install 'augkit[train]'") from error
    try:
        table = parquet.read_table(path)
        columns = table.to_pydict()
    except ArrowException as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from None
    length = len(next(iter(columns.values()), []))
    told = (table.schema.metadata or {}).get(b"huggingface", b"{}")
    return Table(str(path), columns, list(range(1, length + 1)), class_names(told))


def class_names(told: bytes) -> dict[str, list[str]]:
    """The names of classes by column, from what Hugging Face's ``datasets`` writes into a Parquet file's metadata."""
    try:
        features = json.loads(told)["info"]["features"]
        found = {column: _names_in(feature) for column, feature in features.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {column: names for column, names in found.items() if names}


def _names_in(feature: Any) -> list[str]:
    """Of a class label, or of a list of them however it is written."""
    while isinstance(feature, list) and feature:
        feature = feature[0]
    while isinstance(feature, Mapping) and "names" not in feature and "feature" in feature:
        feature = feature["feature"]
    names = feature.get("names", []) if isinstance(feature, Mapping) else []
    return list(map(str, names)) if isinstance(names, list) else []


_READERS: dict[str, Callable[[Path], Table]] = {
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".parquet": _read_parquet,
}

TABLES = (*USUAL, *_READERS)
"""Endings of tables."""
