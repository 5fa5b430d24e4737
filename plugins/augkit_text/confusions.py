"""Characters that are taken for others: by scanners, and by eyes."""

from __future__ import annotations

OCR = {
    old: tuple(new.split(" "))
    for old, new in {
        "0": "O o Q", "1": "l I", "2": "Z", "3": "B", "5": "S s", "6": "b G", "8": "B", "9": "g q",
        "O": "0 Q", "o": "0 c", "l": "1 I", "I": "l 1", "S": "5", "s": "5", "Z": "2", "z": "2", "B": "8", "G": "6",
        "b": "6 h", "g": "9 q", "q": "g 9", "e": "c", "c": "e", "h": "b", "n": "ri", "m": "rn", "u": "ii", "v": "y",
        "w": "vv", "d": "cl", "t": "f", "f": "t", "i": "l", "j": "i", "D": "O", "E": "F", "F": "E", "Q": "O", "U": "V",
        "V": "U", "rn": "m", "vv": "w", "cl": "d", "ri": "n", "ii": "u", "li": "h", "é": "e", "ö": "o", "ü": "ii",
        "ß": "B", "ç": "c", "о": "0", "з": "3", "б": "6", "н": "п", "п": "н", "и": "н", "ш": "щ", "щ": "ш",
    }.items()
}  # fmt: skip

_ALIKE = (
    "aа", "cс", "eе", "oоο", "pр", "xх", "yу", "iі", "jј", "sѕ", "hһ", "vν", "AАΑ", "BВΒ", "CС", "EЕΕ", "HНΗ", "IІΙ",
    "JЈ", "KКΚ", "MМΜ", "NΝ", "OОΟ", "PРΡ", "SЅ", "TТΤ", "XХΧ", "YΥ", "ZΖ",
)  # fmt: skip

HOMOGLYPHS = {letter: tuple(other for other in alike if other != letter) for alike in _ALIKE for letter in alike}
"""Latin, Cyrillic and Greek letters that fonts draw alike, from each to the others."""
