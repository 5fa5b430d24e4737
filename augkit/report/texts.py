"""Texts as HTML: spans coloured, tags below their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise

from augkit.report.palette import Palette
from augkit.sample import Target
from augkit.vocab.text import Spans, Tags, Text


def texts(targets: Mapping[str, Target], palette: Palette) -> str:
    """The text of one group with its spans, and its tagged tokens."""
    spans = [target for target in targets.values() if isinstance(target, Spans)]
    parts = [f"<p>{marked(t.string, spans, palette)}</p>" for t in targets.values() if isinstance(t, Text)]
    parts += [f'<p class="tags">{_tokens(t, palette)}</p>' for t in targets.values() if isinstance(t, Tags)]
    return f'<div class="text">{"".join(parts)}</div>' if parts else ""


def marked(string: str, spans: list[Spans], palette: Palette) -> str:
    """The text with every span's part coloured, its label behind; where spans overlap, by the one that begins last."""
    labelled = sorted(each for group in spans for each in _labelled(group))
    edges = sorted({0, len(string), *(edge for start, end, _ in labelled for edge in (start, end))})
    parts = []
    for start, end in pairwise(edges):
        inside = [label for first, last, label in labelled if first <= start and end <= last]
        ended = [label for first, last, label in labelled if first < last == end and label]
        piece = escape(string[start:end]) + "".join(f"<small>{escape(label)}</small>" for label in reversed(ended))
        style = f'style="--c:{palette.of(inside[-1])}" title="{escape(", ".join(inside))}"' if inside else ""
        parts.append(f"<mark {style}>{piece}</mark>" if inside else piece)
    return "".join(parts)


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
