"""Reading sound files: WAV, FLAC, OGG, MP3, AIFF and what else libsndfile knows; whole, or some seconds of them."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from augkit.errors import DataError
from augkit_audio.resampling import margins, resampled

EXTENSIONS = (
    ".wav",
    ".flac",
    ".ogg",
    ".oga",
    ".opus",
    ".mp3",
    ".aif",
    ".aiff",
    ".aifc",
    ".au",
    ".w64",
    ".rf64",
    ".caf",
)
"""Endings of files that are looked for; what a source names is read whatever it is called."""

_SIZE = re.compile(r"^\s*(?:data|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN = 0x7F000000
"""Recorders that write to a pipe state a size around 2 or 4 GB, meaning "until the end"."""

_ROUNDED = 0.01
"""Seconds by which a part may reach over the end: tables hold times of two decimals."""


@dataclass(frozen=True)
class Header:
    """What a file says of itself; ``frames`` are samples of each channel."""

    frames: int
    rate: int
    channels: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate


def read_header(path: str | Path | bytes) -> Header:
    """Length, rate and channels, without decoding. DataError with the file's name where it is no sound, or is cut."""
    with _opened(path) as file:
        header = Header(file.frames, int(file.samplerate), file.channels)
        _check_size(file.extra_info, path)
    if header.frames < 1:
        raise DataError("holds no samples, or was cut short.", file=named(path))
    return header


def read_audio(
    path: str | Path | bytes,
    offset: float = 0.0,
    seconds: float | None = None,
    rate: int | None = None,
    mono: bool = False,
) -> tuple[np.ndarray, int]:
    """The samples (channels, n) float32 within [-1, 1], and the rate in Hz; ``path`` may be the bytes of a file.

    ``offset`` and ``seconds``: only this part is decoded, beginning with the nearest sample. ``rate``: resampled to it
    (soxr, high quality), with what lies round the part taken into account, so that a part sounds as it does in the
    whole. ``mono``: the mean of the channels. A file that is no sound, holds none, ends before its header says or
    before the part does, and samples that are not finite raise DataError with its name.
    """
    with _opened(path) as file:
        native = int(file.samplerate)
        first, count = _span(file, offset, seconds, path)
        before, after = margins(native, rate or native, first, file.frames - first - count)
        samples, kind = _frames(file, first - before, before + count + after), file.subtype
        _check_size(file.extra_info, path)
    if len(samples) < before + count + after:
        raise DataError(
            f"was cut short: {max(len(samples) - before, 0)} of {count} samples are there.", file=named(path)
        )
    if kind in ("FLOAT", "DOUBLE"):
        _check_finite(samples, first - before, native, path)
    made = np.ascontiguousarray(samples.T)
    if mono and len(made) > 1:
        made = made.mean(axis=0, keepdims=True, dtype=np.float32)
    if rate is None or rate == native:
        return made, native
    return resampled(made, native, rate, before, count), rate


def named(path: str | Path | bytes) -> str | None:
    """How messages call a file; who holds bytes gives them a name."""
    return None if isinstance(path, bytes) else str(path)


@contextmanager
def _opened(path: str | Path | bytes) -> Iterator[Any]:
    try:
        with soundfile.SoundFile(io.BytesIO(path) if isinstance(path, bytes) else str(path)) as file:
            yield file
    except soundfile.LibsndfileError as error:
        if not isinstance(path, bytes) and not Path(path).exists():
            raise FileNotFoundError(str(path)) from None
        if not isinstance(path, bytes) and Path(path).is_dir():
            raise DataError("is a folder, and no sound.", file=named(path)) from None
        wrong = "its header states a rate of 0 Hz or the like." if "SF_INFO" in error.error_string else ""
        raise DataError(f"cannot be read as sound: {wrong or error.error_string}", file=named(path)) from None


def _span(file: Any, offset: float, seconds: float | None, path: str | Path | bytes) -> tuple[int, int]:
    """The first frame and how many, of what is asked for."""
    rate, frames = file.samplerate, file.frames
    if frames < 1:
        raise DataError("holds no samples, or was cut short.", file=named(path))
    if not (math.isfinite(offset) and offset >= 0 and (seconds is None or (math.isfinite(seconds) and seconds > 0))):
        raise DataError(f"cannot be read from {offset} s for {seconds} s.", file=named(path))
    first = round(offset * rate)
    count = frames - first if seconds is None else max(round(seconds * rate), 1)
    if first >= frames or first + count > frames + _ROUNDED * rate:
        end = "the end" if seconds is None else f"{offset + seconds:g} s"
        raise DataError(f"lasts {frames / rate:g} s; {offset:g} s to {end} is asked for.", file=named(path))
    return first, min(count, frames - first)


def _frames(file: Any, first: int, count: int) -> np.ndarray:
    """(n, channels) float32. Samples of 16 and 32 bits are scaled here: the same numbers as libsndfile's, in a fraction
    of the time.
    """
    if first:
        file.seek(first)
    whole = {"PCM_16": ("int16", 2.0**-15), "PCM_32": ("int32", 2.0**-31)}.get(file.subtype)
    if whole is None or file.format not in ("WAV", "WAVEX", "AIFF", "W64", "RF64"):
        return np.asarray(file.read(count, dtype="float32", always_2d=True))
    dtype, scale = whole
    return np.multiply(file.read(count, dtype=dtype, always_2d=True), scale, dtype=np.float32, casting="unsafe")


def _check_size(told: str, path: str | Path | bytes) -> None:
    size = _SIZE.search(told)
    if size and int(size[2]) < int(size[1]) < _UNKNOWN:
        raise DataError(f"was cut short: {size[2]} of {size[1]} bytes of sound are there.", file=named(path))


def _check_finite(samples: np.ndarray, first: int, rate: int, path: str | Path | bytes) -> None:
    finite = np.isfinite(samples)
    if not finite.all():
        rows = finite.all(axis=1)
        at = (first + int(np.argmin(rows))) / rate
        raise DataError(
            f"holds {len(rows) - int(rows.sum())} samples that are not finite numbers, the first at {at:g} s.",
            file=named(path),
        )
