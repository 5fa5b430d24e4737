"""Recordings that each have an annotation file of their own: a label track, a selection table, a JAMS file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from augkit.data.folders import files_below, folder_of
from augkit.errors import DataError
from augkit.fields import Limits
from augkit_audio.annotated import sound_of, sounds_by_stem
from augkit_audio.files import EXTENSIONS
from augkit_audio.recordings import Recording
from augkit_audio.windows import WindowFields

Read = Callable[[Path], tuple[str | None, Recording]]
"""The sound that a file names itself, if it does, and what is annotated on it."""


class PerFileFields(WindowFields):
    """What a recipe may say of sounds with an annotation file each."""

    root: Annotated[str, Limits(doc="the folder of the sounds")]
    annotations: Annotated[
        str | None, Limits(doc="the folder of the annotation files, or one such file; the sounds' own if absent")
    ] = None


def read_files(
    fields: PerFileFields, base: Path, ending: str, stem: Callable[[str], str], read: Read
) -> tuple[Path, dict[str, Recording]]:
    """The root, and the recording of each annotation file, by its sound's path; in the order of the sounds.

    ``stem`` is a file's name without what tools append. Sounds without such a file are not annotated, and are no
    samples. DataError where two files annotate one sound, or one annotates none.
    """
    root = folder_of(base, fields.root, "root")
    given = root if fields.annotations is None else base / fields.annotations
    folder = given.parent if given.is_file() else folder_of(base, fields.annotations or fields.root, "annotations")
    names = [given.name] if given.is_file() else sorted(files_below(folder, (ending,)))
    if not names:
        raise DataError(f"there is no annotation file here ({ending}).", file=str(folder))
    sounds = sounds_by_stem(root, EXTENSIONS)
    found: dict[str, tuple[str, Recording]] = {}
    for name in names:
        told, recording = read(folder / name)
        file = _sound(told, stem(name), sounds, root, folder / name)
        other = found.setdefault(file, (name, recording))
        if other[0] != name:
            raise DataError(f"annotates {file}, as {other[0]} does; take one of them away.", file=str(folder / name))
    placed = {file: (recording, str(folder / name)) for file, (name, recording) in sorted(found.items())}
    return root, {file: replace(one, file=file, place=place) for file, (one, place) in placed.items()}


def text_of(file: Path) -> str:
    """A text file; DataError where it is no UTF-8 or cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"is no UTF-8 text: {error}. Save it as UTF-8.", file=str(file)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=str(file)) from None


def _sound(told: str | None, stem: str, sounds: Mapping[str, str], root: Path, annotations: Path) -> str:
    """By the name that the file states, where such a sound is there; else by its own name."""
    if told is not None:
        named = told.replace("\\", "/").rpartition("/")[2]
        alike = [file for file in sounds.values() if file.rpartition("/")[2] == named]
        if len(alike) == 1:
            return alike[0]
    return sound_of(stem, sounds, root, annotations)


def without_ending(name: str, endings: Iterable[str]) -> str:
    """A name without the first of these endings that it has."""
    ending = next((ending for ending in endings if name.lower().endswith(ending)), "")
    return name[: len(name) - len(ending)]
