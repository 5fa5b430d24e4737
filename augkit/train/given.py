"""Given: files, folders and tables that a trained network is asked about, as a source without annotations."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from augkit.data.folders import files_below, lines_of
from augkit.data.reading import reader_of
from augkit.data.table import TABLES, Table, read_table
from augkit.errors import DataError
from augkit.fields import Checked
from augkit.schema import Field
from augkit.words import suggestion

STDIN = "-"


class Given:
    """Of every sample, by key, the one or few fields that a network reads: a file's name, or a text. A ``Source`` that
    no recipe names.
    """

    fields_type: ClassVar[type[Checked]] = Checked
    shorthand: ClassVar[str] = ""
    root = Path()

    def __init__(
        self, fields: Sequence[Field], values: Mapping[str, Mapping[str, Any]], loose: frozenset[str] = frozenset()
    ) -> None:
        self.fields: Mapping[str, Any] = {field.name: field.kind for field in fields}
        self.loose = loose
        self.passed_over: list[str] = []
        self._values = dict(values)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Given:
        """Never asked for: recipes do not name it."""
        raise NotImplementedError("what is given to a trained network is named by its caller.")

    @property
    def keys(self) -> Sequence[str]:
        return tuple(self._values)

    def meta(self, key: str) -> Mapping[str, Any]:
        """Nothing is known beforehand."""
        return {}

    def load(self, key: str) -> Mapping[str, Any]:
        return self._values[key]


def given_in(
    names: Iterable[str | Path], field: Field, column: str | None = None, beside: Sequence[Field] = ()
) -> Given:
    """The samples in ``names``, each a file, a folder of files, a table, or ``-`` for lines of standard input.

    Of a table, ``column`` or the one called like the field holds file names relative to the table, or texts. A file
    is one sample where the kind is read from files; else, as texts are, each of its lines is. What comes from a folder
    is ``loose``: not all of it need be of the kind. With ``beside``, all are tables with a column for each of these
    fields too. Raises DataError for what is not there or is there twice.
    """
    files = reader_of(field.kind, None) is not None
    found: dict[str, Mapping[str, Any]] = {}
    loose: set[str] = set()
    for name in names:
        samples = _asked(str(name), field, beside, column) if beside else _samples(str(name), field, files, column)
        for key, value, from_folder in samples:
            if key in found:
                raise DataError("is given twice.", key=key)
            found[key] = value if beside else {field.name: value}
            if from_folder:
                loose.add(key)
    if not found:
        raise DataError(f"there is nothing in {', '.join(map(str, names))} to answer for.")
    return Given([field, *beside], found, frozenset(loose))


def _asked(
    name: str, field: Field, beside: Sequence[Field], column: str | None
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Several fields of each row of a table."""
    listing = " and ".join(repr(each.name) for each in (field, *beside))
    path = Path(name)
    if path.suffix.lower() not in TABLES:
        raise DataError(f"is no table; expected one with the columns {listing} ({', '.join(TABLES)}).", file=name)
    table = read_table(path)
    others = [list(_rows(table, path, each, False, each.name)) for each in beside]
    for (key, value, _), *rest in zip(_rows(table, path, field, False, column), *others, strict=True):
        more = {each.name: row[1] for each, row in zip(beside, rest, strict=True)}
        yield key, {field.name: value, **more}, False


def _samples(name: str, field: Field, files: bool, column: str | None) -> Iterator[tuple[str, Any, bool]]:
    path = Path(name)
    if name == STDIN:
        lines = enumerate(sys.stdin.read().splitlines(), 1)
        yield from ((line if files else f"line {number}", line, False) for number, line in lines if line.strip())
    elif path.is_dir():
        if not files:
            raise DataError(f"is a folder; expected files of lines, or tables with a column {field.name!r}.", file=name)
        inside = sorted(files_below(path, ("",)))
        yield from ((str(path / each), str(path / each), True) for each in inside)
    elif path.suffix.lower() in TABLES:
        yield from _rows(read_table(path), path, field, files, column)
    elif files:
        yield name, name, False
    else:
        yield from ((f"{name}:{n}", line, False) for n, line in enumerate(lines_of(path), 1) if line.strip())


def _rows(table: Table, path: Path, field: Field, files: bool, column: str | None) -> Iterator[tuple[str, Any, bool]]:
    wanted = column or (field.name if field.name in table.columns else _only(table))
    if wanted is None or wanted not in table.columns:
        asked = f"no column {column or field.name!r}.{suggestion(column or field.name, table.columns)}"
        listing = ", ".join(table.columns)
        raise DataError(f"has {asked} It has: {listing}. Say which holds the {field.kind}: --column …", file=str(path))
    for row, cell in enumerate(table.columns[wanted]):
        if cell is None:
            raise DataError(f"row {table.lines[row]}: {wanted!r} is empty.", file=str(path))
        value = str(path.parent / str(cell)) if files else str(cell)
        yield (value if files else f"{path}:{table.lines[row]}"), value, False


def _only(table: Table) -> str | None:
    return next(iter(table.columns)) if len(table.columns) == 1 else None
