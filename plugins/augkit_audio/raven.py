"""The source ``raven``: selection tables of Raven, one a sound."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.table import Table, read_table
from augkit.errors import DataError
from augkit.fields import Limits, check_names
from augkit_audio.annotated import EventRows, number_of, usual_column
from augkit_audio.per_file import PerFileFields, read_files
from augkit_audio.recordings import Recording, Recordings

_TIMES = ("Begin Time (s)", "End Time (s)")
_HERTZ = {"low_hz": "Low Freq (Hz)", "high_hz": "High Freq (Hz)"}
_LABELS = ("annotation", "annotations", "species", "species code", "tag", "tags", "label", "type", "common name")
_FILE, _IN_FILE = "Begin File", "File Offset (s)"
_APPENDED = re.compile(r"\.(table\.\d+\.selections|selections|selection\.table)?\.?txt$", re.IGNORECASE)


class RavenFields(PerFileFields):
    """What a recipe may say of selection tables."""

    label: Annotated[str | None, Limits(doc="the column of classes; else Annotation, Species, …")] = None


class Raven(Recordings):
    """Sounds with a selection table each: ``raven: {root: sounds, annotations: tables}``; ``a.wav`` belongs to
    ``a.Table.1.selections.txt``, to ``a.selections.txt`` and to a table whose column Begin File names it.

    Fields: ``audio``; ``events`` with ``label`` where a column of classes is there, ``low_hz`` and ``high_hz``, and
    all other columns by their names in lower case, ``begin_path``; ``labels``. A selection that stands there once for
    the waveform and once for the spectrogram is one event, as in the spectrogram. Keys are the sounds' paths; see
    ``Recordings`` for windows.
    """

    fields_type = RavenFields
    shorthand = "root"
    paths = ("root", "annotations")

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read all tables. FieldError for folders that are not there, DataError with the file and row that is wrong."""
        check_names(RavenFields, given)
        fields = RavenFields(**given)
        read = partial(_read, label=fields.label)
        root, found = read_files(fields, base, ".txt", lambda name: _APPENDED.sub("", name), read)
        return cls(root, found, fields.windows())


def _read(file: Path, label: str | None) -> tuple[str | None, Recording]:
    table = read_table(file, "\t")
    for name in _TIMES:
        if name not in table.columns:
            raise DataError(
                f"is no selection table: it has no column {name!r}, but {', '.join(table.columns)}. Are these label "
                "tracks? Then the source is `audacity`.",
                file=str(file),
            )
    return _begin_file(table), Recording("", _events(table, usual_column(table, label, _LABELS, "label")).columns)


def _begin_file(table: Table) -> str | None:
    names = sorted({str(name) for name in table.columns.get(_FILE, ()) if name})
    if len(names) > 1:
        raise DataError(
            f"selects in {len(names)} files ({', '.join(names[:3])}, …); write one table a sound.", file=table.file
        )
    return names[0] if names else None


def _events(table: Table, label: str | None) -> EventRows:
    hertz = {name: column for name, column in _HERTZ.items() if column in table.columns}
    known = {*_TIMES, *hertz.values(), label}
    others = {_plain(column): column for column in table.columns if column not in known}
    columns = ({} if label is None else {"label": label}) | hertz | others
    rows = EventRows(table.file, tuple(columns))
    for number in _once(table):
        cells = {name: table.columns[column][number] for name, column in columns.items()}
        line = table.lines[number]
        for name in hertz:
            cells[name] = number_of(cells[name], table.file, line, "Hz")
        if label is not None and cells["label"] is None:
            cells["label"] = ""
        rows.add(line, *_times(table, number), cells)
    return rows


def _times(table: Table, number: int) -> tuple[Any, Any]:
    """From the start of the file, also where Raven had several open and counts from the first."""
    begin, end = (table.columns[name][number] for name in _TIMES)
    inside = table.columns.get(_IN_FILE, [None] * len(table))[number]
    if inside is None:
        return begin, end
    first, last, start = (number_of(cell, table.file, table.lines[number]) for cell in (begin, end, inside))
    return start, start + (last - first)


def _once(table: Table) -> Sequence[int]:
    """Rows, one for each selection: that of the spectrogram where both views have it."""
    selections, views = table.columns.get("Selection"), table.columns.get("View")
    if selections is None or views is None:
        return range(len(table))
    chosen: dict[Any, int] = {}
    for number, (selection, view) in enumerate(zip(selections, views, strict=True)):
        if selection not in chosen or str(view).lower().startswith("spectrogram"):
            chosen[selection] = number
    return sorted(chosen.values())


def _plain(name: str) -> str:
    """``Begin Path`` as a column's name: ``begin_path``."""
    return re.sub(r"\W+", "_", name.lower()).strip("_")
