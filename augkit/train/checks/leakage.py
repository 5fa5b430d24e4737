"""Leakage: samples of one split that are, or nearly are, in the other."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from augkit.sample import Target
from augkit.train.checks.finding import Finding, fine
from augkit.vocab.sketches import of_grid, of_text, unit


@dataclass(frozen=True, eq=False)
class Print:
    """What a sample is known by: ``digest`` of its content, ``sketch`` of what it looks or sounds like."""

    key: str
    digest: bytes
    sketch: np.ndarray | None = None
    alike: float = 0.99


def print_of(key: str, content: Any) -> Print:
    """Of a sample's targets, of which the carriers count; or of one array, tensor or text."""
    if isinstance(content, Mapping):
        carriers = [target for target in content.values() if isinstance(target, Target) and target.carrier]
        sketches = ((carrier.sketch(), carrier.alike) for carrier in carriers)
        sketch, alike = next((pair for pair in sketches if pair[0] is not None), (None, 1.0))
        return Print(key, _digest(carriers), sketch, alike)
    if isinstance(content, str):
        return Print(key, _digest([content]), of_text(content), 0.95)
    array = np.asarray(content)
    return Print(key, _digest([array]), _of_array(array), 0.995)


def leakage(train: Iterable[Print], val: Iterable[Print], other: str = "validation") -> Finding:
    """``leakage`` where content of ``val`` is in ``train`` too, byte for byte or nearly; else fine.

    Samples with keys in common are counted as any others: the same key in both is the same content.
    """
    known, asked = list(train), list(val)
    by_digest = {one.digest: one.key for one in known}
    exact = [(one.key, by_digest[one.digest]) for one in asked if one.digest in by_digest]
    taken = {key for key, _ in exact}
    near = _nearly(known, [one for one in asked if one.key not in taken])
    numbers = {"exact": len(exact), "near": len(near), "train": len(known), "val": len(asked)}
    looked = f"of {len(asked)} {other} samples looked at, against {len(known)} to learn from"
    if not exact and not near:
        return fine("leakage", f"none {looked} is there twice", **numbers)
    pairs = [f"{a} = {b}" for a, b in exact[:2]] + [f"{a} ~ {b} ({likeness:.3f})" for a, b, likeness in near[:2]]
    told = f"{looked}, {len(exact)} are among them exactly and {len(near)} nearly: {'; '.join(pairs)}"
    severity: Any = "problem" if (len(exact) + len(near)) > 0.01 * len(asked) else "warning"
    return Finding("leakage", severity, told, _MEANS, _ADVICE, numbers | {"pairs": (exact + near)[:50]})


def _nearly(known: Sequence[Print], asked: Sequence[Print]) -> list[tuple[str, str, float]]:
    """Of each that has one, its nearest among the known."""
    groups: dict[int, tuple[list[Print], list[Print]]] = {}
    for side, prints in enumerate((known, asked)):
        for one in prints:
            if one.sketch is not None:
                groups.setdefault(len(one.sketch), ([], []))[side].append(one)
    found = []
    for there, here in groups.values():
        if not there or not here:
            continue
        table = np.stack([one.sketch for one in there if one.sketch is not None])
        for one in here:
            likeness = table @ one.sketch
            best = int(likeness.argmax())
            if likeness[best] >= one.alike:
                found.append((one.key, there[best].key, float(likeness[best])))
    return found


def _digest(parts: Sequence[Any]) -> bytes:
    sum_ = hashlib.blake2b(digest_size=16)
    for part in parts:
        fields = dataclasses.fields(part) if dataclasses.is_dataclass(part) else ()
        values = [getattr(part, field.name) for field in fields if field.name != "options"] if fields else [part]
        for value in values:
            array = isinstance(value, np.ndarray)
            sum_.update(f"{value.shape}{value.dtype}".encode() if array else repr(value).encode())
            sum_.update(np.ascontiguousarray(value).tobytes() if array else b"")
    return sum_.digest()


def _of_array(array: np.ndarray) -> np.ndarray | None:
    numbers = np.asarray(array, dtype=np.float64)
    return of_grid(numbers.reshape(-1, *numbers.shape[-2:]).mean(0)) if numbers.ndim > 1 else unit(numbers)


_MEANS = "copies, frames of one film, or cuts of one recording on both sides: validation then flatters the network"
_ADVICE = "split: {group: <column of what belongs together>}, or drop the copies"
