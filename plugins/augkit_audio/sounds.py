"""Sounds that a step mixes in: a folder of files, or a table of them, known by what they hold.

What a step draws among must be the same on every machine and every day, or the draws mean something else. So files are
listed in a fixed order, their contents are part of the recipe's hash, and a replay refuses a file that has changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import soundfile

from augkit.data.table import Table, read_table
from augkit.data.whole import write_bytes
from augkit.errors import DataError, FieldError, ReplayError
from augkit.words import suggestion
from augkit_audio.files import EXTENSIONS

_READ_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Sound:
    """One file: its ``name`` in the folder or table, and a ``digest`` of what it holds; ``events`` are as written."""

    name: str
    file: Path
    digest: str
    seconds: float
    rate: int
    channels: int
    events: tuple[Mapping[str, Any], ...] = ()


class Sounds(str):
    """The path of a folder or a table, with the sounds that are there, sorted by name.

    As a text it is the path; its ``repr``, which recipes are hashed by, is a digest of all names, contents and events.
    It pickles as path and digest, and is listed anew in the other process, which must find the same.
    """

    listed: tuple[Sound, ...]
    places: Mapping[str, int]
    digest: str

    @classmethod
    def at(cls, path: str, field: str) -> Self:
        """The sounds in a folder, or named by a table's column ``audio``; FieldError where there are none."""
        made = cls(path)
        made.listed = tuple(_in_folder(Path(path), field) if field == "folder" else _in_table(Path(path), field))
        made.places = {sound.name: place for place, sound in enumerate(made.listed)}
        named = [(sound.name, sound.digest, sound.events) for sound in made.listed]
        made.digest = blake2b(json.dumps(named, sort_keys=True).encode(), digest_size=8).hexdigest()
        return made

    def __repr__(self) -> str:
        return f"Sounds({self.digest})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _found_again, (str(self), "folder" if Path(self).is_dir() else "manifest", self.digest)

    def named(self, name: str, digest: str) -> tuple[int, Sound]:
        """The place and the sound of this name; ReplayError where it is gone, or holds something else."""
        if name not in self.places:
            raise ReplayError(f"{self} has no sound {name!r}.{suggestion(name, self.places)}")
        sound = self.listed[self.places[name]]
        if sound.digest != digest:
            raise ReplayError(f"{sound.file} has changed since it was drawn: then {digest}, now {sound.digest}.")
        return self.places[name], sound


def cache_folder() -> Path:
    """Where what is made of files is kept: $AUGKIT_CACHE, else ``augkit`` in the user's folder for caches."""
    told = os.environ.get("AUGKIT_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(told) if told else home / "augkit"


def _found_again(path: str, field: str, digest: str) -> Sounds:
    found = Sounds.at(path, field)
    if found.digest != digest:
        raise DataError("has other sounds than when the recipe was read; start again.", file=path)
    return found


def _in_folder(folder: Path, field: str) -> list[Sound]:
    if not folder.is_dir():
        raise FieldError(f"{field}: there is no folder {folder}.", field)
    files = {file.relative_to(folder).as_posix(): file for file in _sounds_below(folder)}
    if not files:
        raise FieldError(f"{field}: {folder} holds no sounds ({', '.join(sorted(EXTENSIONS))}).", field)
    return _listed(files, {}, folder, field)


def _sounds_below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder, followlinks=True):
        yield from (Path(place, name) for name in names if Path(name).suffix.lower() in EXTENSIONS)


def _in_table(path: Path, field: str) -> list[Sound]:
    if not path.is_file():
        raise FieldError(f"{field}: there is no file {path}.", field)
    try:
        table = read_table(path)
    except DataError as error:
        raise FieldError(f"{field}: {error}", field) from None
    if "audio" not in table.columns:
        listing = ", ".join(table.columns)
        raise FieldError(f"{field}: {path} has no column 'audio', which names the files; it has: {listing}.", field)
    names = [str(name) for name in table.columns["audio"]]
    if not names:
        raise FieldError(f"{field}: {path} has no rows.", field)
    if twice := next((name for place, name in enumerate(names) if name in names[:place]), None):
        raise FieldError(f"{field}: {path} names {twice!r} twice.", field)
    files = {name: path.parent / name for name in names}
    return _listed(files, dict(zip(names, _events(table, field), strict=True)), path, field)


def _events(table: Table, field: str) -> Iterator[tuple[Mapping[str, Any], ...]]:
    for row, cell in enumerate(table.columns.get("events", [None] * len(table))):
        try:
            events = json.loads(cell) if isinstance(cell, str) else cell or []
            if not all(float(event["onset"]) <= float(event["offset"]) for event in events):
                raise ValueError("an event ends before it begins")
        except (ValueError, TypeError, KeyError) as error:
            told = f'{table.place(row)}: events: {error}; expected [{{"onset": 0.5, "offset": 1, "label": "dog"}}].'
            raise FieldError(f"{field}: {told}", field) from None
        yield tuple(events)


def _listed(files: Mapping[str, Path], events: Mapping[str, Any], at: Path, field: str) -> list[Sound]:
    known = _known(at)
    found = {name: _looked_at(file, known.get(name), field) for name, file in files.items()}
    if found != known:
        _keep(at, found)
    return [
        Sound(name, files[name], digest, frames / rate, rate, channels, events.get(name, ()))
        for name, (_, _, digest, frames, rate, channels) in sorted(found.items())
    ]


def _looked_at(file: Path, known: Sequence[Any] | None, field: str) -> list[Any]:
    """Size, time, digest, frames, rate and channels; as ``known`` where size and time are the same."""
    try:
        stat = file.stat()
        if known is not None and list(known[:2]) == [stat.st_size, stat.st_mtime_ns]:
            return list(known)
        about = soundfile.info(str(file))
        if about.frames < 1:
            raise FieldError(f"{field}: {file} holds no samples.", field)
        return [stat.st_size, stat.st_mtime_ns, _digest(file), about.frames, about.samplerate, about.channels]
    except FileNotFoundError:
        raise FieldError(f"{field}: there is no file {file}.", field) from None
    except (OSError, soundfile.LibsndfileError) as error:
        raise FieldError(f"{field}: {file} cannot be read as sound: {error}", field) from None


def _digest(file: Path) -> str:
    hashed = blake2b(digest_size=8)
    with file.open("rb") as stream:
        while part := stream.read(_READ_AT_ONCE):
            hashed.update(part)
    return hashed.hexdigest()


def _kept_in(at: Path) -> Path:
    return cache_folder() / "sounds" / f"{blake2b(os.path.abspath(at).encode(), digest_size=8).hexdigest()}.json"


def _known(at: Path) -> dict[str, list[Any]]:
    try:
        return dict(json.loads(_kept_in(at).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _keep(at: Path, found: Mapping[str, list[Any]]) -> None:
    """Kept where that is possible; elsewhere files are looked at again the next time."""
    try:
        write_bytes(_kept_in(at), json.dumps(found).encode())
    except OSError:
        return
