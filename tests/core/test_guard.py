"""What is drawn is held against what a step states: a mirror that nobody announced makes no label false."""

from __future__ import annotations

import numpy as np
import pytest

from augkit import Axis, DataError, Pipeline, Transform
from augkit.combine import Step
from augkit.vocab.space import Affine2D

IMAGE = np.zeros((4, 6, 3), np.uint8)
SENSITIVE = {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}}


class SecretMirror(Transform[Affine2D]):
    """Mirrors, and does not say so."""

    def draw(self, rng, frame, content=None):
        return Affine2D.hflip(frame[Axis.SPACE])


class SecretNothing(Transform[Affine2D]):
    """Moves nothing."""

    def draw(self, rng, frame, content=None):
        return Affine2D.identity(frame[Axis.SPACE])


def test_a_mirror_that_nobody_announced_is_refused():
    aug = Pipeline([Step(SecretMirror(), "acme/mirror")], SENSITIVE)
    with pytest.raises(DataError, match=r"acme/mirror: changes handedness, which its `changes` does not state"):
        aug(image=IMAGE, digit=2, key="a")


def test_it_runs_where_no_label_minds_or_the_recipe_accepts_it():
    Pipeline([Step(SecretMirror(), "acme/mirror")], {"image": "image"})(image=IMAGE, key="a")
    Pipeline([Step(SecretMirror(), "acme/mirror", accept="zeros only")], SENSITIVE)(image=IMAGE, digit=0, key="a")
    Pipeline([Step(SecretNothing(), "acme/nothing")], SENSITIVE)(image=IMAGE, digit=2, key="a")
