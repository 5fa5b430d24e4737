"""Foreign: what a library drew for itself, kept so that it can be replayed from JSON to the byte."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from augkit.errors import PluginError, ReplayError
from augkit.fields import Size
from augkit.sample import SPACE, Axis, Frame
from augkit.transform import Params


@dataclass(frozen=True, eq=False)
class Foreign(Params):
    """``drawn`` is the library's own dictionary, ``subseed`` what it is lent wherever it draws while applying.

    Barriers: two of them never compose. In the log, arrays are base64 of their bytes.
    """

    axes = SPACE

    name: str
    size_in: Size
    size_out: Size
    subseed: int
    drawn: Mapping[str, Any]

    def frame(self, frame: Frame) -> Frame:
        """The frame that came out; another one than the drawn one raises ReplayError."""
        if tuple(frame[Axis.SPACE]) != tuple(self.size_in):
            raise ReplayError(
                f"drawn for a frame of {tuple(self.size_in)}, met one of {tuple(frame[Axis.SPACE])} (h, w)."
            )
        return {**frame, Axis.SPACE: self.size_out}

    def log(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "size_in": list(self.size_in),
            "size_out": list(self.size_out),
            "subseed": self.subseed,
            "drawn": {name: _packed(value, name) for name, value in self.drawn.items()},
        }

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        drawn = {name: _unpacked(value) for name, value in logged["drawn"].items()}
        sizes = Size(*logged["size_in"]), Size(*logged["size_out"])
        return cls(logged["name"], *sizes, logged["subseed"], drawn)


def _packed(value: Any, name: str) -> Any:
    # By exact type: np.float64 is a float too, but promotes other arrays than a float does.
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        array = np.ascontiguousarray(value)
        what = "array" if isinstance(value, np.ndarray) else "scalar"
        body = base64.b64encode(array.tobytes()).decode("ascii")
        return {what: body, "dtype": array.dtype.str, "shape": list(value.shape)}
    if isinstance(value, tuple):
        return {"tuple": [_packed(item, name) for item in value]}
    if isinstance(value, list):
        return [_packed(item, name) for item in value]
    if isinstance(value, Mapping):
        return {"mapping": [[_packed(key, name), _packed(item, name)] for key, item in value.items()]}
    raise PluginError(f"albumentations drew {name!r} as {type(value).__name__}, which no trace can keep.")


def _unpacked(value: Any) -> Any:
    match value:
        case {"array": body, "dtype": dtype, "shape": shape}:
            return np.frombuffer(base64.b64decode(body), dtype).reshape(shape).copy()
        case {"scalar": body, "dtype": dtype}:
            return np.frombuffer(base64.b64decode(body), dtype)[0]
        case {"tuple": items}:
            return tuple(_unpacked(item) for item in items)
        case {"mapping": items}:
            return {_unpacked(key): _unpacked(item) for key, item in items}
        case list():
            return [_unpacked(item) for item in value]
    return value
