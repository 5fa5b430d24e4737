"""English forms: plurals, third persons, past and present participles, comparatives, and back to the word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Form = tuple[str, str, str]
"""A word, its part of speech (n, v, a, r), and the form it is in: "", s, ed, ing, er or est."""

_VOWELS = "aeiou"
_SUFFIXES = (
    ("ies", "y", "s"),
    ("es", "", "s"),
    ("s", "", "s"),
    ("ied", "y", "ed"),
    ("ed", "e", "ed"),
    ("ed", "", "ed"),
)
_SUFFIXES += (("ing", "", "ing"), ("ing", "e", "ing"), ("ier", "y", "er"), ("er", "", "er"), ("er", "e", "er"))
_SUFFIXES += (("iest", "y", "est"), ("est", "", "est"), ("est", "e", "est"))
_KINDS = {"s": "nv", "ed": "v", "ing": "v", "er": "a", "est": "a"}


class Irregular:
    """Forms that no rule makes, by part of speech and word; and the words that they are forms of."""

    def __init__(self) -> None:
        self.forms: dict[tuple[str, str, str], list[str]] = {}
        self.words: dict[str, list[Form]] = {}

    def add(self, kind: str, word: str, forms: Sequence[str]) -> None:
        """Take in the forms of one word."""
        for text in forms:
            form = _form_of(kind, text)
            self.forms.setdefault((kind, word, form), []).append(text)
            self.words.setdefault(text, []).append((word, kind, form))


def _form_of(kind: str, text: str) -> str:
    if kind == "v":
        return "ing" if text.endswith("ing") else "ed"
    return "s" if kind == "n" else "est" if text.endswith("est") else "er"


def lemmas(word: str, irregular: Irregular) -> Iterator[Form]:
    """What the word may be a form of."""
    yield from irregular.words.get(word, ())
    for suffix, instead, form in _SUFFIXES:
        if word.endswith(suffix) and len(word) > len(suffix) + 1:
            lemma = word.removesuffix(suffix) + instead
            for kind in _KINDS[form]:
                if inflected(lemma, kind, form, irregular) == word:
                    yield lemma, kind, form


def inflected(word: str, kind: str, form: str, irregular: Irregular) -> str | None:
    """The word in a form; None where it is not known or has several (gave, given)."""
    if not form:
        return word
    made = irregular.forms.get((kind, word, form))
    if made:
        return made[0] if len(made) == 1 or form == "s" else None
    return _RULES[form](word)


def _s(word: str) -> str:
    if _consonant_y(word):
        return word[:-1] + "ies"
    return word + ("es" if re.search(r"(?:s|x|z|ch|sh)$", word) else "s")


def _ed(word: str) -> str:
    if _consonant_y(word):
        return word[:-1] + "ied"
    return word + ("d" if word.endswith("e") else _doubled(word) + "ed")


def _ing(word: str) -> str:
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return word[:-1] + "ing"
    return word + _doubled(word) + "ing"


def _compared(word: str, ending: str) -> str | None:
    if _consonant_y(word):
        return word[:-1] + "i" + ending
    if len(re.findall(r"[aeiouy]+", word.removesuffix("e"))) != 1:
        return None
    return word + (ending[1:] if word.endswith("e") else _doubled(word) + ending)


def _consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2:-1] not in _VOWELS


def _doubled(word: str) -> str:
    """The last letter once more, for a short word of consonant, vowel, consonant."""
    return word[-1] if re.fullmatch(r"[^aeiou]+[aeiou][^aeiouwxy]", word) else ""


_RULES = {
    "s": _s,
    "ed": _ed,
    "ing": _ing,
    "er": lambda word: _compared(word, "er"),
    "est": lambda word: _compared(word, "est"),
}
