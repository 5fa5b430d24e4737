"""Cues of negation by language: the small words that turn what a sentence says into its opposite."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Language = Literal["en", "de", "es", "fr", "it", "pt", "nl", "sv", "da", "nb", "pl", "ru", "uk", "zh"]

_CUES = {
    "en": r"no|not|nor|none|never|neither|nobody|nothing|nowhere|without|cannot|hardly|barely|scarcely|rarely|seldom"
    r"|unable|lacks?|lacked|lacking|\w*n['’]t"
    r"|(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|should|would|ai|must|need|might|sha)nt",
    "de": r"nicht|nichts|nie|niemals|niemand\w*|nirgends|nirgendwo|weder|noch|ohne|kein\w*|kaum",
    "es": r"no|ni|nunca|jamás|nada|nadie|ning[uú]n\w*|tampoco|sin|apenas",
    "fr": r"ne|pas|point|plus|jamais|rien|personne|aucun\w*|ni|non|sans|guère",
    "it": r"non|no|né|mai|niente|nulla|nessun\w*|neanche|nemmeno|neppure|senza|mica",
    "pt": r"não|nem|nunca|jamais|nada|ninguém|nenhu[mn]\w*|tampouco|sem",
    "nl": r"niet|niets|nooit|niemand|nergens|geen|noch|zonder|nauwelijks|nee",
    "sv": r"inte|icke|ej|aldrig|ingen|inget|inga|ingenting|ingenstans|varken|utan|knappt|nej",
    "da": r"ikke|aldrig|ingen|intet|ingenting|hverken|uden|næppe|nej",
    "nb": r"ikke|aldri|ingen|intet|ingenting|verken|uten|knapt|nei",
    "pl": r"nie|nigdy|nikt|nikogo|nikomu|nic|niczego|nigdzie|żad\w+|bez|ani|ledwie",
    "ru": r"не|нет|ни|никогда|никто|никого|никому|ничего|ничто|нигде|никак\w*|без|нельзя|едва",
    "uk": r"не|ні|ані|немає|нема|ніколи|ніхто|нікого|нічого|ніщо|ніде|жод\w+|без",
}
_ELIDED = {"fr": r"|(?<!\w)n['’]"}
_UNSPACED = {"zh": r"[不没沒無无非未别別勿莫]"}


@cache
def cues(language: Language) -> re.Pattern[str]:
    """What finds the cues of a language."""
    if language in _UNSPACED:
        return re.compile(_UNSPACED[language])
    return re.compile(rf"(?<!\w)(?:{_CUES[language]})(?!\w){_ELIDED.get(language, '')}", re.IGNORECASE)
