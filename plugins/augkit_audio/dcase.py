"""The source ``dcase``: a table with one event a row, as the DCASE challenges have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.dialect import Delimiter, Encoding
from augkit.data.folders import folder_of
from augkit.data.table import Table, read_table
from augkit.errors import DataError, FieldError
from augkit.fields import Limits, check_names
from augkit_audio.annotated import EventRows, needed_column, number_of, usual_column
from augkit_audio.recordings import Recording, Recordings
from augkit_audio.windows import WindowFields

FILES = ("filename", "file", "file_name", "audio", "path", "fname", "filepath", "audio_filename")
ONSETS = ("onset", "onset_s", "event_onset", "start", "start_time", "start_s", "begin")
OFFSETS = ("offset", "offset_s", "event_offset", "end", "end_time", "end_s", "stop")
LABELS = ("event_label", "label", "class", "event", "category", "species", "annotation")
_SLACK = 0.05
"""Seconds by which an event may outlast the stated duration: both are rounded."""


class DcaseFields(WindowFields):
    """What a recipe may say of a table of events."""

    annotations: Annotated[str, Limits(doc="TSV or CSV: filename, onset, offset, event_label; one event a row")]
    root: Annotated[str | None, Limits(doc="what file names start from; the table's own folder if absent")] = None
    durations: Annotated[
        str | None, Limits(doc="TSV or CSV: filename, duration; clips that have no event are named here")
    ] = None
    file: Annotated[str | None, Limits(doc="the column of file names, if it is called otherwise")] = None
    onset: Annotated[str | None, Limits(doc="the column of onsets, if it is called otherwise")] = None
    offset: Annotated[str | None, Limits(doc="the column of offsets, if it is called otherwise")] = None
    label: Annotated[str | None, Limits(doc="the column of classes, if it is called otherwise")] = None
    delimiter: Delimiter = None
    encoding: Encoding = None


class Dcase(Recordings):
    """Rows of a table as events of the clips they name: ``dcase: {annotations: train.tsv, root: audio/train}``.

    Fields: ``audio``, ``events`` with the class as ``label`` and all other columns of the table, and ``labels``, the
    classes in the clip. A row whose onset, offset and class are empty says that its clip has no event; so does a clip
    that ``durations`` names and the table does not. Keys are the names in the table, in the order in which they first
    occur; see ``Recordings`` for windows.
    """

    fields_type = DcaseFields
    shorthand = "annotations"
    paths = ("annotations", "root", "durations")

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read and check the tables. FieldError for missing files and columns, DataError with the row that is wrong."""
        check_names(DcaseFields, given)
        fields = DcaseFields(**given)
        table = _table(base, fields, "annotations")
        root = Path(table.file).parent if fields.root is None else folder_of(base, fields.root, "root")
        events = _events(table, fields)
        durations = {} if fields.durations is None else _durations(_table(base, fields, "durations"))
        _check_durations(events, durations)
        names = dict.fromkeys([*events, *durations])
        if not names:
            raise DataError("holds no rows, so that no clip is known.", file=table.file)
        none = EventRows(table.file, _names(events)).columns
        made = {
            name: Recording(name, events[name].columns if name in events else none, place=table.file) for name in names
        }
        return cls(root, made, fields.windows())


def _table(base: Path, fields: DcaseFields, field: str) -> Table:
    path = base / getattr(fields, field)
    if not path.is_file():
        raise FieldError(f"{field}: there is no file {path}.", field)
    return read_table(path, fields.delimiter, fields.encoding)


def _names(events: Mapping[str, EventRows]) -> Sequence[str]:
    return next((rows.names for rows in events.values()), ("label",))


def _events(table: Table, fields: DcaseFields) -> dict[str, EventRows]:
    """The events of each clip, in the order of the table."""
    file, label = needed_column(table, fields.file, FILES, "file"), usual_column(table, fields.label, LABELS, "label")
    times = needed_column(table, fields.onset, ONSETS, "onset"), needed_column(table, fields.offset, OFFSETS, "offset")
    beside = {name: name for name in table.columns if name not in (file, label, *times)}
    columns = ({} if label is None else {"label": label}) | beside
    events: dict[str, EventRows] = {}
    for number, line in enumerate(table.lines):
        name = table.columns[file][number]
        if name is None or name == "":
            raise DataError(f"row {line}: {file!r} is empty.", file=table.file)
        rows = events.setdefault(str(name), EventRows(table.file, tuple(columns)))
        onset, offset, called = (None if c is None else table.columns[c][number] for c in (*times, label))
        if onset is None and offset is None and called is None:
            continue
        if label is not None and called is None:
            raise DataError(
                f"row {line}: the event has no {label!r}. Where there is none, leave its times empty.", file=table.file
            )
        rows.add(line, onset, offset, {name: table.columns[column][number] for name, column in columns.items()})
    return events


def _durations(table: Table) -> dict[str, float]:
    file = needed_column(table, None, FILES, "durations")
    seconds = needed_column(table, None, ("duration", "duration_s", "seconds", "length"), "durations")
    found: dict[str, float] = {}
    for name, cell, line in zip(table.columns[file], table.columns[seconds], table.lines, strict=True):
        if name is None or str(name) in found:
            raise DataError(f"row {line}: the file {name!r} is empty, or named twice.", file=table.file)
        found[str(name)] = number_of(cell, table.file, line)
    return found


def _check_durations(events: Mapping[str, EventRows], durations: Mapping[str, float]) -> None:
    for name, rows in events.items() if durations else ():
        if name not in durations:
            raise DataError(f"{name!r} has events, but no row in `durations`.", file=rows.file)
        last = max(rows.columns["offset"], default=0.0)
        if last > durations[name] + _SLACK:
            raise DataError(
                f"an event of {name!r} ends at {last:g} s, after its {durations[name]:g} s in `durations`.",
                file=rows.file,
            )
