"""The source ``audio_table``: a table with one sound a row, or one part of a sound."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.arrays import from_json
from augkit.data.dialect import Delimiter, Encoding
from augkit.data.folders import folder_of
from augkit.data.manifest import ROW
from augkit.data.table import Table
from augkit.errors import DataError, FieldError
from augkit.fields import Limits, check_names
from augkit.vocab.rows import columns_of, is_rows, rows_of
from augkit_audio.annotated import EventRows, needed_column, number_of, usual_column
from augkit_audio.embedded import Held, read_with_sounds, sound_in
from augkit_audio.recordings import Columns, Recording, Recordings
from augkit_audio.windows import WindowFields, Windows, stamp

FILES = (
    *("audio", "file", "filename", "file_name", "path", "filepath", "file_path", "audio_path", "audio_file", "wav"),
    *("clip", "fname", "slice_file_name", "recording", "sound"),
)


TIMES = ("onset", "offset")


class AudioTableFields(WindowFields):
    """What a recipe may say of a table of sounds."""

    file: Annotated[str, Limits(doc="CSV, TSV, JSONL or Parquet, one sound a row")]
    root: Annotated[str | None, Limits(doc="what file names start from; the table's own folder if absent")] = None
    audio: Annotated[str | None, Limits(doc="the column of file names; else audio, file, filename, path, …")] = None
    suffix: Annotated[str, Limits(doc="what is appended to the names, such as .wav where the table leaves it out")] = ""
    start: Annotated[str | None, Limits(doc="a column: the second at which the part begins")] = None
    end: Annotated[str | None, Limits(doc="a column: the second at which the part ends")] = None
    key: Annotated[str | None, Limits(doc="the column that names a sample, or '#' for the row's number")] = None
    delimiter: Delimiter = None
    encoding: Encoding = None


class AudioTable(Recordings):
    """Rows of a table as sounds: ``audio_table: {file: esc50.csv, root: audio}``.

    Fields: ``audio``, and every other column: a value where it holds floats only, else a label, each cell in the type
    that the table has; a column ``events`` holds JSON, times from the start of the file. With ``start`` and ``end`` a
    row is a part of its file, and only that is decoded. A cell may also be a mapping with ``bytes`` and ``path``, or
    ``array`` and ``sampling_rate``, as Hugging Face data sets hold sounds in Parquet. Keys are the file names, with
    the second at which the part begins; see ``Recordings`` for windows.
    """

    fields_type = AudioTableFields
    shorthand = "file"
    paths = ("file", "root")

    def __init__(
        self,
        root: Path,
        recordings: Mapping[str, Recording],
        windows: Windows | None,
        kinds: Mapping[str, Any],
        held: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(root, recordings, windows, kinds)
        self.held = held or {}

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the table. A missing file or column raises FieldError, a wrong row DataError."""
        check_names(AudioTableFields, given)
        fields = AudioTableFields(**given)
        path = base / fields.file
        if not path.is_file():
            raise FieldError(f"file: there is no file {path}.", "file")
        table, held = read_with_sounds(path, fields.delimiter, fields.encoding)
        root = path.parent if fields.root is None else folder_of(base, fields.root, "root")
        known = usual_column(table, fields.audio, FILES, "audio") or next(iter(held), None)
        column = known or needed_column(table, None, FILES, "audio")
        for name in ("start", "end", "key"):
            if getattr(fields, name) != ROW:
                usual_column(table, getattr(fields, name), (), name)
        beside = [name for name in table.columns if name not in (column, fields.start, fields.end, "events", *held)]
        recordings, sounds = {}, {}
        for row, key in enumerate(_keys(table, column, fields)):
            recordings[key] = _recording(table, row, column, beside, fields)
            if column in held or isinstance(table.columns[column][row], Mapping):
                sounds[recordings[key].place] = (held.get(column), row, table.columns[column][row])
        kinds = {name: _kind(table.columns[name]) for name in beside}
        return cls(root, recordings, fields.windows(), kinds, sounds)

    def sound(self, recording: Recording) -> Path | bytes:
        """The file, or the bytes that the table holds."""
        if recording.place not in self.held:
            return self.root / recording.file
        column, row, cell = self.held[recording.place]
        found = sound_in(column.cell(row) if isinstance(column, Held) else cell, recording.place)
        return found if isinstance(found, bytes) else self.root / found


def _keys(table: Table, column: str, fields: AudioTableFields) -> Iterator[str]:
    """A key for each row; DataError with both rows where two have the same."""
    seen: dict[str, int] = {}
    for row, line in enumerate(table.lines):
        key = _key(table, row, column, fields)
        if key is None:
            named = fields.key or column
            raise DataError(f"row {line}: {named!r} is empty; number the rows: `key: '#'`.", file=table.file)
        first = seen.setdefault(key, row)
        if first != row:
            raise DataError(
                f"rows {table.lines[first]} and {line} have the same key {key!r}. Name another column as `key:`, or "
                "number the rows: `key: '#'`; one row an event is read by `dcase`.",
                key=key,
                file=table.file,
            )
        yield key


def _key(table: Table, row: int, column: str, fields: AudioTableFields) -> str | None:
    if fields.key == ROW:
        return str(table.lines[row])
    name = _name(table.columns[fields.key or column][row])
    if name is None or fields.key is not None or fields.start is None:
        return name
    return name + stamp(number_of(table.columns[fields.start][row], table.file, table.lines[row]))


def _name(cell: Any) -> str | None:
    cell = cell.get("path") if isinstance(cell, Mapping) else cell
    return None if cell is None or cell == "" else str(cell)


def _recording(table: Table, row: int, column: str, beside: Sequence[str], fields: AudioTableFields) -> Recording:
    place, line = table.place(row), table.lines[row]
    name = _name(table.columns[column][row])
    start, end = (
        None if named is None else number_of(table.columns[named][row], table.file, line)
        for named in (fields.start, fields.end)
    )
    if start is not None and (start < 0 or (end is not None and end <= start)):
        raise DataError(f"row {line}: a part from {start:g} s to {end} s is none.", file=table.file)
    if end is not None and start is None and end <= 0:
        raise DataError(f"row {line}: a part that ends at {end:g} s is none.", file=table.file)
    values = {named: table.columns[named][row] for named in beside}
    events = _events(table.columns["events"][row], table.file, line) if "events" in table.columns else None
    file = f"{name or place}{fields.suffix if name else ''}"
    return Recording(file, events, values, start=start or 0.0, end=end, place=place)


def _events(cell: Any, file: str, line: int) -> Columns:
    """A cell of events, ``[{"onset", "offset", …}]`` or columns, as JSON or as it is; ``[]`` for none."""
    try:
        given = from_json(json.loads(cell) if isinstance(cell, str) else cell)
        columns = columns_of(given, "events", TIMES) if is_rows(given, "events") else dict(given)
    except (ValueError, RecursionError) as error:
        raise DataError(f"row {line}: events are no JSON: {error}: {cell[:60]!r}", file=file) from None
    except DataError as error:
        raise DataError(f"row {line}: {error.message}", file=file) from None
    lengths = {len(columns.get(name, ())) for name in {*columns, *TIMES}}
    if len(lengths) > 1:
        raise DataError(f"row {line}: events have columns of {sorted(lengths)} values.", file=file)
    rows = EventRows(file, tuple(name for name in columns if name not in TIMES))
    for one in rows_of(columns):
        rows.add(line, one["onset"], one["offset"], {name: one.get(name) for name in rows.names})
    return rows.columns


def _kind(cells: Sequence[Any]) -> str:
    return "value" if all(isinstance(cell, float) for cell in cells) else "label"
