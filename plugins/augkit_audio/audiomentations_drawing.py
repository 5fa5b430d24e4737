"""What a trace needs to know beside what audiomentations says that it drew."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from augkit.errors import SkipStep
from augkit_audio.audiomentations_library import parts_of
from augkit_audio.audiomentations_moves import move_of

Drawn = list[dict[str, Any]]


def completed(name: str, inner: Any, samples: np.ndarray, rate: int, known: bool) -> tuple[Drawn, int]:
    """The parameters of the transform and of those it is made of, and how many samples will come out.

    Called with the generators lent that it will be applied with; where nobody knows the move it is applied once.
    """
    _check_level(inner)
    _below_half(inner, rate)
    drawn = [dict(part.parameters) for part in parts_of(inner)]
    count = samples.shape[-1]
    if not known:
        return drawn, int(np.shape(inner.apply(samples.copy(), rate))[-1])
    if name == "Trim":
        start, end = _heard(samples, inner.top_db)
        drawn[0]["start"] = start
        return drawn, end - start
    if name == "AdjustDuration":
        length, drawn[0]["start"] = _adjusted(inner, count, rate)
        return drawn, length
    if name == "ApplyImpulseResponse":
        length, drawn[0]["direct"] = _response(drawn[0]["ir_file_path"], rate, samples.ndim == 1)
        return drawn, count if inner.leave_length_unchanged else count + length - 1
    if name == "RepeatPart":
        return drawn, move_of(name, inner, drawn[0], (count, rate), count).samples_out  # type: ignore[attr-defined]
    if name == "TimeStretch" and not inner.leave_length_unchanged:
        return drawn, max(round(count / drawn[0]["rate"]), 1)
    return drawn, count


def _check_level(inner: Any) -> None:
    if not math.isfinite(inner.parameters.get("loudness", 0.0)):
        raise SkipStep("the clip is silent, or too short for its loudness to be measured.")


def _below_half(inner: Any, rate: int) -> None:
    """Peaks above half of the rate, where its filters run away, go to just below it, as its shelves do themselves."""
    for part in parts_of(inner):
        if type(part).__name__ == "PeakingFilter":
            part.parameters["center_freq"] = min(part.parameters["center_freq"], rate // 2 * 0.9999)


def _heard(samples: np.ndarray, top_db: float) -> tuple[int, int]:
    import librosa

    start, end = librosa.effects.trim(samples, top_db=top_db)[1]
    if end <= start:
        raise SkipStep("nothing would be left of a silent clip.")
    return int(start), int(end)


def _adjusted(inner: Any, count: int, rate: int) -> tuple[int, int]:
    """How long it becomes and where it starts, read off a clip whose samples say where they were."""
    places = inner.apply(np.arange(1.0, count + 1.0), rate)
    first = int(np.flatnonzero(places)[0])
    return len(places), int(places[first]) - 1 - first


def _response(path: str, rate: int, mono: bool) -> tuple[int, int]:
    """How long an impulse response is, and the sample at which its direct path arrives."""
    from audiomentations.core.audio_loading_utils import load_sound_file

    from augkit_audio.responses import direct_path

    response = np.atleast_2d(load_sound_file(path, rate, mono=mono)[0])
    return response.shape[1], direct_path(response)
