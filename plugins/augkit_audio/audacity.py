"""The source ``audacity``: label tracks, one text file a sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from augkit.errors import DataError
from augkit.fields import check_names
from augkit_audio.annotated import EventRows, number_of
from augkit_audio.per_file import PerFileFields, read_files, text_of, without_ending
from augkit_audio.recordings import Recording, Recordings

_COLUMNS = ("label", "low_hz", "high_hz")


class Audacity(Recordings):
    """Sounds with a label track exported from Audacity: ``audacity: {root: sounds}``, ``a.txt`` beside ``a.wav``.

    Fields: ``audio``; ``events`` with ``label`` (the text of the label, which may be empty), ``low_hz`` and
    ``high_hz`` (None where the selection had no frequencies); ``labels``. A point is an event that lasts no time. An
    empty track is a recording without events. Keys are the sounds' paths; see ``Recordings`` for windows.
    """

    fields_type = PerFileFields
    shorthand = "root"
    paths = ("root", "annotations")

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read all tracks. FieldError for folders that are not there, DataError with file and line of what is wrong."""
        check_names(PerFileFields, given)
        fields = PerFileFields(**given)
        root, found = read_files(fields, base, ".txt", lambda name: without_ending(name, (".txt",)), _read)
        return cls(root, found, fields.windows())


def _read(file: Path) -> tuple[None, Recording]:
    return None, Recording("", read_track(file).columns)


def read_track(file: Path) -> EventRows:
    """The labels of a track: ``start⇥end⇥text``, and for some a second line ``\\⇥low⇥high``."""
    rows = EventRows(str(file), _COLUMNS)
    for number, line in enumerate(text_of(file).splitlines(), 1):
        cells = line.split("\t")
        if cells[0] == "\\":
            _add_frequencies(rows, cells, number)
        elif line.strip():
            if len(cells) < 2:
                raise DataError(
                    f"row {number}: got {line!r:.60}; expected start, end and text, with tabs between.", file=rows.file
                )
            beside = {"label": "\t".join(cells[2:]), "low_hz": None, "high_hz": None}
            rows.add(number, cells[0], cells[1], beside)
    return rows


def _add_frequencies(rows: EventRows, cells: list[str], number: int) -> None:
    if len(cells) != 3 or not rows.columns["label"]:
        raise DataError(f"row {number}: expected \\, the lowest and the highest Hz, below a label.", file=rows.file)
    for name, cell in zip(("low_hz", "high_hz"), cells[1:], strict=True):
        hertz = number_of(cell, rows.file, number, "Hz")
        rows.columns[name][-1] = hertz if hertz >= 0 else None  # Audacity writes -1 for "no bound"
