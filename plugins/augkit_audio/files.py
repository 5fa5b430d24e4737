"""Reading sound files: WAV, FLAC, OGG, MP3, AIFF and what else libsndfile knows."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import soundfile

from augkit.errors import DataError

_SIZE = re.compile(r"^\s*(?:data|SSND)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN = 0x7F000000
"""Recorders that write to a pipe state a size around 2 or 4 GB, meaning "until the end"."""


def read_audio(path: str | Path) -> tuple[np.ndarray, int]:
    """The samples (channels, n) float32 within [-1, 1], and the rate in Hz.

    A file that is no sound, holds none, or ends before its header says raises DataError with its name.
    """
    try:
        with soundfile.SoundFile(str(path)) as file:
            samples = file.read(dtype="float32", always_2d=True)
            promised, told, rate = file.frames, file.extra_info, file.samplerate
    except soundfile.LibsndfileError as error:
        if not Path(path).exists():
            raise FileNotFoundError(str(path)) from None
        raise DataError(f"cannot be read as sound: {error.error_string}", file=str(path)) from None
    _check_whole(samples, promised, told, str(path))
    return np.ascontiguousarray(samples.T), int(rate)


def _check_whole(samples: np.ndarray, promised: int, told: str, path: str) -> None:
    if not len(samples):
        raise DataError("holds no samples, or was cut short.", file=path)
    if len(samples) < promised:
        raise DataError(f"was cut short: {len(samples)} of {promised} samples are there.", file=path)
    size = _SIZE.search(told)
    if size and int(size[2]) < int(size[1]) < _UNKNOWN:
        raise DataError(f"was cut short: {size[2]} of {size[1]} bytes of sound are there.", file=path)
