"""``audiomentations: {name: …}``: the transforms of audiomentations 0.43.1 as one step."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np

from augkit.errors import AugkitError, DataError, FieldError, ReplayError, SkipStep
from augkit.fields import Limits
from augkit.rng import Stream, lent_globals
from augkit.sample import TIME, Axis, Frame, Target
from augkit.transform import Kernel, Params, Transform, kernel_for
from augkit.vocab.timeline import Audio, PitchShift, Rolled, Spliced, TimeMap
from augkit_audio.audiomentations_drawing import completed
from augkit_audio.audiomentations_library import fresh, make, parts_of
from augkit_audio.audiomentations_moves import kind_of_move, move_of
from augkit_audio.audiomentations_params import Heard, plain
from augkit_audio.audiomentations_table import CHANGES, CUTS_WORDS, STAYS
from augkit_audio.placing import cuts_words

_OURS = ("name", "arguments")
_KEEP_LENGTH = STAYS | {"Padding", "PitchShift", "Reverse", "Shift", "TimeMask"}


class Audiomentations(Transform[Heard]):
    """What the named transform of audiomentations does, drawn from our streams; its arguments stand beside ``name``.

    What is annotated in time follows where a table knows how the transform moves time; where nobody can know, it is
    refused beside such annotations, and runs beside labels. Files and folders are seen from the recipe's folder.

    Source: Jordal et al., audiomentations, https://github.com/iver56/audiomentations, 2019.
    """

    needs = ("audio",)
    paths = ("sounds_path", "ir_path")

    name: Annotated[str, Limits(doc="the class, as in AddGaussianSNR")]
    arguments: Annotated[
        Mapping[str, Any], Limits(doc="its arguments, where one has the name of a step's own field")
    ] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """From ``name``, and any argument of that class beside it or under ``arguments``."""
        if "name" not in given:
            raise FieldError(
                "field 'name' is required: the class in audiomentations, as in {name: AddGaussianSNR}.", "name"
            )
        loose = {key: value for key, value in given.items() if key not in _OURS}
        listed = given.get("arguments", {})
        twice = sorted(loose.keys() & listed.keys()) if isinstance(listed, Mapping) else []
        if twice:
            raise FieldError(f"{twice[0]}: stands in `arguments` and beside it.", twice[0])
        own = {key: given[key] for key in _OURS if key in given}
        return cls(**{**own, "arguments": {**listed, **loose} if isinstance(listed, Mapping) else listed})

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """One of each way in which annotations follow, for `augkit.testing`."""
        return [
            {"name": "AddGaussianSNR"},
            {"name": "Gain"},
            {"name": "PitchShift"},
            {"name": "Reverse"},
            {"name": "Shift", "rollover": False, "id": "shifted"},
            {"name": "Shift"},
            {"name": "TimeStretch"},
        ]

    def validate(self) -> None:
        object.__setattr__(self, "arguments", dict(sorted(self.arguments.items())))
        self.inner  # noqa: B018, made now so that wrong arguments are refused now

    @cached_property
    def inner(self) -> Any:
        """The library's own transform; never changed, only copied."""
        return make(self.name, self.arguments)

    @property
    def sounds_path(self) -> str | None:
        """Where the sounds to add are, if it adds some."""
        return self.arguments.get("sounds_path")

    @property
    def ir_path(self) -> str | None:
        """Where the impulse responses are, if it takes some."""
        return self.arguments.get("ir_path")

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "inner"}

    # What the compile check asks.

    def default_id(self, name: str) -> str:
        return f"audiomentations/{self.name}"

    def changed_qualities(self) -> frozenset[str] | None:
        return CHANGES.get(self.name)

    @property
    def move(self) -> type[Params] | None:
        """What moves annotations: ``Params`` itself where nothing does, None where nobody knows."""
        return kind_of_move(self.name, self.inner)[0]

    def moved_axes(self) -> frozenset[Axis]:
        """Those of the move; all where nobody knows what moves."""
        return TIME | {Axis.FREQUENCY} if self.move is None else self.move.axes

    def keeps_frame(self) -> bool:
        """Whether clips stay as long as they were."""
        stays = self.move is not None and self.name in _KEEP_LENGTH
        return bool(
            stays
            or getattr(self.inner, "leave_length_unchanged", False)
            or (self.name == "RepeatPart" and self.inner.mode == "replace")
        )

    def kernel(self, target: type[Target]) -> Kernel | None:
        if target.kind == "audio":
            return self._move_audio
        if target.carrier or self.move is None:
            return None
        follow = kernel_for(self.move, target) if self.move is not Params else None
        return functools.partial(self._move_along, follow) if follow else None

    def why_not(self, target: type[Target]) -> str | None:
        """Why nobody knows where a target goes; None where it only has no rule to follow."""
        if target.carrier:
            return "audiomentations knows sounds only; put the step before this one is made of the sound"
        reason = kind_of_move(self.name, self.inner)[1]
        return f"{reason}; class labels may stay, or use a step of our own" if reason else None

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """A word may be cut, and a shift between semitones leads to no key."""
        if self.move is PitchShift and "key" in kinds:
            whole = self.inner.min_semitones == self.inner.max_semitones == round(self.inner.max_semitones)
            return None if whole else "may shift by a part of a semitone, where there is no key."
        slower = self.name != "TimeStretch" or (self.inner.leave_length_unchanged and self.inner.min_rate < 1)
        cuts = self.name in CUTS_WORDS and self.move in (Rolled, Spliced, TimeMap) and slower
        return cuts_words(kinds, "may cut a word.") if cuts else None

    # What happens to one sample.

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Heard:
        """The library's own parameters, drawn from generators seeded by our stream, while looking at the sound."""
        audio = next((target for target in (content or {}).values() if isinstance(target, Audio)), None)
        if audio is None:
            raise DataError(f"audiomentations/{self.name} looks at the sound, and this sample has none.")
        samples, subseed = self._handed(audio), rng.subseed()
        with self._lent(subseed, audio) as inner:
            inner.randomize_parameters(samples, audio.rate)
        if not inner.parameters["should_apply"]:
            raise SkipStep("the clip is too short for what was drawn.")
        applying = rng.subseed()
        with self._lent(applying, audio):
            made, length = completed(self.name, inner, samples, audio.rate, known=self.move is not None)
        drawn = tuple(plain(part, self.name) for part in made)
        return Heard(self.name, audio.samples.shape[1], length, audio.rate, applying, drawn)

    def _handed(self, audio: Audio) -> np.ndarray:
        """A contiguous copy, as the library has it: (n,) where there is one channel, else (channels, n)."""
        channels = len(audio.samples)
        most = 2 if self.name == "PitchShift" and self.inner.method == "signalsmith_stretch" else channels
        most = most if self.inner.supports_multichannel else 1
        if channels > most:
            raise DataError(
                f"audiomentations/{self.name} takes {most} channel(s), got {channels}; put `mono` before it."
            )
        return np.array(audio.samples[0] if channels == 1 else audio.samples, dtype=np.float32, order="C")

    @contextmanager
    def _lent(self, subseed: int, audio: Audio) -> Iterator[Any]:
        """A copy of the inner transform, with the global generators lent; its complaints in our words."""
        with lent_globals(subseed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield fresh(self.inner)
            except (AugkitError, SkipStep):
                raise
            except Exception as error:
                words = " ".join(str(error).split()) or type(error).__name__
                what = f"{audio.samples.shape[1]} samples at {audio.rate} Hz"
                raise DataError(f"audiomentations/{self.name} cannot take {what}: {words}") from error

    def _move_audio(self, audio: Audio, params: Heard) -> Audio:
        if params.name != self.name:
            raise ReplayError(f"drawn by {params.name}, but the step is {self.name} now.")
        with self._lent(params.subseed, audio) as inner:
            for part, drawn in zip(parts_of(inner), params.drawn, strict=True):
                part.parameters = dict(drawn)
            made = np.atleast_2d(inner.apply(self._handed(audio), audio.rate))
        return dataclasses.replace(audio, samples=_as_clip(made, len(audio.samples), params))

    def _move_along(self, follow: Kernel, target: Target, params: Heard) -> Target:
        time = params.samples_in, params.rate
        return follow(target, move_of(self.name, self.inner, params.drawn[0], time, params.samples_out))


def _as_clip(made: np.ndarray, channels: int, params: Heard) -> np.ndarray:
    if params.name == "TimeStretch" and 0 < abs(made.shape[1] - params.samples_out) <= 1:
        made = np.pad(made, ((0, 0), (0, 1)))[:, : params.samples_out]
    if made.shape != (channels, params.samples_out) or not np.isfinite(made).all():
        raise DataError(
            f"audiomentations/{params.name} made samples of shape {made.shape}, or some that are not finite; expected "
            f"{(channels, params.samples_out)}."
        )
    return np.array(made, dtype=np.float32, order="C")
