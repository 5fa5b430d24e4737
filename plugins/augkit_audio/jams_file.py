"""JAMS files read and checked: the annotations of one recording, by namespace."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augkit.errors import DataError
from augkit.words import suggestion
from augkit_audio.annotated import EventRows, number_of
from augkit_audio.windows import Columns

_FIELDS = ("time", "duration", "value", "confidence")


@dataclass(frozen=True)
class JamsFile:
    """``annotations``: namespace and observations, ``{"time", "duration", "value", "confidence"}``, as they stand."""

    path: Path
    annotations: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
    sound: str | None

    def namespaces(self) -> list[str]:
        """All that there are, each once."""
        return list(dict.fromkeys(name for name, _ in self.annotations))

    def observations(self, namespace: str, number: int | None = None) -> Sequence[Mapping[str, Any]]:
        """Those of the only annotation of a namespace, or of the one of this ``number``, counted from 0."""
        there = [data for name, data in self.annotations if name == namespace]
        if not there:
            listing = ", ".join(self.namespaces()) or "none"
            hint = suggestion(namespace, self.namespaces())
            raise self.wrong(f"has no annotation of namespace {namespace!r}.{hint} It has: {listing}.")
        told = f"has {len(there)} annotations of namespace {namespace!r}"
        if number is None and len(there) > 1:
            raise self.wrong(f"{told}; write which one is meant: `annotation: 0`.")
        if (number or 0) >= len(there):
            raise self.wrong(f"{told}, none of number {number} (counted from 0).")
        return there[number or 0]

    def wrong(self, complaint: str) -> DataError:
        """A complaint with the file."""
        return DataError(complaint, file=str(self.path))


def read_jams(path: Path) -> JamsFile:
    """A .jams file; DataError with the file, and the annotation that is wrong."""
    try:
        whole = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"is no JSON: {error}", file=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    annotations = whole.get("annotations") if isinstance(whole, dict) else None
    if not isinstance(annotations, list):
        raise DataError("is no JAMS file: expected an object with a list of annotations.", file=str(path))
    made = [_annotation(one, number, path) for number, one in enumerate(annotations)]
    return JamsFile(path, made, _sound(whole))


def _annotation(one: Any, number: int, path: Path) -> tuple[str, list[Mapping[str, Any]]]:
    namespace, data = (one.get("namespace"), one.get("data")) if isinstance(one, dict) else (None, None)
    if not isinstance(namespace, str):
        raise DataError(f"annotation {number} has no namespace.", file=str(path))
    if isinstance(data, dict):
        data = _rows(data, number, path)
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise DataError(
            f"annotation {number} ({namespace}): its data is {data!r:.60}; expected observations.", file=str(path)
        )
    return namespace, data


def _rows(columns: Mapping[str, Any], number: int, path: Path) -> list[dict[str, Any]]:
    """Dense namespaces hold columns."""
    there = {name: columns[name] for name in _FIELDS if name in columns}
    lengths = {len(column) if isinstance(column, list) else None for column in there.values()}
    if len(lengths) != 1 or None in lengths:
        raise DataError(f"annotation {number}: its columns are not lists of one length.", file=str(path))
    return [dict(zip(there, row, strict=True)) for row in zip(*there.values(), strict=True)]


def _sound(whole: Mapping[str, Any]) -> str | None:
    """Where tools note the file's name: JAMS itself has no place for it."""
    metadata, sandbox = whole.get("file_metadata"), whole.get("sandbox")
    for place, name in ((sandbox, "filename"), (sandbox, "audio_path"), (metadata, "filename")):
        if isinstance(place, dict) and isinstance(place.get(name), str) and place[name]:
            return str(place[name])
    return None


def events_of(file: JamsFile, namespace: str, number: int | None) -> EventRows:
    """Observations as events: ``label`` is the value; of Scaper's, the label in it, its backgrounds left out."""
    columns = _of_scaper if namespace == "scaper" else _of_value
    rows: EventRows | None = None
    observations = file.observations(namespace, number)
    for index, (one, beside) in enumerate(_with_columns(observations, columns, namespace, file)):
        rows = rows or EventRows(str(file.path), tuple(beside))
        onset, duration = one.get("time"), one.get("duration", 0.0)
        end = onset + duration if _number(onset) and _number(duration) else None
        rows.add(f"{index} of {namespace}", onset, end, beside)
    return rows or EventRows(str(file.path))


def beats_of(file: JamsFile, number: int | None = None) -> Columns:
    """The beats, and their ``positions`` in the bar where all have one."""
    observations = file.observations("beat", number)
    times = [number_of(one.get("time"), str(file.path), f"{row} of beat") for row, one in enumerate(observations)]
    positions = [one.get("value") for one in observations]
    return {"times": times} | ({"positions": positions} if positions and all(map(_number, positions)) else {})


def contour_of(file: JamsFile, number: int | None = None) -> Columns:
    """The frequency at every moment, and whether it is voiced. DataError where there are several contours."""
    observations = file.observations("pitch_contour", number)
    values = [one["value"] if isinstance(one.get("value"), dict) else {} for one in observations]
    if len({value.get("index") for value in values}) > 1:
        raise file.wrong("holds several contours at once (pitch_contour of more than one index); one is supported.")
    times, hertz = [], []
    for row, (one, value) in enumerate(zip(observations, values, strict=True)):
        times.append(number_of(one.get("time"), str(file.path), f"{row} of pitch_contour"))
        hertz.append(number_of(value.get("frequency"), str(file.path), f"{row} of pitch_contour", "Hz"))
    voiced = [bool(value.get("voiced", hz > 0)) and hz > 0 for value, hz in zip(values, hertz, strict=True)]
    return {"times": times, "hz": [abs(hz) for hz in hertz], "voiced": voiced}


def _with_columns(
    observations: Sequence[Mapping[str, Any]],
    columns: Callable[[Mapping[str, Any]], dict[str, Any] | None],
    namespace: str,
    file: JamsFile,
) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    for index, one in enumerate(observations):
        try:
            beside = columns(one)
        except (KeyError, TypeError):
            told = f"observation {index} of {namespace} has the value {one.get('value')!r:.60}"
            raise file.wrong(f"{told}, which has no label.") from None
        if beside is not None:
            yield one, beside


def _of_value(one: Mapping[str, Any]) -> dict[str, Any]:
    label = one["value"]
    if isinstance(label, dict | list):
        raise TypeError
    return {"label": label, "confidence": one.get("confidence")}


def _of_scaper(one: Mapping[str, Any]) -> dict[str, Any] | None:
    value = one["value"]
    if value["role"] == "background":
        return None
    return {"label": value["label"], "snr": value.get("snr"), "source_file": value.get("source_file")}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
