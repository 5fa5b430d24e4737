"""How right an answer is, as SQuAD judges it (Rajpurkar et al. 2016): exact match and F1 of words, after articles,
punctuation, case and spaces are put aside.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_MARKS = str.maketrans("", "", string.punctuation)


def normalized(answer: str) -> str:
    """What is compared of an answer: its words in lower case, without ASCII's punctuation and English articles."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_MARKS)).split())


def scores(told: str, wanted: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 with the best of the wanted answers; without any, to tell nothing is right."""
    found = normalized(told)
    both = [(_exact(found, other), _f1(found, other)) for other in map(normalized, wanted or ("",))]
    return max(exact for exact, _ in both), max(f1 for _, f1 in both)


def _exact(told: str, wanted: str) -> float:
    return float(told == wanted)


def _f1(told: str, wanted: str) -> float:
    own, other = told.split(), wanted.split()
    if not own or not other:
        return float(own == other)
    both = (Counter(own) & Counter(other)).total()
    return 2 * both / (len(own) + len(other))
