"""Numbers in English words, and back."""

from __future__ import annotations

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = {word: value for value, word in enumerate(_SMALL)} | {w: 20 + 10 * i for i, w in enumerate(_TENS)}
_SCALES = {"thousand": 1_000, "million": 1_000_000}
_UNIT = "|".join(sorted([*_SMALL, *_TENS], key=len, reverse=True))
WORDS = re.compile(
    rf"(?<![\w'’-])(?:(?:{_UNIT})(?:[ -]|\b))(?:(?:(?:and )?(?:{_UNIT})|hundred|thousand|million)(?:[ -]|\b))*"
    r"(?<![ -])(?![\w'’-])",
    re.IGNORECASE,
)
"""What may be a number in words; ``value_of`` tells whether it is."""


def in_words(number: int) -> str:
    """A whole number from 0 to 999,999,999 in words: one hundred and five."""
    for name, scale in (("million", 1_000_000), ("thousand", 1_000)):
        if number >= scale:
            head, rest = divmod(number, scale)
            joint = " and " if 0 < rest < 100 else " "
            return f"{in_words(head)} {name}" + (joint + in_words(rest) if rest else "")
    if number >= 100:
        head, rest = divmod(number, 100)
        return f"{_SMALL[head]} hundred" + (f" and {in_words(rest)}" if rest else "")
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[ones]}" if ones else "")


def value_of(words: str) -> int | None:
    """The number that ``words`` say, or None where they say none the way ``in_words`` would."""
    total = part = 0
    for word in re.split(r"[ -]+", words.lower()):
        if word in _SCALES:
            total, part = total + part * _SCALES[word], 0
        elif word == "hundred":
            part *= 100
        elif word != "and":
            part += _VALUES[word]
    spelled = in_words(total + part) if total + part < 10**9 else ""
    same = spelled.replace(" and ", " ").replace("-", " ") == words.lower().replace(" and ", " ").replace("-", " ")
    return total + part if same else None
