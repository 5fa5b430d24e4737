"""How the samples of a clip follow moves of time that are no stretch, and shifts of pitch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from augkit.errors import DataError
from augkit.transform import moves
from augkit.vocab.timeline import Audio, Delayed, PitchShift, Reversed, Rolled, Spliced, TimeErase


@moves(Rolled, Audio)
def audio_follows_roll(audio: Audio, roll: Rolled) -> Audio:
    """The same samples, in another order."""
    if roll.is_identity():
        return audio
    return dataclasses.replace(audio, samples=np.roll(audio.samples, roll.by, axis=1))


@moves(Reversed, Audio)
def audio_follows_reversal(audio: Audio, reversal: Reversed) -> Audio:
    """The last sample first. A copy: stretchers have been seen to return silence for arrays with negative strides."""
    return dataclasses.replace(audio, samples=np.ascontiguousarray(audio.samples[:, ::-1]))


@moves(Delayed, Audio)
def audio_follows_delay(audio: Audio, delayed: Delayed) -> Audio:
    """The clip after so much silence, to the nearest sample; what a subclass says of its sound comes first."""
    if delayed.is_identity():
        return audio
    made = np.zeros((len(audio.samples), delayed.samples_out), dtype=np.float32)
    late = round(delayed.delay * audio.rate)
    moved = audio.samples[:, max(-late, 0) :]
    room = made[:, max(late, 0) :][:, : moved.shape[1]]
    room[:] = moved[:, : room.shape[1]]
    return dataclasses.replace(audio, samples=made)


@moves(TimeErase, Audio)
def audio_follows_erase(audio: Audio, erase: TimeErase) -> Audio:
    """Zeros in every span."""
    if not erase.spans:
        return audio
    samples = audio.samples.copy()
    for start, end in erase.spans:
        samples[:, max(round(start * audio.rate), 0) : max(round(end * audio.rate), 0)] = 0.0
    return dataclasses.replace(audio, samples=samples)


@moves(Spliced, Audio)
def audio_follows_splice(audio: Audio, splice: Spliced) -> Audio:
    """The stretches one after the other; around each joint what ends goes on for ``fade`` samples while it is blended
    with what came before that which begins.
    """
    if splice.is_identity():
        return audio
    made = np.concatenate([audio.samples[:, start:end] for start, end in splice.cuts], axis=1)
    at = 0
    for (start, end), (after, _) in zip(splice.cuts, splice.cuts[1:], strict=False):
        at += end - start
        if end != after and splice.fade:
            _blend(made, audio.samples, at, end, after, splice.fade)
    return dataclasses.replace(audio, samples=made)


def _blend(made: np.ndarray, samples: np.ndarray, at: int, end: int, after: int, fade: int) -> None:
    """Blend around position ``at`` the sound before ``end`` into that from ``after`` on, as far as there is any."""
    reach = min(fade, at, end, after, made.shape[1] - at, samples.shape[1] - end, samples.shape[1] - after)
    if reach < 1:
        return
    rising = ((np.arange(2 * reach) + 0.5) / (2 * reach)).astype(np.float32)
    fading, coming = (samples[:, middle - reach : middle + reach] for middle in (end, after))
    made[:, at - reach : at + reach] = fading * (1 - rising) + coming * rising


@moves(PitchShift, Audio)
def audio_follows_pitch(audio: Audio, shift: PitchShift) -> Audio:
    """As long as it was, every frequency times ``ratio``; formants move too."""
    if shift.semitones == 0.0:
        return audio
    shifted = _shifter(shift.method)
    return dataclasses.replace(audio, samples=shifted(audio.samples, audio.rate, shift.ratio))


def _shifter(method: str) -> Callable[[np.ndarray, int, float], np.ndarray]:
    if method == "fast":
        from augkit_audio.vocoder import pitched

        return pitched
    if method != "default":
        raise DataError(f"the pitch can be shifted by the methods 'default' and 'fast', not {method!r}.")
    from augkit_audio.signalsmith import transposed

    return transposed
