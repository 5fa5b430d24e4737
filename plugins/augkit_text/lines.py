"""Text files line by line, and their paths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from augkit.errors import DataError, FieldError
from augkit.words import suggestion


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every line with its number from 1, without its end, which is ``\\n`` or ``\\r\\n`` and nothing else.

    Unicode knows more ends of lines, which corpora have inside theirs. A file that is no UTF-8 raises DataError.
    """
    number = 0
    try:
        with open(path, encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                yield number, line.removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}:{number + 1}: is no UTF-8: {error}", file=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=str(path)) from None


def file_of(base: Path, name: str, field: str) -> Path:
    """A file that a recipe names; FieldError with what is beside it where there is none."""
    path = base / name
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise FieldError(f"{field}: there is no file {path}.{suggestion(path.name, beside)}", field)
    return path
