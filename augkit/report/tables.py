"""Numbers of a run as HTML: what is taken for what, each class, and all that a run is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

MOST = 20
"""Classes that a matrix has room for; of more, the commonest mistakes are listed."""

Confusion = Mapping[tuple[str, str], int]


def confused(counts: Confusion, counted: str, classes: Sequence[str]) -> str:
    """True classes down, told ones across: right ones blue, mistakes orange, the darker the more of their row."""
    met = {name for pair in counts for name in pair}
    names = [name for name in classes if name in met]
    names += sorted(met - set(names))
    head = f"<h2>What is taken for what <small>{sum(counts.values()):,} {escape(counted)}</small></h2>\n"
    return head + (_matrix(counts, names) if len(names) <= MOST else _mistakes(counts))


def _matrix(counts: Confusion, names: Sequence[str]) -> str:
    kind = ' class="long"' if max(map(len, names)) > 3 else ""
    across = "".join(f"<th><span{kind}>{escape(name)}</span></th>" for name in names)
    rows = []
    for true in names:
        total = sum(counts.get((true, told), 0) for told in names)
        cells = "".join(_cell(counts.get((true, told), 0), total, true == told) for told in names)
        rows.append(f"<tr><th>{escape(true)}</th>{cells}</tr>")
    return (
        '<div class="scroll"><table class="confusion"><caption class="soft">down: truth · across: prediction</caption>'
        f"<thead><tr><th></th>{across}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(count: int, total: int, right: bool) -> str:
    if not count:
        return '<td class="soft">·</td>'
    part = 100 * count / total
    colour, ink = ("#1f5fa8" if right else "#c2571a"), ("; color: #fff" if part > 50 else "")
    style = f"background: color-mix(in srgb, {colour} {max(part, 8):.0f}%, transparent){ink}"
    return f'<td style="{style}" title="{part:.0f} % of its row">{_short(count)}</td>'


def _short(count: int) -> str:
    """``12k``: pixels are many."""
    if count < 10_000:
        return str(count)
    return f"{count / 1e3:.0f}k" if count < 1_000_000 else f"{count / 1e6:.1f}M"


def _mistakes(counts: Confusion) -> str:
    wrong = sorted(((n, pair) for pair, n in counts.items() if pair[0] != pair[1]), key=lambda each: -each[0])
    rows = "".join(f"<li>{escape(true)} taken for {escape(told)}: {_short(n)}</li>" for n, (true, told) in wrong[:MOST])
    right = sum(n for (true, told), n in counts.items() if true == told)
    return f"<p>{_short(right)} right. The commonest mistakes:</p><ul>{rows}</ul>"


def by_class(scores: Mapping[str, float], score: str, epoch: int) -> str:
    """A bar for each class, the worst first."""
    ordered = sorted(scores.items(), key=lambda item: item[1])
    shown = ordered if len(ordered) <= 2 * MOST else ordered[:MOST]
    bars = "".join(
        f'<span>{escape(name)}</span><i style="width:{max(0.0, min(1.0, value)):.1%}"></i><b>{value:.3f}</b>'
        for name, value in shown
    )
    part = f"the worst {len(shown)} of {len(ordered)} classes" if len(shown) < len(ordered) else "the worst first"
    of_what = f"{score.replace('_', ' ')} of all validation samples, epoch {epoch + 1}; {part}"
    return f'<h2>Each class <small>{escape(of_what)}</small></h2>\n<div class="bars">{bars}</div>'


_KNOWN = ("title", "seed", "versions", "best", "last", "diagnosis", "epochs", "checks", "scores", "classes", "transfer")


def facts(metrics: Mapping[str, Any], recipe: str) -> str:
    """What the run was of: facts, versions, the recipe with everything filled in."""
    plain = {name.replace("_", " "): value for name, value in metrics.items() if name not in _KNOWN}
    rows = {**plain, **{f"{name} version": version for name, version in metrics["versions"].items()}}
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(_in_words(value))}</dd>" for name, value in rows.items())
    return (
        f"<h2>The run</h2>\n<dl>{listed}</dl>\n"
        f"<h2>The recipe <small>with everything filled in</small></h2>\n<pre>{escape(recipe)}</pre>"
    )


def _in_words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {inner}" for name, inner in value.items()) or "none"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
