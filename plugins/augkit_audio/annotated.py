"""What sources of annotated recordings share: events row by row, checked where they stand, and files by their stem."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augkit.data.folders import files_below
from augkit.data.table import Table
from augkit.errors import DataError, FieldError
from augkit.words import suggestion


@dataclass
class EventRows:
    """The events of one recording as they are read from ``file``: columns of ``names`` beside onset and offset."""

    file: str
    names: Sequence[str] = ("label",)
    columns: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {name: [] for name in ("onset", "offset", *self.names)}

    def add(self, row: Any, onset: Any, offset: Any, beside: Mapping[str, Any]) -> None:
        """One event; DataError with the file and the ``row`` where its times are no seconds, or end before they start.

        Times may be texts.
        """
        start, end = (number_of(cell, self.file, row) for cell in (onset, offset))
        if end < start:
            raise DataError(f"row {row}: ends at {end:g} s, before it starts at {start:g} s.", file=self.file)
        for name, value in {"onset": start, "offset": end, **beside}.items():
            self.columns[name].append(value)


def number_of(cell: Any, file: str, row: Any, unit: str = "seconds") -> float:
    """A finite number, or DataError."""
    try:
        number = math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        hint = " Write a point, not a comma." if isinstance(cell, str) and "," in cell else ""
        raise DataError(f"row {row}: {cell!r:.40} is no number of {unit}.{hint}", file=file)
    return number


def usual_column(table: Table, given: str | None, names: Sequence[str], field: str) -> str | None:
    """The column that a recipe names, which must be there, or the first that is usually called so, in any case."""
    if given is not None and given not in table.columns:
        raise FieldError(
            f"{field}: {table.file} has no column {given!r}.{suggestion(given, table.columns)} It has: "
            f"{', '.join(table.columns)}.",
            field,
        )
    columns = {name.strip().lower(): name for name in reversed(table.columns)}
    return given or next((columns[name] for name in names if name in columns), None)


def needed_column(table: Table, given: str | None, names: Sequence[str], field: str) -> str:
    """As ``usual_column``; FieldError where there is none."""
    found = usual_column(table, given, names, field)
    if found is None:
        raise FieldError(
            f"{field}: {table.file} has no column called {' or '.join(names[:3])}; name it: `{field}: …`. It has: "
            f"{', '.join(table.columns)}.",
            field,
        )
    return found


def sounds_by_stem(root: Path, extensions: Iterable[str]) -> dict[str, str]:
    """File below ``root`` by its path without ending. Two of one stem raise DataError."""
    found: dict[str, str] = {}
    for name in sorted(files_below(root, tuple(extensions))):
        other = found.setdefault(name.rpartition(".")[0], name)
        if other != name:
            raise DataError(
                f"{other} and {name} differ in their ending only; which of them is annotated? Move one elsewhere.",
                file=str(root / name),
            )
    return found


def sound_of(stem: str, sounds: Mapping[str, str], root: Path, annotations: Path) -> str:
    """The sound that an annotation file belongs to: of the same path, or else the only one of the same name."""
    if stem in sounds:
        return sounds[stem]
    name = stem.rpartition("/")[2]
    alike = [file for other, file in sounds.items() if other.rpartition("/")[2] == name]
    if len(alike) == 1:
        return alike[0]
    told = (
        f"{len(alike)} sounds are called so: {', '.join(alike[:3])}" if alike else f"there is no {stem}.wav or the like"
    )
    hint = "" if alike else suggestion(stem, sounds)
    raise DataError(f"annotates {name!r}, but below {root} {told}.{hint}", file=str(annotations))
