"""Folders of files: what is in them, and which class a file belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from augkit.errors import DataError, FieldError
from augkit.words import suggestion


def class_of(key: str) -> str:
    """The folder directly below the root, of a path relative to it."""
    return key.partition("/")[0]


def check_classes(root: Path, keys: Sequence[str], what: str, extensions: Sequence[str], instead: str) -> None:
    """Refuse a file (an image, a sound: ``what``) outside any folder of ``root``, and a folder without one.

    ``instead`` says what to write where the files are no classes.
    """
    loose = next((key for key in keys if "/" not in key), None)
    if loose is not None:
        raise DataError(f"{loose!r} is in no class: {root} needs a folder per class. {instead}", file=str(root / loose))
    filled = {class_of(key) for key in keys}
    for folder in sorted(entry.name for entry in os.scandir(root) if entry.is_dir()):
        if folder not in filled and not folder.startswith("."):
            raise DataError(f"the class {folder!r} has no {what} ({', '.join(extensions)}).", file=str(root / folder))


def folder_of(base: Path, name: str, field: str) -> Path:
    """A folder that a recipe names; FieldError with what is beside it where there is none."""
    folder = base / name
    if not folder.is_dir():
        beside = [entry.name for entry in folder.parent.iterdir()] if folder.parent.is_dir() else []
        raise FieldError(f"{field}: there is no folder {folder}.{suggestion(folder.name, beside)}", field)
    return folder


def lines_of(file: Path) -> list[str]:
    """The lines of a list of names; DataError with the file where it is no UTF-8 or cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", file=str(file)) from None


def files_below(folder: Path, extensions: tuple[str, ...]) -> Iterator[str]:
    """Paths relative to ``folder``, with slashes, of the files with these endings that are not hidden."""
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            _check_link(Path(parent, name))
        for name in names:
            if not name.startswith(".") and name.lower().endswith(extensions):
                yield Path(parent, name).relative_to(folder).as_posix()


def _check_link(folder: Path) -> None:
    """Refuse a link to a folder that holds it: its files would be found again and again, as different samples."""
    if folder.is_symlink() and Path(os.path.realpath(folder.parent)).is_relative_to(os.path.realpath(folder)):
        raise DataError("links to a folder that holds it; remove the link.", file=str(folder))
