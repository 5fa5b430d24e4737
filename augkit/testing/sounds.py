"""Clips and spectrograms to prove laws on: mono and stereo, one sample long or a second, with events of every kind."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np

from augkit.testing import heard
from augkit.testing.cases import Case, Marks, World
from augkit.testing.further_sounds import FURTHER, further_sounds

EVENTS = ("inside", "whole", "click", "edge", "cut", "twin")
_LENGTHS = st.one_of(st.sampled_from([1, 2, 100, 4000, 8000]), st.integers(1, 6000))


def time_cases() -> st.SearchStrategy[Case]:
    """Clips of 1 to 8 channels at several rates, with events, a label and a value; every other one with all kinds that
    a clip may have.
    """
    return st.builds(
        time_case,
        samples=_LENGTHS,
        channels=st.sampled_from([1, 2, 8]),
        rate=st.sampled_from([8000, 16000, 22050, 44100]),
        events=st.lists(st.sampled_from(EVENTS), max_size=4).map(tuple),
        seed=st.integers(0, 999),
        all_kinds=st.booleans(),
    )


def time_examples() -> list[Case]:
    """Three fixed ones: an ordinary clip, a stereo one with nothing on it, and a single sample."""
    return [
        time_case(6000, 1, 16000, ("inside", "click", "cut"), 1, all_kinds=True),
        time_case(3001, 2, 22050, (), 2),
        time_case(1, 1, 8000, ("whole",), 3, all_kinds=True),
    ]


def time_case(
    samples: int, channels: int, rate: int, events: tuple[str, ...], seed: int, all_kinds: bool = False
) -> Case:
    """One clip; ``events`` names what kind each is, ``seed`` decides the contents."""
    rng = np.random.default_rng(seed)
    sound = rng.uniform(-0.5, 0.5, (channels, samples)).astype(np.float32)
    sound[:, samples // 3 : samples // 2] = 0
    fields = {
        "audio": (sound, rate),
        "events": _events(rng, events, samples / rate),
        "label": f"class {seed % 3}",
        "value": {"id": 2**53 + 1, "weights": (0.1, seed)},
    }
    spec = {
        "audio": "audio",
        "events": {"events": {"min_fraction": 0.0} if seed % 2 else {}},
        "label": "label",
        "value": "value",
    }
    if all_kinds:
        more_fields, more_spec = further_sounds(rng, samples / rate, lenient=bool(seed % 2))
        fields, spec = {**fields, **more_fields}, {**spec, **more_spec}
    return Case(f"{channels}x{samples} samples at {rate} Hz, {list(events)} events, contents {seed}", fields, spec)


def _events(rng: np.random.Generator, kinds: tuple[str, ...], seconds: float) -> dict[str, Any]:
    times = np.array([_event(rng, kind, seconds) for kind in kinds], dtype=np.float64).reshape(-1, 2)
    if "twin" in kinds and len(kinds) > 1:
        times[kinds.index("twin")] = times[kinds.index("twin") - 1]
    return {
        "onset": times[:, 0],
        "offset": times[:, 1],
        "label": [f"sound {i % 2}" for i in range(len(kinds))],
        "id": np.arange(len(kinds), dtype=np.int64) + 2**53 + 1,
    }


def _event(rng: np.random.Generator, kind: str, seconds: float) -> list[float]:
    # Fractions in 64ths of the clip: sums and differences of them are exact.
    a, b = sorted(rng.integers(0, 65, 2) / 64 * seconds)
    match kind:
        case "whole":
            return [0.0, seconds]
        case "click":
            return [a, a]
        case "edge":
            return [0.0, b]
        case "cut":
            return [a, seconds + 0.25]
    return [a, b]


def clicks(turn: int) -> tuple[tuple[np.ndarray, int], np.ndarray]:
    """A silent clip of two seconds with six clicks, and when they are."""
    rng = np.random.default_rng(turn)
    rate = (16000, 44100, 22050, 8000)[turn % 4]
    at = ((np.arange(6) * 0.3 + rng.uniform(0.1, 0.2, 6)) * rate).astype(int)
    sound = np.zeros((1 + turn % 2, 2 * rate), np.float32)
    sound[:, at] = 0.9
    return (sound, rate), at / rate


CLICKS = Marks("audio", clicks, heard.clicks, reach=0.02, apart=heard.APART_S)
TIME_WORLD = World("time", ("audio", "events", "label", "value", *FURTHER), time_cases, time_examples, CLICKS)


def spectrogram_cases() -> st.SearchStrategy[Case]:
    """Spectrograms of 1 or 2 channels, of one frame or many, with events, a label and a value."""
    return st.builds(
        spectrogram_case,
        samples=_LENGTHS,
        channels=st.integers(1, 2),
        bins=st.sampled_from([1, 2, 13, 64]),
        hop=st.sampled_from([1, 80, 160, 441]),
        events=st.lists(st.sampled_from(EVENTS), max_size=4).map(tuple),
        seed=st.integers(0, 999),
    )


def spectrogram_examples() -> list[Case]:
    """Three fixed ones: an ordinary one, a stereo one with nothing on it, and a single frame of one bin."""
    return [
        spectrogram_case(6000, 1, 40, 160, ("inside", "click", "cut"), 1),
        spectrogram_case(3001, 2, 13, 100, (), 2),
        spectrogram_case(1, 1, 1, 160, ("whole",), 3),
    ]


def spectrogram_case(samples: int, channels: int, bins: int, hop: int, events: tuple[str, ...], seed: int) -> Case:
    """One spectrogram of decibels of a clip at 16 kHz; ``events`` and ``seed`` as for clips."""
    sound = time_case(samples, channels, 16000, events, seed)
    rng = np.random.default_rng(seed)
    values = rng.uniform(-80, 0, (channels, bins, 1 + samples // hop)).astype(np.float32)
    fields = {"spectrogram": {"values": values, "hop": hop, "samples": samples, "rate": 16000}, **sound.fields}
    spec = {"spectrogram": "spectrogram", **sound.spec}
    name = f"{channels}x{bins}x{values.shape[2]} spectrogram, hop {hop}, {list(events)} events, contents {seed}"
    return Case(name, fields, spec).only(name for name in fields if name != "audio")


SPECTROGRAM_WORLD = World(
    "spectrogram", ("spectrogram", "events", "label", "value", *FURTHER), spectrogram_cases, spectrogram_examples
)
