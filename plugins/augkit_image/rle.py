"""Run-length masks as COCO stores them: runs of 0 and 1 in turn, down the columns; as a list or packed into a text.

The packing is that of the COCO API (Lin et al. 2014): 6-bit characters from ``0`` on, five bits of the number each,
the lowest first, and a bit that says that more follow; from the fourth number on, the difference to the last but one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.errors import DataError

_MORE, _SIGN, _BITS = 32, 16, 31
_LONGEST = 12  # characters of a number: 60 bits


def decode(counts: Any, h: int, w: int) -> np.ndarray:
    """The mask (h, w) of bool. ``counts`` is a list of runs or the packed text; DataError where they do not fill it."""
    runs = unpack(counts) if isinstance(counts, str) else _whole(counts)
    if (runs < 0).any():
        raise DataError(f"run {int(np.argmax(runs < 0))} of the mask is negative: {int(runs.min())}.")
    total = int(np.minimum(runs, h * w + 1).sum())  # so that no sum wraps round to what is right
    if total != h * w:
        raise DataError(f"the runs of the mask cover {total} pixels, the picture of {h} × {w} px has {h * w}.")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape(w, h).T


def encode(mask: np.ndarray) -> str:
    """The packed text of a mask (h, w); what ``decode`` reads."""
    flat = np.concatenate([[False], np.asarray(mask, dtype=bool).T.ravel()])
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    runs = np.diff(np.concatenate([[0], edges, [flat.size - 1]])).tolist()
    steps = [run - runs[position - 2] if position > 2 else run for position, run in enumerate(runs)]
    return "".join(map(_packed, steps))


def unpack(text: str) -> np.ndarray:
    """The runs in a packed text; DataError for what is none."""
    codes = np.frombuffer(text.encode("utf-8", "replace"), np.uint8).astype(np.int64) - 48
    if ((codes < 0) | (codes > 63)).any():
        raise DataError(f"the packed mask holds {text[int(np.argmax((codes < 0) | (codes > 63)))]!r}, which is no run.")
    if not len(codes):
        return codes
    ends = np.flatnonzero(codes & _MORE == 0)
    if not len(ends) or ends[-1] != len(codes) - 1:
        raise DataError("the packed mask is cut short: its last run goes on.")
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts + 1
    if lengths.max() > _LONGEST:
        raise DataError("the packed mask holds a run that is longer than any picture.")
    place = np.arange(len(codes)) - np.repeat(starts, lengths)
    numbers = np.add.reduceat((codes & _BITS) << 5 * place, starts)
    numbers -= np.where(codes[ends] & _SIGN != 0, 1 << 5 * lengths, 0)
    numbers[1::2], numbers[2::2] = np.cumsum(numbers[1::2]), np.cumsum(numbers[2::2])
    return numbers


def _packed(number: int) -> str:
    characters = []
    while True:
        low, number = number & _BITS, number >> 5
        done = number == (-1 if low & _SIGN else 0)
        characters.append(chr(48 + (low if done else low | _MORE)))
        if done:
            return "".join(characters)


def _whole(counts: Any) -> np.ndarray:
    flat = isinstance(counts, list) and not any(isinstance(run, list) for run in counts)
    runs = np.asarray(counts if flat else None)
    if runs.ndim != 1 or (runs.size and runs.dtype.kind not in "iu"):
        raise DataError(f"got {str(counts)[:60]!r}; expected the runs of a mask: a list of whole numbers, or a text.")
    return runs.astype(np.int64)
