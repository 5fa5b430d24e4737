"""Texts as HTML: spans coloured, tags below their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

from augkit.report.edited import Change, changes
from augkit.report.palette import Palette
from augkit.sample import Target
from augkit.vocab.text import Spans, Tags, Text
from augkit.vocab.text.carrier import Written


def texts(targets: Mapping[str, Target], palette: Palette, before: Mapping[str, Target] | None = None) -> str:
    """The text of one group with its spans, what is new in it since ``before`` marked; its translations, and its tagged
    tokens.
    """
    spans = [target for target in targets.values() if isinstance(target, Spans)]
    parts = [
        f"<p>{_written(target, spans, palette, (before or {}).get(name))}</p>"
        for name, target in targets.items()
        if isinstance(target, Written)
    ]
    parts += [f'<p class="tags">{_tokens(t, palette)}</p>' for t in targets.values() if isinstance(t, Tags)]
    return f'<div class="text">{"".join(parts)}</div>' if parts else ""


def _written(target: Written, spans: list[Spans], palette: Palette, before: Target | None) -> str:
    changed = changes(before.string, target.string) if isinstance(before, Written) else []
    return marked(target.string, spans if isinstance(target, Text) else [], palette, changed)


def marked(string: str, spans: list[Spans], palette: Palette, changed: Sequence[Change] = ()) -> str:
    """The text with every span's part coloured, its label behind; where spans overlap, by the one that begins last.

    What ``changed`` is marked as new, and what it replaced is shown before it.
    """
    labelled = sorted(each for group in spans for each in _labelled(group))
    new = [edge for change in changed for edge in (change.start, change.end)]
    edges = sorted({0, len(string), *new, *(edge for start, end, _ in labelled for edge in (start, end))})
    removed = {change.start: change.removed for change in changed}
    parts = [_removed(removed.get(0))]
    for start, end in pairwise(edges):
        inside = [label for first, last, label in labelled if first <= start and end <= last]
        ended = [label for first, last, label in labelled if first < last == end and label]
        piece = escape(string[start:end])
        piece = f"<ins>{piece}</ins>" if any(c.start <= start and end <= c.end for c in changed) else piece
        piece += "".join(f"<small>{escape(label)}</small>" for label in reversed(ended))
        style = f'style="--c:{palette.of(inside[-1])}" title="{escape(", ".join(inside))}"' if inside else ""
        parts += [f"<mark {style}>{piece}</mark>" if inside else piece, _removed(removed.get(end))]
    return "".join(parts)


def _removed(words: str | None) -> str:
    return f"<del>{escape(words)}</del>" if words and words.strip() else ""


def _labelled(spans: Spans) -> Iterator[tuple[int, int, str]]:
    labels = spans.columns.get("label", [""] * len(spans.starts))
    for start, end, label in zip(spans.starts, spans.ends, labels, strict=True):
        yield start, end, str(label)


def _tokens(tags: Tags, palette: Palette) -> str:
    parts = []
    for start, end, tag in zip(tags.starts, tags.ends, tags.tags, strict=True):
        style = "" if tag == tags.options.outside else f' style="--c:{palette.of(str(tag).partition("-")[2] or tag)}"'
        parts.append(f"<span{style}>{escape(tags.string[start:end])}<small>{escape(str(tag))}</small></span>")
    return " ".join(parts)
