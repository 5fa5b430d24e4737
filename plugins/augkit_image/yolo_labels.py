"""YOLO's label files: a class and normalised numbers a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from augkit.errors import DataError, FieldError

Form = Literal["boxes", "polygons", "oriented", "pose"]
_MOST_LOOKED_AT = 200
_SLACK = 0.01
_WORDS = {
    "boxes": "a class and 4 numbers: cx cy w h",
    "polygons": "a class and x y of three points or more",
    "oriented": "a class and 8 numbers: x y of four corners",
}


@dataclass(frozen=True)
class Labels:
    """Objects in the order of the file: class numbers, and the normalised numbers behind each."""

    classes: tuple[int, ...]
    numbers: tuple[np.ndarray, ...]

    def boxes(self, form: Form) -> np.ndarray:
        """(n, 4) normalised cx, cy, w, h: as written, or round the outline."""
        if form in ("boxes", "pose"):
            return np.array([one[:4] for one in self.numbers]).reshape(-1, 4)
        corners = [one.reshape(-1, 2) for one in self.numbers]
        low = np.array([one.min(axis=0) for one in corners]).reshape(-1, 2)
        high = np.array([one.max(axis=0) for one in corners]).reshape(-1, 2)
        return np.column_stack([(low + high) / 2, high - low])


def read_labels(file: Path, form: Form, classes: int, points: int = 0, dims: int = 3) -> Labels:
    """The objects of a file; none where there is no file. DataError with file and line for what is no such label."""
    numbers, found = [], []
    for line, words in _lines(file):
        try:
            values = np.array(words, dtype=np.float64)
        except ValueError:
            raise _wrong(file, line, f"{' '.join(words)[:60]!r} are not all numbers.") from None
        _check(file, line, values, form, classes, 4 + points * dims)
        if form == "pose" and dims == 3:
            _check_seen(file, line, values[7::3])
        found.append(int(values[0]))
        numbers.append(values[1:])
    return Labels(tuple(found), tuple(numbers))


def guess_form(files: Sequence[Path]) -> Form:
    """Polygons where some line has 6 numbers or more behind its class, else boxes; FieldError where every one has 8."""
    counts: set[int] = set()
    looked = 0
    for file in files:
        here = {len(words) - 1 for _, words in _lines(file)}
        counts |= here
        looked += bool(here)
        if looked == _MOST_LOOKED_AT:
            break
    if counts == {8}:
        raise FieldError(
            "form: a class and 8 numbers are an oriented box or an outline of four points; write form: oriented, or "
            "form: polygons.",
            "form",
        )
    return "polygons" if any(count >= 6 for count in counts) else "boxes"


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot be read: {error}", file=str(file)) from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line.split()


def _check(file: Path, line: int, values: np.ndarray, form: Form, classes: int, posed: int) -> None:
    count = len(values) - 1
    fits = {"boxes": count == 4, "polygons": count >= 6 and count % 2 == 0, "oriented": count == 8}
    if not fits.get(form, count == posed):
        expected = _WORDS.get(form, f"a class and {posed} numbers: a box and its points")
        raise _wrong(file, line, f"has {count} numbers behind the class; expected {expected} (form: {form}).")
    if not values[0].is_integer() or not 0 <= values[0] < classes:
        raise _wrong(file, line, f"is of class {values[0]:g}; there are 0 to {classes - 1}.")
    reach = 1.0 if form == "oriented" else _SLACK  # a turned rectangle may well have a corner outside
    used = values[1:5] if form == "pose" else values[1:]
    if not np.isfinite(values).all() or used.min() < -reach or used.max() > 1 + reach:
        raise _wrong(file, line, f"holds {_worst(values[1:]):g}; expected fractions of the picture's sides, 0 to 1.")
    if form in ("boxes", "pose") and values[3:5].min() < 0:
        raise _wrong(file, line, f"has the sides {values[3]:g} and {values[4]:g}; none may be negative.")


def _check_seen(file: Path, line: int, seen: np.ndarray) -> None:
    odd = seen[~np.isin(seen, (0, 1, 2))]
    if len(odd):
        raise _wrong(file, line, f"has the visibility {odd[0]:g}; expected 0 (not labelled), 1 (hidden) or 2 (seen).")


def _worst(values: np.ndarray) -> float:
    bad = ~np.isfinite(values)
    return float(values[np.argmax(bad)] if bad.any() else values[np.argmax(np.abs(values - 0.5))])


def _wrong(file: Path, line: int, complaint: str) -> DataError:
    return DataError(f"line {line}: {complaint}", file=str(file))
