"""What was drawn, in a few words: ``rotate 7.3°``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from augkit.trace import TraceEntry


def said(entry: TraceEntry, words: str | None = None) -> tuple[str, str]:
    """One step of a trace: its name, and what was drawn (``words``, where they tell it) or why it was left out."""
    name = entry.id if "/" not in entry.id else entry.name.rpartition("/")[2]
    if entry.params is None:
        return name, f"skipped: {entry.skipped}"
    notes = [f"(strength {entry.strength:.2g})"] if entry.strength is not None else []
    notes += [f"(magnitude {entry.magnitude:.2g})"] if entry.magnitude is not None else []
    notes += [f"(dropped: {entry.dropped})"] if entry.dropped else []
    return name, " ".join(filter(None, [in_words(entry.params) if words is None else words, *notes]))


def in_words(params: Mapping[str, Any]) -> str:
    """Params by what they hold, whoever drew them; empty where the name of the step says it all."""
    if "chains" in params:
        return _blend(params["weights"], params["chains"])
    if "matrix" in params:
        return _planar(params["matrix"], params["size_in"], params["size_out"])
    if "ops" in params:
        return ", ".join(f"{name} {_value(value)}".strip() for name, value in params["ops"])
    if "rects" in params:
        return f"{len(params['rects'])} rectangle{'s' * (len(params['rects']) != 1)}"
    if {"mean", "std"} <= params.keys():
        return ""
    if "edits" in params:
        return ", ".join(f"{start}:{end} → {put!r}" for start, end, put in params["edits"][:4]) or "no edits"
    if {"source", "output"} <= params.keys():
        return _time(params["source"], params["output"])
    if "partners" in params:
        return " ".join(filter(None, [_share(params), f"with {', '.join(params['partners'])}"]))
    if "drawn" in params:
        return f"{params['name']} {_scalars(params['drawn'])}".strip()
    return _scalars(params)


def _blend(weights: list[float], chains: list[list[dict[str, Any]]]) -> str:
    """The share of the original, and of each chain with its steps."""
    parts = [f"{weights[0]:.0%} original"]
    for weight, chain in zip(weights[1:], chains, strict=True):
        steps = " + ".join(" ".join(filter(None, said(TraceEntry.from_log(entry)))) for entry in chain)
        parts.append(f"{weight:.0%} {steps or 'original'}")
    return ", ".join(parts)


def _share(params: Mapping[str, Any]) -> str:
    """How much of a mix is the own sample, or how many objects it got."""
    if "share" in params:
        return f"{params['share']:.0%}"
    return f"{len(params['picks'])} objects" if "picks" in params else ""


def _scalars(params: Mapping[str, Any]) -> str:
    """Numbers and words by name; sub-seeds stand for fields and say nothing."""
    shown = [(name, _value(value)) for name, value in params.items() if "seed" not in name]
    return ", ".join(f"{name} {value}" for name, value in shown if value)


def _value(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower() if value is not None else ""
    if isinstance(value, float | int):
        return _number(value)
    if isinstance(value, str):
        return value if len(value) <= 24 else ""
    if isinstance(value, list | tuple) and len(value) <= 4 and all(isinstance(item, float | int) for item in value):
        return f"({', '.join(map(_number, value))})"
    return ""


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 1 or abs(value) < 0.001 else f"{round(value, 3):g}"


def _time(source: list[float], output: list[float]) -> str:
    speed = (source[-1] - source[0]) / (output[-1] - output[0])
    shift = output[0] - source[0]
    return f"× {speed:.3g}" if abs(speed - 1) > 1e-6 else f"by {shift:+.3g} s"


def _planar(matrix: list[list[float]], size_in: list[int], size_out: list[int]) -> str:
    (a, b, _), (c, d, _), (g, h, _) = matrix
    if g or h:
        return f"corners by up to {_farthest(matrix, size_in, size_out):.0f} px"
    if not b and not c:
        return _window(matrix, size_in, size_out)
    area = a * d - b * c
    degrees, scale = math.degrees(math.atan2(-c, a)), math.sqrt(abs(area))
    lean = -math.degrees(math.atan((a * b + c * d) / area))
    parts = [f"{degrees:.1f}°"] if area > 0 and abs(degrees) > 0.05 else []
    parts += [f"sheared {lean:.1f}°"] if area > 0 and abs(lean) > 0.05 else []
    parts += [f"× {scale:.2f}"] if abs(scale - 1) > 0.005 else []
    (x, y), (w, h_in) = _moved(matrix, size_in[1] / 2, size_in[0] / 2), size_out[::-1]
    shift = round(x - w / 2), round(y - h_in / 2)
    return " ".join([*parts, f"by ({shift[0]}, {shift[1]}) px"] if any(shift) else parts)


def _window(matrix: list[list[float]], size_in: list[int], size_out: list[int]) -> str:
    """Which part of the input is seen, and how large it has become."""
    (a, _, x), (_, d, y), _ = matrix
    xs, ys = sorted((-x / a, (size_out[1] - x) / a)), sorted((-y / d, (size_out[0] - y) / d))
    w, h = xs[1] - xs[0], ys[1] - ys[0]
    whole = max(abs(xs[0]), abs(ys[0]), abs(w - size_in[1]), abs(h - size_in[0])) < 0.5
    after = f" → {size_out[1]} × {size_out[0]}" if (round(w), round(h)) != (size_out[1], size_out[0]) else ""
    if whole:
        return f"{w:.0f} × {h:.0f}{after}" if after else ""
    return f"{w:.0f} × {h:.0f} px at ({round(xs[0])}, {round(ys[0])}){after}"


def _farthest(matrix: list[list[float]], size_in: list[int], size_out: list[int]) -> float:
    h, w = size_in
    to = {(0, 0): (0, 0), (w, 0): (size_out[1], 0), (0, h): (0, size_out[0]), (w, h): (size_out[1], size_out[0])}
    return max(math.dist(_moved(matrix, *corner), place) for corner, place in to.items())


def _moved(matrix: list[list[float]], x: float, y: float) -> tuple[float, float]:
    along = [row[0] * x + row[1] * y + row[2] for row in matrix]
    return along[0] / along[2], along[1] / along[2]
