"""Texts to prove laws on: plain, many-lined, accented in two ways, with emoji of several code points, nearly empty."""

from __future__ import annotations

import re

import hypothesis.strategies as st
import numpy as np

from augkit.testing.cases import Case, World

TEXTS = (
    "Ada Lovelace wrote the first program in London, not in Paris.",
    "Dr. Müller-Lüdenscheidt isn't at https://example.org/a?b=1 on 12 May 2024.",
    "Cafe\u0301 Zu\u0308rich is Café Zürich,\tsaid Rene\u0301e.",
    "first line\r\nsecond  line\n\n  third line with Anna Maria\n",
    "👩‍👩‍👧 family 🇩🇪🇫🇷 flags 👍🏽 and é in one word👍🏽here",
    "東京 は 日本 の 首都 です 。",
    "no never nothing without none",
    "a",
    "New  York New  York",
    "नमस्ते दुनिया from Delhi",
)
"""Accents as one code point and as two, joined emoji, flags, CR LF, runs of spaces, scripts without case."""

_WORD = re.compile(r"\S+")
_LABELS = ("PER", "LOC", "ORG")


def text_cases() -> st.SearchStrategy[Case]:
    """Each of ``TEXTS``, or several joined, with spans of whole words, tags of all words, and a label."""
    return st.builds(
        text_case,
        string=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3).map(" ".join),
        spans=st.integers(0, 4),
        seed=st.integers(0, 999),
    )


def text_examples() -> list[Case]:
    """Each of ``TEXTS`` once."""
    return [text_case(string, number % 4, number) for number, string in enumerate(TEXTS)]


def text_case(string: str, spans: int, seed: int) -> Case:
    """One text; ``seed`` decides which words carry spans and tags."""
    rng = np.random.default_rng(seed)
    words = [match.span() for match in _WORD.finditer(string)]
    chosen = [_span(rng, words) for _ in range(spans)]
    fields = {
        "text": string,
        "spans": {
            "start": [start for start, _ in chosen],
            "end": [end for _, end in chosen],
            "id": np.arange(spans),
            "label": [_LABELS[i % 3] for i in range(spans)],
        },
        "tags": {"tokens": [string[a:b] for a, b in words], "tags": _tags(rng, len(words))},
        "label": f"class {seed % 3}",
        "value": {"id": 2**53 + 1},
    }
    spec = {"text": "text", "spans": "spans", "tags": "tags", "label": "label", "value": "value"}
    return Case(f"text {string!r}, {spans} spans, contents {seed}", fields, spec)


def _span(rng: np.random.Generator, words: list[tuple[int, int]]) -> tuple[int, int]:
    first = int(rng.integers(0, len(words)))
    last = min(len(words) - 1, first + int(rng.integers(0, 3)))
    return words[first][0], words[last][1]


def _tags(rng: np.random.Generator, count: int) -> list[str]:
    tags: list[str] = []
    while len(tags) < count:
        label = _LABELS[int(rng.integers(0, 3))]
        entity = [f"B-{label}", *[f"I-{label}"] * int(rng.integers(0, 3))]
        tags += entity if rng.random() < 0.5 else ["O"]
    return tags[:count]


TEXT_WORLD = World("text", ("text", "spans", "tags", "label", "value"), text_cases, text_examples)
