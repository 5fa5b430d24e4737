"""What differs between two targets, as words; and digests for outputs that must agree to the byte."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from augkit.sample import Sample, Target


def difference(before: Any, after: Any, name: str = "") -> str | None:
    """Where ``after`` is not exactly ``before``: what, where, by how much; None when they are equal."""
    if before is after:
        return None
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return _arrays(before, after, name)
    if isinstance(before, Target) and type(before) is type(after):
        return _parts(_fields(before), _fields(after), name, ".")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _parts(before, after, name, ".")
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return _parts(dict(enumerate(before)), dict(enumerate(after)), name, "#")
    same = type(before) is type(after) and (before == after or _both_nan(before, after))
    return None if same else f"{name}: {before!r} became {after!r}"


def difference_of_samples(before: Sample, after: Sample) -> str | None:
    """As ``difference``, over all targets."""
    return _parts(before.targets, after.targets, "", "")


def _arrays(before: np.ndarray, after: np.ndarray, name: str) -> str | None:
    if before.dtype != after.dtype:
        return f"{name}: {before.dtype} became {after.dtype}"
    if before.shape != after.shape:
        return f"{name}: shape {before.shape} became {after.shape}"
    if before.dtype == object:
        return _parts(dict(enumerate(before.ravel())), dict(enumerate(after.ravel())), name, "#")
    differs = before != after
    if before.dtype.kind in "fc":
        differs &= ~(np.isnan(before) & np.isnan(after))
    count = int(np.count_nonzero(differs))
    if not count:
        return None
    at = np.unravel_index(int(np.argmax(differs)), before.shape)
    place = ", ".join(str(int(i)) for i in at)
    amount = ""
    if before.dtype.kind in "fiu":
        amount = f", at most by {np.abs(before[differs].astype(float) - after[differs].astype(float)).max():g}"
    first = f"first at ({place}): {before[at]!s} became {after[at]!s}"
    return f"{name}: {count} of {before.size} values differ{amount}; {first}"


def _parts(before: Mapping[Any, Any], after: Mapping[Any, Any], name: str, joint: str) -> str | None:
    if len(before) != len(after) or before.keys() != after.keys():
        if joint == "#":
            return f"{name}: {len(before)} items became {len(after)}"
        return f"{name}: {sorted(map(str, before))} became {sorted(map(str, after))}"
    found = (difference(before[key], after[key], f"{name}{joint}{key}") for key in before)
    return next((words for words in found if words), None)


def _fields(target: Target) -> dict[str, Any]:
    return {f.name: getattr(target, f.name) for f in dataclasses.fields(target) if f.name != "options"}


def _both_nan(before: Any, after: Any) -> bool:
    return isinstance(before, float) and math.isnan(before) and math.isnan(after)


def digest(sample: Sample) -> str:
    """16 hex digits of every byte of every target."""
    hashed = hashlib.blake2b(digest_size=8)
    for part in _bytes(sample.targets):
        hashed.update(part)
    return hashed.hexdigest()


def _bytes(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.dtype}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, Target):
        yield type(value).__name__.encode()
        yield from _bytes(_fields(value))
    elif isinstance(value, Mapping):
        for key in value:
            yield repr(key).encode()
            yield from _bytes(value[key])
    elif isinstance(value, list | tuple | np.ndarray):
        yield f"{type(value).__name__}{len(value)}".encode()
        for item in value:
            yield from _bytes(item)
    else:
        yield repr(value).encode()


def arrays(value: Any) -> Iterator[np.ndarray]:
    """Every array inside a target, mapping or list."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, Target):
        yield from arrays(_fields(value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from arrays(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from arrays(item)
