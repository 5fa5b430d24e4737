"""The demo ``sound_scenes``: synthetic scenes whose events begin and end exactly where their annotations say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.fields import Checked, Limits, check_names
from augkit_audio.sound_scenes import draw_scene, labels, make_scene


class SoundSceneFields(Checked):
    """What a recipe may say of the scenes."""

    count: Annotated[int, Limits(1, doc="how many scenes")] = 200
    seconds: Annotated[float, Limits(1, 600, unit="s", doc="how long each is")] = 4.0
    rate: Annotated[int, Limits(8000, 192_000, unit="Hz", doc="samples a second")] = 16000


class SoundScenes:
    """``demo: sound_scenes``: *synthetic* scenes of clicks, tones, chirps and bursts of noise over soft noise; fields
    ``audio`` (one channel), ``events`` with ``label``, ``low_hz`` and ``high_hz``, and ``labels``. Onsets and offsets
    are whole samples. A scene is a pure function of its number, length and rate.
    """

    fields_type = SoundSceneFields
    shorthand = "seconds"
    root = Path()
    fields: Mapping[str, str] = {"audio": "audio", "events": "events", "labels": "labels"}

    def __init__(self, count: int, seconds: float, rate: int) -> None:
        self.count = count
        self.seconds = seconds
        self.rate = rate

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The scenes as a recipe wants them."""
        check_names(SoundSceneFields, given)
        fields = SoundSceneFields(**given)
        return cls(fields.count, fields.seconds, fields.rate)

    @property
    def keys(self) -> list[str]:
        return [f"sound_scenes/{number:04d}" for number in range(self.count)]

    def meta(self, key: str) -> dict[str, Any]:
        """That the scene is synthetic, and the classes in it."""
        return {"synthetic": True, "labels": labels(draw_scene(_number(key), self.seconds, self.rate)[0])}

    def load(self, key: str) -> dict[str, Any]:
        return make_scene(_number(key), self.seconds, self.rate)


def _number(key: str) -> int:
    return int(key.rpartition("/")[2])
