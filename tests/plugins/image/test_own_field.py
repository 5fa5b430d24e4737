"""A stranger's map that bends needs two methods; every target follows it, by the laws that ours are held to."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from augkit import testing
from augkit.combine import Step
from augkit.fields import Limits, Range
from augkit.sample import Axis
from augkit.transform import Transform
from augkit.vocab.space import FieldMap


@dataclass(frozen=True, kw_only=True)
class SwirlMap(FieldMap):
    """Turned about the middle by ``radians`` there, by less and less outwards."""

    radians: float

    def still(self):
        return self.radians == 0

    def sources(self):
        y, x = np.mgrid[: self.size_out[0], : self.size_out[1]] + 0.5
        moved = self.turned(np.stack([x.ravel(), y.ravel()], axis=1), 1).astype(np.float32)
        return moved[:, 0].reshape(x.shape), moved[:, 1].reshape(x.shape)

    def points(self, xy):
        return xy if self.still() else self.turned(xy, -1)

    def chord_px(self):
        return min(self.size_in) / 32

    def turned(self, xy, sign):
        away = xy - np.array(self.size_in[::-1]) / 2
        turn = sign * self.radians * np.exp(-((away / (min(self.size_in) / 2)) ** 2).sum(axis=1))
        x = away[:, 0] * np.cos(turn) - away[:, 1] * np.sin(turn)
        y = away[:, 0] * np.sin(turn) + away[:, 1] * np.cos(turn)
        return np.stack([x, y], axis=1) + np.array(self.size_in[::-1]) / 2


class WrongMap(SwirlMap):
    """As if the pixels were turned the other way."""

    def points(self, xy):
        return xy if self.still() else self.turned(xy, 1)


class Swirl(Transform[SwirlMap]):
    changes = {"shape", "orientation"}

    radians: Annotated[Range, Limits(-1, 1, neutral=0)] = Range(-0.6, 0.6)

    def draw(self, rng, frame, content=None):
        size = frame[Axis.SPACE]
        return SwirlMap(radians=self.radians.draw(rng), size_in=size, size_out=size)


class WrongSwirl(Transform[WrongMap]):
    changes = {"shape", "orientation"}

    radians: Annotated[Range, Limits(-1, 1, neutral=0)] = Range(-0.6, 0.6)

    def draw(self, rng, frame, content=None):
        size = frame[Axis.SPACE]
        return WrongMap(radians=self.radians.draw(rng), size_in=size, size_out=size)


LAWS = ["L1", "L2", "L3", "L4", "L7", "L8", "L13", "L15", "L17", "L18"]


def test_a_swirl_keeps_every_law():
    report = testing.check(Step(Swirl(), "acme/swirl"), laws=LAWS)
    assert report.ok, str(report)


@pytest.mark.parametrize("law", ["L3", "L4"])
def test_points_that_go_the_other_way_are_caught(law):
    assert not testing.check(Step(WrongSwirl(), "acme/swirl"), laws=[law]).ok
