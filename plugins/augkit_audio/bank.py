"""A bank: the sounds of a folder at one rate, as 16-bit numbers in one file that is mapped into memory.

It is made once, in the folder for caches, and opened by every process; what is read of it is what is used. Each sound
is scaled by its loudest sample, so that none is clipped and quiet ones keep their detail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from augkit.data.whole import write_whole
from augkit.errors import DataError
from augkit_audio.files import read_audio
from augkit_audio.sounds import Sounds, cache_folder

_FULL = 32767
_FORMAT = 1


@dataclass(frozen=True, eq=False)
class Bank:
    """``numbers`` (n,) int16; for each sound where it begins, its channels, its samples, and what 1 stands for."""

    numbers: np.ndarray
    places: tuple[tuple[int, int, int, float], ...]

    def part(self, place: int, start: int, count: int) -> tuple[np.ndarray, float]:
        """``count`` samples of a sound from ``start`` on, (channels, count) int16, over again from its beginning where
        it ends; and the float that 1 stands for.
        """
        begin, channels, samples, unit = self.places[place]
        whole = self.numbers[begin : begin + channels * samples].reshape(channels, samples)
        start %= samples
        if start + count <= samples:
            return whole[:, start : start + count], unit
        rounds = -(-(start + count) // samples)
        return np.tile(whole, rounds)[:, start : start + count], unit

    def samples(self, place: int) -> int:
        """How long a sound is."""
        return self.places[place][2]


def bank_of(sounds: Sounds, rate: int) -> Bank:
    """The bank of these sounds at ``rate`` Hz, opened once in a process, and made where there is none yet."""
    return _opened(sounds.digest, rate, _Held(sounds))


class _Held:
    """Sounds that are not part of what a bank is known by: their digest is."""

    def __init__(self, sounds: Sounds) -> None:
        self.sounds = sounds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(32)
def _opened(digest: str, rate: int, held: _Held) -> Bank:
    numbers = cache_folder() / "banks" / f"{digest}-{rate}-{_FORMAT}.i16"
    index = numbers.with_suffix(".json")
    if not index.is_file():
        try:
            numbers.parent.mkdir(parents=True, exist_ok=True)
            with _alone(numbers.with_suffix(".lock")):
                if not index.is_file():
                    _make(held.sounds, rate, numbers, index)
        except OSError as error:
            raise DataError(
                f"sounds cannot be kept there: {error.strerror}. Name a folder that can be written: AUGKIT_CACHE=…",
                file=str(numbers.parent),
            ) from error
    return _mapped(numbers, index)


def _mapped(numbers: Path, index: Path) -> Bank:
    places = tuple((int(a), int(b), int(c), float(d)) for a, b, c, d in json.loads(index.read_text()))
    begin, channels, samples, _ = places[-1]
    mapped = np.memmap(numbers, np.int16, mode="r")
    if len(mapped) != begin + channels * samples:
        raise DataError(f"is no whole bank of sounds; delete it and {index.name} beside it.", file=str(numbers))
    return Bank(np.asarray(mapped), places)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time, where the system knows locks; elsewhere several make the same, and the last one stays."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:
        yield
        return
    with lock.open("w") as held:
        flock(held, LOCK_EX)
        yield


def _make(sounds: Sounds, rate: int, numbers: Path, index: Path) -> None:
    places: list[tuple[int, int, int, float]] = []

    def write(path: Path) -> None:
        begin = 0
        with path.open("wb") as stream:
            for sound in sounds.listed:
                samples, unit = quantised(at_rate(*read_audio(sound.file), rate))
                stream.write(samples.tobytes())
                places.append((begin, len(samples), samples.shape[1], unit))
                begin += samples.size

    write_whole(numbers, write)
    write_whole(index, lambda path: path.write_text(json.dumps(places)))


def at_rate(samples: np.ndarray, native: int, rate: int) -> np.ndarray:
    """``samples`` (channels, n) of ``native`` Hz at ``rate`` Hz, one at least."""
    if native == rate:
        return samples
    made = soxr.resample(np.ascontiguousarray(samples.T), native, rate, quality="HQ").T
    return np.ascontiguousarray(made) if made.shape[1] else np.zeros((len(samples), 1), np.float32)


def quantised(samples: np.ndarray) -> tuple[np.ndarray, float]:
    """As int16 of the full range, and what 1 stands for."""
    loudest = float(np.abs(samples).max())
    unit = loudest / _FULL if loudest else 1.0
    return np.rint(samples / np.float32(unit)).astype(np.int16), unit
