"""Steps that move space."""

from augkit.sample import Axis
from augkit.transform import Transform
from augkit.vocab.space import Affine2D


class HFlip(Transform[Affine2D]):
    """Left and right change places."""

    changes = {"handedness"}

    def draw(self, rng, frame, content=None):
        return Affine2D.hflip(frame[Axis.SPACE])
