"""What every library is asked to do: sentences of 20 words, five of them annotated, and one change of each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

SENTENCES = (
    "The quick brown doctor quickly bought twenty big cars in the old city while happy children walked home today",
    "A small group of friends started the long journey to the distant hills before the first snow could fall",
    "She carefully opened the heavy wooden door and saw a strange light move slowly across the silent empty room",
    "Many young people believe that the state should spend more money on good schools and clean water for all",
    "The famous author finished his last novel in a quiet village where nobody knew his name or asked questions",
    "Heavy rain destroyed two bridges near the river and forced hundreds of families to leave their homes that night",
    "Our new teacher explained the hard problem so clearly that every child understood it at once without help",
    "They did not expect such a warm welcome when the ship reached the small harbor after three long weeks",
)
RATE = 0.1

Change = Callable[[str, int], object]


@dataclass(frozen=True)
class Work:
    """``step`` of augkit with its ``fields``; ``goal``: how many times faster than nlpaug it should be."""

    name: str
    step: str
    fields: dict[str, Any]
    goal: float | None = None


WORKS = (
    Work("mistyped letters", "typo", {"rate": RATE}, 5),
    Work("letters put in", "char_insert", {"rate": RATE}, 5),
    Work("letters left out", "char_delete", {"rate": RATE}, 5),
    Work("letters swapped", "char_swap", {"rate": RATE}, 5),
    Work("letters replaced", "char_replace", {"rate": RATE}, 5),
    Work("letters misread", "ocr", {"rate": RATE}, 5),
    Work("words deleted", "word_delete", {"rate": RATE}, 6),
    Work("words swapped", "word_swap", {"rate": RATE}, 6),
    Work("words split", "word_split", {"rate": RATE}, 6),
    Work("words misspelled", "spelling", {"rate": RATE}, 6),
    Work("synonyms", "synonym", {"rate": RATE}, 15),
)


def spans(sentence: str) -> list[dict[str, Any]]:
    """Every fourth word with a label: five spans."""
    found, at = [], 0
    for number, word in enumerate(sentence.split(" ")):
        if number % 4 == 1:
            found.append({"start": at, "end": at + len(word), "label": "X"})
        at += len(word) + 1
    return found


def changed(words: Sequence[str], sentence: str) -> int:
    """How many of the words of a sentence are not as they were, by place."""
    before = sentence.split(" ")
    return sum(a != b for a, b in zip(words, before, strict=False)) + abs(len(words) - len(before))
