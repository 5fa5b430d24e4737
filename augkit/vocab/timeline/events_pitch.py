"""What events say of pitch, and how it follows: bands of frequency, names of keys and chords, MIDI numbers."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from augkit.transform import moves
from augkit.vocab.timeline.bands import BAND, changed, edges
from augkit.vocab.timeline.events import EventOptions, Events
from augkit.vocab.timeline.notes import transposed, whole
from augkit.vocab.timeline.pitch import PitchShift
from augkit.vocab.timeline.timemap import Speed


@moves(PitchShift, Events)
def events_follow_pitch(events: Events, shift: PitchShift) -> Events:
    """Bands are multiplied and cut at the Nyquist frequency, an event wholly above it is dropped; columns that
    ``transpose`` names are transposed.
    """
    if shift.semitones == 0.0 or not len(events):
        return events
    return _higher(events, np.full(len(events), shift.semitones))


@moves(Speed, Events)
def events_follow_speed(events: Events, speed: Speed) -> Events:
    """As in time; and what they say of pitch, by how fast it is in the middle of each."""
    if speed.is_identity() or not len(events):
        return events
    return _higher(events, 12.0 * np.log2(speed.speeds((events.onset + events.offset) / 2))).moved(speed)


def _higher(events: Events, semitones: np.ndarray) -> Events:
    """Events (n,) so many semitones (n,) higher, each by its own."""
    columns = dict(events.columns)
    for name in events.options.transpose:
        columns[name] = changed(columns[name], semitones, lambda item, by: _transposed(item, by, events.options))
    if not set(BAND) & columns.keys():
        return dataclasses.replace(events, columns=columns) if events.options.transpose else events
    ratios, top = 2.0 ** (semitones / 12.0), np.inf if events.nyquist is None else events.nyquist
    lows = [low * ratio for low, ratio in zip(edges(columns.get("low_hz"), len(events), 0.0), ratios, strict=True)]
    for name in BAND:
        if name in columns:
            columns[name] = changed(columns[name], ratios, lambda hz, ratio: min(hz * ratio, top))
    below = np.array(lows) < top
    moved = dataclasses.replace(events, columns=columns)
    return moved if below.all() else moved.only(below)


def heard_up_to(events: Events, nyquist: float) -> Events:
    """Events in a clip that holds nothing above ``nyquist``, Hz: bands are cut there, what is wholly above is dropped.

    Pitch that moves later is cut there, too.
    """
    events = dataclasses.replace(events, nyquist=nyquist)
    lows, highs = (np.array(edges(events.columns.get(name), len(events), 0.0)) for name in BAND)
    if not ((lows > nyquist) | (highs > nyquist)).any() and (lows < nyquist).all():
        return events
    columns = dict(events.columns)
    for name in (name for name in BAND if name in columns):
        columns[name] = changed(columns[name], np.full(len(events), nyquist), min)
    return dataclasses.replace(events, columns=columns).only(lows < nyquist)


def _transposed(item: Any, semitones: float, options: EventOptions) -> Any:
    if isinstance(item, str):
        return transposed(str(item), whole(semitones, options.between), options.spelling)
    if isinstance(item, int | np.integer) and float(semitones).is_integer():
        return item + int(semitones)
    return item + semitones
