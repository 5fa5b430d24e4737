"""The source ``text_table``: tables whose columns are called as Hugging Face's data sets call theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.dialect import Delimiter, Encoding
from augkit.data.manifest import ROW, Columns, Manifest, named_table
from augkit.data.table import Table, read_table
from augkit.errors import DataError
from augkit.fields import Checked, Limits, check_names
from augkit_text.conll import scheme_of, tag_kind
from augkit_text.lines import file_of

TEXTS = frozenset(
    "text sentence sentence1 sentence2 premise hypothesis question question1 question2 context content document "
    "summary title review headline query passage abstract utterance comment tweet description".split()
)
"""Columns that hold texts, by name."""

_TOKENS = ("tokens", "words")
_IDS = ("id", "guid", "idx")


class TextTableFields(Checked):
    """What a recipe may say of a table of texts."""

    file: Annotated[str, Limits(doc="CSV, TSV, JSONL or Parquet")]
    names: Annotated[Mapping[str, Any], Limits(doc="column: [names], for classes and tags that are whole numbers")] = (
        field(default_factory=dict)
    )
    key: Annotated[str | None, Limits(doc="the column that names a sample, or '#' for the row's number")] = None
    delimiter: Delimiter = None
    encoding: Encoding = None


class TextTable:
    """Rows as samples: ``text_table: train.parquet``. Every column is a field, and these become several or one:

    ``tokens`` (or ``words``) beside columns of as many tags (``ner_tags``): the tags are fields with their tokens, and
    where no column is called ``text``, the tokens with a space between are the field ``text``.
    ``translation``: a field for each language. ``answers``: beside ``context``, the field ``answer``.

    Numbers become names where the recipe or the Parquet file has them. Keys are those of a column ``id``, ``guid`` or
    ``idx`` without repetition, else the rows' numbers. All columns are metadata. What is wrong raises DataError with
    file and row.
    """

    fields_type = TextTableFields
    shorthand = "file"
    paths = ("file",)
    root = Path()

    def __init__(self, table: Table, key: str | None = None) -> None:
        self.table, columns = _with_languages(table)
        self.tokens = next((name for name in _TOKENS if _is_list(self.table, name)), None)
        self.tags = _tag_columns(self.table, self.tokens)
        self._manifest = Manifest(self.table, columns, key or _key(table), Path())

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the table; FieldError for a file or a column that is not there, DataError for a row that is wrong."""
        check_names(TextTableFields, given)
        fields = TextTableFields(**given)
        file = file_of(base, fields.file, "file")
        table, _ = named_table(read_table(file, fields.delimiter, fields.encoding), None, fields.names)
        key = fields.key
        if key not in (None, ROW):
            named_table(table, {"key": key}, {})
        return cls(table, key)

    @property
    def fields(self) -> dict[str, Any]:
        kinds: dict[str, Any] = {}
        languages = [name for name in self._manifest.columns if name not in self.table.columns]
        for name in self._manifest.columns:
            if name == self.tokens:
                kinds.setdefault("text", "text")
            elif name in self.tags:
                kinds[name] = tag_kind(scheme_of(self._cell(name, row) for row in range(len(self.table))))
            elif name == "answers" and "context" in self._manifest.columns:
                kinds["answer"] = {"answer": {"of": "context"}}
            elif name in languages:
                kinds[name] = "text" if name == languages[0] else {"translation_of": {"of": languages[0]}}
            else:
                kinds[name] = "text" if name in TEXTS else self._manifest.fields[name]
        return kinds

    @property
    def keys(self) -> list[str]:
        return self._manifest.keys

    def place(self, key: str) -> str:
        """The file and row."""
        return self._manifest.place(key)

    def meta(self, key: str) -> dict[str, Any]:
        """The whole row."""
        return self._manifest.meta(key)

    def load(self, key: str) -> dict[str, Any]:
        values = self._manifest.load(key)
        if "answers" in values and "context" in values:
            values["answer"] = values.pop("answers")
        if self.tokens is None:
            return values
        row = self._manifest.row(key)
        tokens = self._cell(self.tokens, row)
        del values[self.tokens]
        for name in self.tags:
            tags = self._cell(name, row)
            values[name] = {"tokens": tokens, "tags": tags}
            if len(tags) != len(tokens):
                raise DataError(f"{self.place(key)}: {self.tokens!r} has {len(tokens)} tokens, {name!r} {len(tags)}.")
        values.setdefault("text", " ".join(tokens))
        return values

    def _cell(self, column: str, row: int) -> list[Any]:
        cell = self.table.listed(column, row)
        if not isinstance(cell, list):
            raise DataError(
                f"{self.table.place(row)}: {column!r} has {cell!r:.60}; expected a list.", file=self.table.file
            )
        return cell


def _with_languages(table: Table) -> tuple[Table, Columns]:
    """``translation`` taken apart: a column, and a field, for each language that some row has."""
    columns: dict[str, str] = {name: name for name in table.columns}
    cells = table.columns.get("translation", [])
    if not any(isinstance(cell, Mapping) for cell in cells):
        return table, columns
    del columns["translation"]
    for language in dict.fromkeys(name for cell in cells if isinstance(cell, Mapping) for name in cell):
        columns[language] = f"translation.{language}"
        table = table.with_column(columns[language])
    return table, columns


def _is_list(table: Table, name: str) -> bool:
    return bool(len(table)) and name in table.columns and isinstance(table.listed(name, 0), list)


def _tag_columns(table: Table, tokens: str | None) -> tuple[str, ...]:
    """The columns whose first lists are as long as those of the tokens."""
    if tokens is None:
        return ()
    others = [name for name in table.columns if name != tokens and _is_list(table, name)]
    few = range(min(len(table), 20))
    return tuple(name for name in others if all(_as_long(table, name, tokens, row) for row in few))


def _as_long(table: Table, name: str, tokens: str, row: int) -> bool:
    cell, other = table.listed(name, row), table.listed(tokens, row)
    return isinstance(cell, list) and isinstance(other, list) and len(cell) == len(other)


def _key(table: Table) -> str:
    for name in _IDS:
        cells: Sequence[Any] = table.columns.get(name, ())
        if cells and None not in cells and len(set(map(str, cells))) == len(cells):
            return name
    return ROW
