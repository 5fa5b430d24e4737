"""Which layout of sounds a folder or table has. Looks at names and first lines, and decodes nothing."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augkit.data.dialect import USUAL, delimiter_of, dialect_of, encoding_of
from augkit.data.folders import files_below
from augkit.errors import AugkitError
from augkit_audio.dcase import FILES, OFFSETS, ONSETS
from augkit_audio.embedded import read_with_sounds, sound_in
from augkit_audio.files import EXTENSIONS, read_header

TABLES = (".tsv", ".csv", ".jsonl", ".parquet")
_LABEL_LINE = re.compile(r"-?\d+[.,]\d+\t-?\d+[.,]\d+(\t|$)")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
_PEEK = 1 << 16
_MOST_TEXTS = 200
_FEW = 5


@dataclass(frozen=True)
class Layout:
    """A source and the fields that a recipe gives it; paths as ``Path``s, to be spelled as the recipe needs them."""

    source: str
    fields: dict[str, Any]


def layout(data: Path) -> Layout | None:
    """The layout of a folder or file, or None."""
    if data.is_file():
        return _table(data, data.parent) if data.suffix.lower() in TABLES else None
    if not data.is_dir():
        return None
    sounds = sorted(files_below(data, EXTENSIONS))
    if len(sounds) <= sum(1 for _ in files_below(data, _PICTURES)):
        return next((found for file in _tables(data) if (found := _held(file))), None)
    return _per_file(data, sounds) or _listed(data) or _folders(data, sounds)


def _per_file(data: Path, sounds: Sequence[str]) -> Layout | None:
    """JAMS files, selection tables or label tracks, beside the sounds or in a folder of their own."""
    jams = next(files_below(data, (".jams",)), None)
    if jams is not None:
        return _beside("jams", data, sounds, sorted(files_below(data, (".jams",))))
    texts = sorted(files_below(data, (".txt",)))[:_MOST_TEXTS]
    first = {name: _first_line(data / name) for name in texts}
    raven = [name for name, line in first.items() if "Begin Time (s)" in line.split("\t")]
    if raven:
        return _beside("raven", data, sounds, raven)
    stems = {sound.rpartition("/")[2].rpartition(".")[0] for sound in sounds}
    tracks = [name for name, line in first.items() if _LABEL_LINE.match(line) and Path(name).stem in stems]
    return _beside("audacity", data, sounds, tracks) if tracks else None


def _beside(source: str, data: Path, sounds: Sequence[str], files: Sequence[str]) -> Layout:
    root, annotations = _common(data, sounds), _common(data, files)
    return Layout(source, {"root": root} | ({} if annotations == root else {"annotations": annotations}))


def _common(data: Path, names: Iterable[str]) -> Path:
    """The folder at the top of ``data`` that holds all of these, or ``data``."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    return data / tops.pop() if len(tops) == 1 else data


def _listed(data: Path) -> Layout | None:
    """A table of events, else one of sounds."""
    found = [made for file in _tables(data) if (made := _table(file, data))]
    return next((one for one in found if one.source == "dcase"), next(iter(found), None))


def _tables(data: Path) -> Iterator[Path]:
    """Those at the top and one folder below, that train first."""
    names = [file for ending in TABLES for pattern in ("*", "*/*") for file in data.glob(pattern + ending)]
    yield from sorted(names, key=lambda file: ("train" not in str(file.relative_to(data)), file))


def _table(file: Path, data: Path) -> Layout | None:
    columns, rows = _head(file)
    by_name = {name.strip().lower(): position for position, name in reversed(list(enumerate(columns)))}
    named = next((by_name[name] for name in FILES if name in by_name), None)
    if named is None:
        return _held(file)
    names = [str(row[named]) for row in rows if len(row) > named and row[named]]
    root = _root_of(names, data, file)
    if root is None:
        return _held(file)
    where = {} if root == file.parent else {"root": root}
    if by_name.keys() & set(ONSETS[:3]) and by_name.keys() & set(OFFSETS[:3]):
        return Layout("dcase", {"annotations": file, **where, **_durations(file), **dialect_of(file)})
    if by_name.keys() & {"duration", "event_labels"}:
        return None  # lengths, or weak labels, of another table
    return Layout("audio_table", {"file": file, **where, **dialect_of(file)})


def _durations(file: Path) -> dict[str, Path]:
    for other in sorted(file.parent.glob(f"*{file.suffix}")):
        columns = {name.strip().lower() for name in _head(other)[0]}
        if other != file and "duration" in columns and columns & set(FILES) and _alike(other, file):
            return {"durations": other}
    return {}


def _alike(other: Path, file: Path) -> bool:
    """Whether a table of durations is that of a table of events: as train.tsv and train_durations.tsv."""
    return other.stem.lower().startswith(file.stem.lower().split("_")[0])


def _root_of(names: Sequence[str], data: Path, file: Path) -> Path | None:
    """The folder in which the first files of a table are, where they are sounds."""
    some = [name for name in names[:_FEW] if name.lower().endswith(EXTENSIONS)]
    if not some or len(some) < len(names[:_FEW]):
        return None
    below = (folder for top in (data, data.parent) for folder in sorted(top.glob("*/")) + sorted(top.glob("*/*/")))
    near = [file.parent, data, *below]
    return next((folder for folder in near if all((folder / name).is_file() for name in some)), None)


def _held(file: Path) -> Layout | None:
    """Parquet that holds sounds itself."""
    if file.suffix.lower() != ".parquet":
        return None
    try:
        held = read_with_sounds(file)[1]
        for column in held.values():
            cell = sound_in(column.cell(0), str(file))
            if isinstance(cell, bytes):
                read_header(cell)
                return Layout("audio_table", {"file": file})
    except AugkitError:
        pass
    return None


def _folders(data: Path, sounds: Sequence[str]) -> Layout | None:
    return Layout("audio_folder", {"root": data}) if all("/" in name for name in sounds) else None


def _first_line(file: Path) -> str:
    with open(file, "rb") as stream:
        text = stream.read(_PEEK).decode("utf-8-sig", "replace")
    return next((line for line in text.splitlines() if line.strip()), "")


def _head(file: Path) -> tuple[list[str], list[list[Any]]]:
    """The columns and the first rows of a table, as far as they can be seen at once."""
    if file.suffix.lower() == ".parquet":
        return [], []
    encoding = encoding_of(file)
    with open(file, "rb") as stream:
        lines = stream.read(_PEEK).decode(encoding or "utf-8-sig", "replace").splitlines()[: 3 * _FEW]
    try:
        if file.suffix.lower() == ".jsonl":
            rows = [json.loads(line) for line in lines[:_FEW]]
            return list(rows[0]), [list(row.values()) for row in rows]
        table = list(csv.reader(lines, delimiter=delimiter_of(file, encoding) or USUAL[file.suffix.lower()]))
    except (ValueError, csv.Error, IndexError, AttributeError):
        return [], []
    return (table[0], table[1:]) if table else ([], [])
