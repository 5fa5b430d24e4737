"""Learning curves from where they lie: a run's folder, its ``metrics.json``, or a CSV of epochs."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augkit.errors import DataError
from augkit.train.folder import METRICS

NEEDED = ("epoch", "train", "val")


@dataclass(frozen=True)
class Losses:
    """Of the validated epochs, numbered from 1 or as the file has them; ``clean`` and ``guessing`` where known."""

    epochs: Sequence[int]
    train: Sequence[float]
    val: Sequence[float]
    clean: Sequence[float] | None = None
    guessing: float | None = None


def losses_of(path: Path) -> Losses:
    """The losses in a run's folder, or in a CSV with columns ``epoch``, ``train``, ``val`` and, if known, ``clean``.

    Rows without a validation loss are left out. Raises DataError, with the file and line, for what is neither.
    """
    if path.is_dir() or path.name == METRICS:
        return _of_run(path / METRICS if path.is_dir() else path)
    return _of_table(path)


def _of_run(path: Path) -> Losses:
    try:
        metrics = json.loads(path.read_text(encoding="utf-8"))
        rows = [row for row in metrics["epochs"] if "val_loss" in row]
        return of_history(rows, metrics.get("checks"))
    except FileNotFoundError:
        raise DataError(f"has no {METRICS}: expected the folder of a run, or a CSV.", file=str(path.parent)) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DataError(f"is no {METRICS} of a run: {error!r}.", file=str(path)) from error


def of_history(rows: Sequence[Mapping[str, Any]], checks: Mapping[str, Any] | None = None) -> Losses:
    """Of rows as ``metrics.json`` has them; the loss of guessing is what the checks found before step 1."""
    clean = [float(row["clean_loss"]) for row in rows if "clean_loss" in row]
    known = [
        one
        for kind in ("fine", "findings")
        for one in (checks or {}).get(kind, ())
        if "prior" in one.get("numbers", {})
    ]
    return Losses(
        [int(row["epoch"]) + 1 for row in rows],
        [float(row["train_loss"]) for row in rows],
        [float(row["val_loss"]) for row in rows],
        clean if len(clean) == len(rows) else None,
        float(known[0]["numbers"]["prior"]) if known and known[0]["numbers"]["prior"] else None,
    )


def _of_table(path: Path) -> Losses:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            _check_columns(names, path)
            reader.fieldnames = names
            rows = [_numbers(row, reader.line_num, path) for row in reader if (row["val"] or "").strip()]
    except FileNotFoundError:
        raise DataError("no such file or folder.", file=str(path)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"is no CSV: {error}", file=str(path)) from error
    clean = [row["clean"] for row in rows if "clean" in row]
    train, val = ([row[name] for row in rows] for name in ("train", "val"))
    known = clean if rows and len(clean) == len(rows) else None
    return Losses([int(row["epoch"]) for row in rows], train, val, known)


def _check_columns(names: Sequence[str], path: Path) -> None:
    """DataError unless every needed one is there, and is there once."""
    if any(name not in names for name in NEEDED):
        told = f"has the columns {', '.join(names) or 'none'}; expected {', '.join(NEEDED)}"
        apart = "" if len(names) > 1 else ", with commas between them"
        raise DataError(f"{told}, and clean if it is known{apart}.", file=str(path))
    twice = next((name for name in (*NEEDED, "clean") if names.count(name) > 1), None)
    if twice:
        raise DataError(f"has the column {twice} twice.", file=str(path))


def _numbers(row: Mapping[str, Any], line: int, path: Path) -> dict[str, float]:
    found = {}
    for name in (*NEEDED, "clean"):
        value = row.get(name)
        if name == "clean" and not (value or "").strip():
            continue
        try:
            found[name] = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise DataError(f"line {line}: {name} is {value!r}; expected a number.", file=str(path)) from None
    if not found["epoch"].is_integer():
        raise DataError(f"line {line}: epoch is {row['epoch']!r}; expected a whole number.", file=str(path))
    return found
