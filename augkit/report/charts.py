"""Charts in SVG, drawn for a page: dots on rows, intervals round zero, lines over severities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

LABEL, WIDTH, ROW, SIDE, VALUE = 230, 420, 22, 12, 190
"""Pixels: of the names on the left, of the plot, of a row, beside the plot, of the numbers on the right."""

HUES = ("#2f7ed8", "#d9711c", "#2a9d73", "#b4568f", "#8c8c2a", "#56a9d6", "#7a6ad8")
"""Told apart by the colour-blind, by lightness too; the marks differ as well."""

STYLE = """
.chart { display: block; max-width: 100%; height: auto; margin: 6px 0 14px; font: 12px/1 system-ui, sans-serif; }
.chart text { fill: var(--ink); } .chart .soft { fill: var(--soft); } .chart line.grid { stroke: var(--line); }
.chart line.zero { stroke: var(--ink); stroke-dasharray: 3 3; }
table { border-collapse: collapse; margin: 6px 0 14px; } th, td { padding: 3px 10px; text-align: right;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; } th:first-child, td:first-child {
  text-align: left; } thead th { color: var(--soft); font-weight: normal; } .verdict { font-size: 16px; margin: 4px 0; }
.scroll { overflow-x: auto; } .panels { display: flex; flex-wrap: wrap; gap: 4px 18px; }
"""


@dataclass(frozen=True)
class Axis:
    """Values onto pixels, between ``low`` and ``high``, with round ticks."""

    low: float
    high: float
    start: float
    width: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * self.width

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers inside."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough * (1 - 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        return [number * step for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


def axis_over(values: Sequence[float], start: float = LABEL, width: float = WIDTH) -> Axis:
    """An axis on which all of the values have room."""
    low, high = min(values), max(values)
    room = (high - low) * 0.06 or 0.01
    return Axis(low - room, high + room, start, width)


def dots(rows: Mapping[str, Sequence[float]]) -> str:
    """A row for each name with a dot for each value and a bar at their mean."""
    axis = axis_over([value for values in rows.values() for value in values])
    parts = list(_grid(axis, len(rows)))
    for number, (name, values) in enumerate(rows.items()):
        y, mean = _middle(number), sum(values) / len(values)
        parts += [_name(name, y), f'<line x1="{axis(mean):.1f}" x2="{axis(mean):.1f}" y1="{y - 8}" y2="{y + 8}" '
                  f'stroke="{HUES[0]}" stroke-width="2.5"/>', _value(f"mean {mean:.3f}", y)]  # fmt: skip
        parts += [
            f'<circle cx="{axis(value):.1f}" cy="{y}" r="4" fill="{HUES[0]}" fill-opacity=".45"><title>{value:.3f}'
            f"</title></circle>"
            for value in values
        ]
    return _svg(parts, len(rows))


def forest(rows: Sequence[tuple[str, float, tuple[float, float] | None]]) -> str:
    """A row for each (name, mean, interval): filled where the interval leaves 0 out, hollow elsewhere."""
    ends = [end for _, mean, interval in rows for end in (mean, *(interval or ()))]
    axis = axis_over([0.0, *ends])
    parts = [*_grid(axis, len(rows)), f'<line class="zero" x1="{axis(0):.1f}" x2="{axis(0):.1f}" y1="4" '
             f'y2="{ROW * len(rows) + 4}"/>']  # fmt: skip
    for number, (name, mean, interval) in enumerate(rows):
        parts += _interval(axis, _middle(number), name, mean, interval)
    return _svg(parts, len(rows))


def _interval(axis: Axis, y: int, name: str, mean: float, interval: tuple[float, float] | None) -> Iterator[str]:
    found = interval is not None and not interval[0] <= 0 <= interval[1]
    colour = "var(--soft)" if not found else HUES[0] if mean > 0 else HUES[1]
    said = f"{mean:+.3f}"
    yield _name(name, y)
    if interval is not None:
        low, high = axis(interval[0]), axis(interval[1])
        yield f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="2.5"/>'
        said += f"  ({interval[0]:+.3f} to {interval[1]:+.3f})"
    fill = colour if found else "var(--paper)"
    yield f'<circle cx="{axis(mean):.1f}" cy="{y}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="2"/>'
    yield _value(said, y)


def curves(title: str, lines: Mapping[str, Sequence[float]], low: float, high: float) -> str:
    """A small panel with a line for each name over 0, 1, 2, …; the names are the page's legend."""
    across, up = Axis(0, max(map(len, lines.values())) - 1, 40, 180), Axis(low, high, 128, -100)
    parts = [f'<text x="40" y="16">{escape(title)}</text>']
    for tick in up.ticks(6):
        parts.append(f'<line class="grid" x1="40" x2="220" y1="{up(tick):.1f}" y2="{up(tick):.1f}"/>')
        parts.append(f'<text class="soft" x="34" y="{up(tick) + 4:.1f}" text-anchor="end">{tick:.4g}</text>')
    parts += [
        f'<text class="soft" x="{across(number):.1f}" y="146" text-anchor="middle">{number or "clean"}</text>'
        for number in range(int(across.high) + 1)
    ]
    for number, values in enumerate(lines.values()):
        places = [(across(place), up(value)) for place, value in enumerate(values)]
        route = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{route}" fill="none" stroke="{hue(number)}" stroke-width="2"/>')
        parts += [mark(number, x, y) for x, y in places]
    return f'<svg class="chart" width="240" height="154" viewBox="0 0 240 154">{"".join(parts)}</svg>'


def legend(names: Sequence[str]) -> str:
    """The mark and the colour of each name."""
    parts = [
        f'<svg width="14" height="14" viewBox="0 0 14 14">{mark(number, 7, 7)}</svg> {escape(name)} &nbsp; '
        for number, name in enumerate(names)
    ]
    return f"<p>{''.join(parts)}</p>"


def hue(number: int) -> str:
    """The colour of the arm of that number."""
    return HUES[number % len(HUES)]


def mark(number: int, x: float, y: float) -> str:
    """A circle, a square or a triangle, in turn."""
    shape = number % 3
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{hue(number)}"/>'
    if shape == 1:
        return f'<rect x="{x - 3.4:.1f}" y="{y - 3.4:.1f}" width="6.8" height="6.8" fill="{hue(number)}"/>'
    corners = f"{x - 4:.1f},{y + 3.4:.1f} {x + 4:.1f},{y + 3.4:.1f} {x:.1f},{y - 4.2:.1f}"
    return f'<polygon points="{corners}" fill="{hue(number)}"/>'


def _grid(axis: Axis, rows: int) -> Iterator[str]:
    bottom = ROW * rows + 4
    for tick in axis.ticks():
        yield f'<line class="grid" x1="{axis(tick):.1f}" x2="{axis(tick):.1f}" y1="4" y2="{bottom}"/>'
        yield f'<text class="soft" x="{axis(tick):.1f}" y="{bottom + 14}" text-anchor="middle">{tick:.4g}</text>'


def _middle(row: int) -> int:
    return 4 + ROW * row + ROW // 2


def _name(name: str, y: int) -> str:
    short = name if len(name) <= 34 else f"…{name[-33:]}"
    return f'<text x="{LABEL - SIDE}" y="{y + 4}" text-anchor="end">{escape(short)}<title>{escape(name)}</title></text>'


def _value(said: str, y: int) -> str:
    return f'<text class="soft" x="{LABEL + WIDTH + SIDE}" y="{y + 4}">{said}</text>'


def _svg(parts: Sequence[str], rows: int) -> str:
    width, height = LABEL + WIDTH + VALUE, ROW * rows + 26
    return f'<svg class="chart" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{"".join(parts)}</svg>'
