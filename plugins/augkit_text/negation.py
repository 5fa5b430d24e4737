"""Cues of negation by language: the small words that turn what a sentence says into its opposite."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import Literal

Language = Literal["en", "de", "es", "fr", "it", "pt", "nl", "sv", "da", "nb", "pl", "ru", "uk", "zh"]

# A star stands for any ending.
_CUES = {
    "en": "no not nor none never neither nobody nothing nowhere without cannot hardly barely scarcely rarely seldom "
    "unable lack lacks lacked lacking cant wont dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt couldnt "
    "shouldnt wouldnt aint mustnt neednt mightnt shant",
    "de": "nicht nichts nie niemals niemand* nirgends nirgendwo weder noch ohne kein* kaum",
    "es": "no ni nunca jamás nada nadie ningún* ningun* tampoco sin apenas",
    "fr": "ne pas point plus jamais rien personne aucun* ni non sans guère",
    "it": "non no né mai niente nulla nessun* neanche nemmeno neppure senza mica",
    "pt": "não nem nunca jamais nada ninguém nenhum* nenhun* tampouco sem",
    "nl": "niet niets nooit niemand nergens geen noch zonder nauwelijks nee",
    "sv": "inte icke ej aldrig ingen inget inga ingenting ingenstans varken utan knappt nej",
    "da": "ikke aldrig ingen intet ingenting hverken uden næppe nej",
    "nb": "ikke aldri ingen intet ingenting verken uten knapt nei",
    "pl": "nie nigdy nikt nikogo nikomu nic niczego nigdzie żad* bez ani ledwie",
    "ru": "не нет ни никогда никто никого никому ничего ничто нигде никак* без нельзя едва",
    "uk": "не ні ані немає нема ніколи ніхто нікого нікому нічого ніщо ніде жод* без",
}
_CLITICS = {"en": r"|n['’]t(?!\w)", "fr": r"|n(?<!\w.)['’]"}
_UNSPACED = {"zh": "[不没沒無无非未别別勿莫]"}


def cues_in(string: str, language: Language) -> list[tuple[int, int]]:
    """Where the cues of negation stand: not, never, don't."""
    low = string.lower()
    # İ is two characters in lower case.
    pattern = _pattern(language, 0) if len(low) == len(string) else _pattern(language, re.IGNORECASE)
    found = [match.span() for match in pattern.finditer(low if len(low) == len(string) else string)]
    return [(_start(string, start), end) for start, end in found] if found and language == "en" else found


def _start(string: str, at: int) -> int:
    """Where the word begins: of didn't, the pattern has found n't."""
    while at and (string[at - 1].isalnum() or string[at - 1] == "_"):
        at -= 1
    return at


@cache
def _pattern(language: Language, flags: int) -> re.Pattern[str]:
    """Cues by their first letter, which ``re`` looks for fast; that a word begins there is asked afterwards."""
    if language in _UNSPACED:
        return re.compile(_UNSPACED[language])
    words = sorted(_CUES[language].split())
    grouped = [(first, [word[1:] for word in own]) for first, own in groupby(words, lambda word: word[0])]
    listed = "|".join(rf"{first}(?<!\w.)(?:{_endings(rests)})(?!\w)" for first, rests in grouped)
    return re.compile(listed + _CLITICS.get(language, ""), flags)


def _endings(rests: list[str]) -> str:
    return "|".join(rest.replace("*", r"\w*") for rest in sorted(rests, key=len, reverse=True))
