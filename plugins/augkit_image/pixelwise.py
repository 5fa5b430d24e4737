"""Changes that look at one pixel at a time: a picture's runner does several of them, and the last step, in one pass."""

from __future__ import annotations

from augkit.transform import Params
from augkit_image.border import Array
from augkit_image.pixel_ops import Op


class Pixelwise(Params):
    """Params whose kernel gives what ``program`` gives, so that programs may be joined."""

    def program(self, pixels: Array) -> list[Op] | None:
        """Instructions for pixels of this dtype and these channels: empty where nothing changes, None where there are
        none for them.
        """
        raise TypeError(f"{type(self).__name__} does not define program(pixels).")
