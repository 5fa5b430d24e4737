"""``torchaudio: {name: …}``: those transforms of torchaudio that change a sound or a spectrogram in place."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np

from augkit.errors import DataError, FieldError, ReplayError
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import TIME, Axis, Frame, Target
from augkit.transform import Kernel, Params, Transform, kernel_for
from augkit.vocab.timeline import Spectrogram, TimeErase
from augkit_audio.torchaudio_library import applied, make
from augkit_audio.torchaudio_table import MASKS_TIME, SPECTROGRAM, WAVEFORM

_OURS = ("name", "arguments")


@dataclass(frozen=True)
class Played(Params):
    """The transform called ``name``, and what torch is lent while it draws; ``spans`` (seconds) are hidden by that."""

    axes = TIME

    name: str
    subseed: int
    spans: tuple[tuple[float, float], ...] = ()


class Torchaudio(Transform[Played]):
    """What the named transform of torchaudio does, drawn from our streams; its arguments stand beside ``name``.

    ``Vol``, ``Fade``, ``Preemphasis`` and ``Deemphasis`` change sounds; ``FrequencyMasking``, ``TimeMasking`` and
    ``SpecAugment`` spectrograms. What is annotated under masks of time is ignored or dropped, as by ``time_mask``.
    Arguments called ``p`` go under ``arguments``.

    Source: Hwang et al., TorchAudio 2.1, https://arxiv.org/abs/2310.17864, 2023.
    """

    name: Annotated[str, Limits(doc="the class, as in Fade")]
    arguments: Annotated[
        Mapping[str, Any], Limits(doc="its arguments, where one has the name of a step's own field")
    ] = dataclasses.field(default_factory=dict)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any]) -> Self:
        """From ``name``, and any argument of that class beside it or under ``arguments``."""
        if "name" not in given:
            raise FieldError("field 'name' is required: the class in torchaudio, as in {name: Fade}.", "name")
        loose = {key: value for key, value in given.items() if key not in _OURS}
        listed = given.get("arguments", {})
        twice = sorted(loose.keys() & listed.keys()) if isinstance(listed, Mapping) else []
        if twice:
            raise FieldError(f"{twice[0]}: stands in `arguments` and beside it.", twice[0])
        own = {key: given[key] for key in _OURS if key in given}
        return cls(**{**own, "arguments": {**listed, **loose} if isinstance(listed, Mapping) else listed})

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Two for sounds and one for spectrograms, for `augkit.testing`."""
        return [
            {"name": "Fade", "fade_in_len": 100},
            {"name": "FrequencyMasking", "freq_mask_param": 8},
            {"name": "Vol", "gain": 0.5},
        ]

    def validate(self) -> None:
        object.__setattr__(self, "arguments", dict(sorted(self.arguments.items())))
        self.inner  # noqa: B018, made now so that wrong arguments are refused now
        object.__setattr__(self, "needs", ("spectrogram",) if self.name in MASKS_TIME else ())

    @cached_property
    def inner(self) -> Any:
        """The library's own transform, which has no state."""
        return make(self.name, self.arguments)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "inner"}

    def default_id(self, name: str) -> str:
        return f"torchaudio/{self.name}"

    def changed_qualities(self) -> frozenset[str] | None:
        return {**WAVEFORM, **SPECTROGRAM}[self.name]

    def moved_axes(self) -> frozenset[Axis]:
        """Time, where frames are hidden."""
        return TIME if self.name in MASKS_TIME else frozenset()

    def kernel(self, target: type[Target]) -> Kernel | None:
        if target.kind == ("spectrogram" if self.name in SPECTROGRAM else "audio"):
            return self._move_values
        follow = kernel_for(TimeErase, target) if self.name in MASKS_TIME and not target.carrier else None
        return functools.partial(_hide, follow) if follow else None

    def why_not(self, target: type[Target]) -> str | None:
        """A sound cannot follow what is masked in its spectrogram."""
        return "it masks spectrograms; put it behind the step that makes one" if target.carrier else None

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> Played:
        """A sub-seed, and what torch will hide with it."""
        subseed = rng.subseed()
        seen = next((each for each in (content or {}).values() if isinstance(each, Spectrogram)), None)
        spans = self._hidden(seen, subseed) if seen is not None and self.name in MASKS_TIME else ()
        return Played(self.name, subseed, spans)

    def _hidden(self, seen: Spectrogram, subseed: int) -> tuple[tuple[float, float], ...]:
        """Frames in which no value stays, read off a spectrogram of which every value is another."""
        probe = np.arange(1.0, seen.values.size + 1.0, dtype=np.float32).reshape(seen.values.shape)
        hidden = (applied(self.inner, probe, subseed) != probe).all(axis=(0, 1))
        edges = np.flatnonzero(np.diff(np.concatenate([[0], hidden, [0]])))
        hop = seen.hop_seconds
        return tuple((max((int(a) - 0.5) * hop, 0.0), (int(b) - 0.5) * hop) for a, b in edges.reshape(-1, 2).tolist())

    def _move_values(self, target: Any, params: Played) -> Target:
        if params.name != self.name:
            raise ReplayError(f"drawn by {params.name}, but the step is {self.name} now.")
        field = "values" if self.name in SPECTROGRAM else "samples"
        given = getattr(target, field)
        try:
            made = applied(self.inner, given, params.subseed)
        except (RuntimeError, ValueError) as error:
            words = " ".join(str(error).split())
            raise DataError(f"torchaudio/{self.name} cannot take {field} of shape {given.shape}: {words}") from error
        if made.shape != given.shape or made.dtype != np.float32 or not np.isfinite(made).all():
            raise DataError(f"torchaudio/{self.name} made {made.dtype} of shape {made.shape}, or not finite.")
        return dataclasses.replace(target, **{field: made})


def _hide(follow: Kernel, target: Target, params: Played) -> Target:
    return follow(target, TimeErase(params.spans))
