"""Tables from files: CSV, TSV, JSONL and Parquet, column by column, each row with its place."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from augkit.errors import DataError, MissingDependency
from augkit.words import suggestion

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Table:
    """``columns`` of equal length by name; ``lines``: the line where each row stands (Parquet: its number)."""

    file: str
    columns: dict[str, list[Any]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int) -> str:
        """Where a row stands, for messages."""
        return f"{self.file}, row {self.lines[row]}"


def read_table(path: Path, delimiter: str | None = None) -> Table:
    """The table in a file, by its suffix, or with this ``delimiter``; raises DataError with the row that is wrong.

    Cells of a CSV stay text unless every cell of the column is a plain whole number, or every one a plain number:
    ``007`` and ``nan`` keep the whole column text. An empty cell is None.
    """
    read = _READERS.get(path.suffix.lower()) if delimiter is None else partial(_read_csv, delimiter=delimiter)
    if read is None:
        hint = suggestion(path.suffix, _READERS)
        raise DataError(
            f"cannot read {path.suffix or 'a file without suffix'!s}; expected {', '.join(_READERS)}.{hint}",
            file=str(path),
        )
    try:
        return read(path)
    except FileNotFoundError:
        raise DataError("no such file.", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from error


def _read_csv(path: Path, delimiter: str = ",") -> Table:
    with open(path, encoding="utf-8-sig", newline="") as file:
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


def _read_tsv(path: Path) -> Table:
    return _read_csv(path, "\t")


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
        columns = parquet.read_table(path).to_pydict()
    except ArrowException as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from None
    length = len(next(iter(columns.values()), []))
    return Table(str(path), columns, list(range(1, length + 1)))


_READERS: dict[str, Callable[[Path], Table]] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".parquet": _read_parquet,
}
