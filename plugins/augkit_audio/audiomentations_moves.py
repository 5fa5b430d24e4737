"""Where time goes under a transform of audiomentations: by its name and arguments what kind of move it is, by what it
drew which one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from augkit.transform import Params
from augkit.vocab.timeline import Delayed, Gain, PitchShift, Reversed, Rolled, Spliced, TimeErase, TimeMap
from augkit_audio.audiomentations_table import STAYS

Drawn = Mapping[str, Any]
Time = tuple[int, int]

LATEST = 0.005
"""How much later a filter may make things, seconds, and still leave them when they were."""


def kind_of_move(name: str, inner: Any) -> tuple[type[Params] | None, str]:
    """What moves what is annotated (``Params`` itself: nothing does), or None with the reason why no one can know."""
    if reason := _unknown(name, inner):
        return None, reason
    kinds = {
        "AdjustDuration": TimeMap,
        "ApplyImpulseResponse": Delayed,
        "Gain": Gain,
        "Padding": Spliced if getattr(inner, "mode", "") == "wrap" else TimeErase,
        "PitchShift": PitchShift,
        "RepeatPart": Spliced,
        "Reverse": Reversed,
        "Shift": Rolled if getattr(inner, "rollover", False) else TimeMap,
        "TimeMask": TimeErase,
        "TimeStretch": TimeMap,
        "Trim": TimeMap,
    }
    if name not in kinds and name not in STAYS:
        return None, "it is not in the table of those whose moves are known"
    return kinds.get(name, Params), ""


def _unknown(name: str, inner: Any) -> str:
    """Why nobody knows where things are afterwards; empty where that is known."""
    if name in ("TimeStretch", "PitchShift") and inner.method == "librosa_phase_vocoder":
        return (
            f"its phase vocoder smears onsets, by up to {90 if name == 'TimeStretch' else 56} ms at 8 kHz. Write "
            "`method: signalsmith_stretch`"
        )
    if name == "Padding" and inner.mode == "reflect":
        return "what it pads with runs backwards. Write `mode: silence` or `mode: wrap`"
    if name == "AdjustDuration" and inner.padding_mode != "constant":
        return "it pads with the clip itself. Write `padding_mode: silence`"
    if name == "Mp3Compression" and inner.preserve_delay:
        return "how late the codec is depends on the codec. Write `preserve_delay: false`"
    if name in ("LowPassFilter", "BandPassFilter") and not inner.zero_phase:
        late = filter_delay(name, inner)
        if late > LATEST:
            return f"it may make things {1e3 * late:.0f} ms later. Write `zero_phase: true`, or a wider range"
    return ""


def filter_delay(name: str, inner: Any) -> float:
    """The longest group delay, in seconds, of what is let through by a Butterworth filter of the ranges given."""
    hz = inner.min_cutoff_freq if name == "LowPassFilter" else inner.min_center_freq * inner.min_bandwidth_fraction / 2
    order = inner.max_rolloff // 6
    return 1.0 / (2 * math.pi * hz * math.sin(math.pi / (2 * order)))


def move_of(name: str, inner: Any, drawn: Drawn, time: Time, samples_out: int) -> Params:
    """The move that was drawn for a clip of ``time`` = (samples, rate)."""
    made: dict[str, Callable[[Any, Drawn, Time, int], Params]] = {
        "AdjustDuration": _adjusted,
        "ApplyImpulseResponse": _delayed,
        "Padding": _padded,
        "RepeatPart": _repeated,
        "Shift": _shifted,
        "TimeMask": lambda inner, drawn, time, out: _erased(drawn["t0"], drawn["t"], time),
        "TimeStretch": lambda inner, drawn, time, out: TimeMap.stretch(time, drawn["rate"], out),
        "Trim": lambda inner, drawn, time, out: TimeMap.window(time, drawn["start"], out),
        "Reverse": lambda inner, drawn, time, out: Reversed(*time),
        "PitchShift": lambda inner, drawn, time, out: PitchShift(drawn["num_semitones"]),
        "Gain": lambda inner, drawn, time, out: Gain(20.0 * math.log10(drawn["amplitude_ratio"])),
    }
    return made[name](inner, drawn, time, samples_out)


def _shifted(inner: Any, drawn: Drawn, time: Time, out: int) -> Params:
    samples, rate = time
    unit = {"samples": 1, "fraction": samples, "seconds": rate}[inner.shift_unit]
    by = round(drawn["shift_amount"] * unit)
    return Rolled(by, samples, rate) if inner.rollover else TimeMap.window(time, -by, samples)


def _erased(start: int, count: int, time: Time) -> TimeErase:
    rate = time[1]
    return TimeErase(((start / rate, (start + count) / rate),) if count else ())


def _padded(inner: Any, drawn: Drawn, time: Time, out: int) -> Params:
    samples, rate = time
    count = drawn["padding_length"]
    at_start = inner.pad_section == "start"
    if inner.mode == "silence":
        return _erased(0 if at_start else samples - count, count, time)
    kept = np.arange(count, samples) if at_start else np.arange(samples - count)
    places = np.pad(kept, (count, 0) if at_start else (0, count), "wrap")
    return Spliced(_stretches(places), samples, rate)


def _stretches(places: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Where each sample comes from, as stretches of samples that follow one another."""
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    return tuple((int(part[0]), int(part[-1]) + 1) for part in np.split(places, breaks))


def _adjusted(inner: Any, drawn: Drawn, time: Time, out: int) -> TimeMap:
    return TimeMap.window(time, drawn["start"], out)


def _repeated(inner: Any, drawn: Drawn, time: Time, out: int) -> Spliced:
    """The part is laid from its end on as often as it is repeated; crossfades reach half into their neighbours."""
    samples, rate = time
    start, count = drawn["part_start_index"], drawn["part_num_samples"]
    half = crossfade(inner, rate) // 2
    step = min(start + count + half, samples) - start - half if half else count
    end, cuts = start + count, [(0, start + count)]
    for number in range(drawn["repeats"]):
        room = step if inner.mode == "insert" else min(step, samples - end - number * step)
        if room > 0:
            cuts.append((start, start + room))
    at = end if inner.mode == "insert" else end + drawn["repeats"] * step
    if at < samples:
        cuts.append((at, samples))
    return Spliced(tuple(cuts), samples, rate)


def crossfade(inner: Any, rate: int) -> int:
    """How many samples its crossfades last; 0 where it has none."""
    from audiomentations.core.utils import get_crossfade_length

    return int(get_crossfade_length(rate, inner.crossfade_duration)) if inner.crossfade else 0


def _delayed(inner: Any, drawn: Drawn, time: Time, out: int) -> Delayed:
    return Delayed(drawn["direct"] / time[1], time[0], out, time[1])
