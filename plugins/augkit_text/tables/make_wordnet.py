"""Builds wordnet.en.txt.gz out of the data files of WordNet 3.0.

``python plugins/augkit_text/tables/make_wordnet.py /usr/share/wordnet`` (Debian: ``apt-get install wordnet-base``). The
same input gives the same bytes.

A line is ``part of speech, word, synonyms, antonyms``; then come irregular forms, ``+ part of speech, word, forms``.
A word is there with the part of speech that it mostly is (four fifths of its uses that were counted), with the synonyms
of its most frequent senses, the most frequent first.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from augkit_text.function_words import ENGLISH
from augkit_text.negation import cues_in

_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_KINDS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
_WORD = re.compile(r"[a-z]{2,}")
_MOSTLY, _SENSES, _DEEPEST, _MOST = 0.8, 2, 3, 6
TABLE = Path(__file__).with_name("wordnet.en.txt.gz")

Senses = dict[tuple[str, str], list[str]]
Counts = dict[tuple[str, str, int], int]


def main(folder: Path) -> None:
    """Write the table and say how large it is."""
    senses, counts = _senses(folder), _counts(folder)
    synsets = {kind: dict(_synsets(folder / f"data.{name}")) for kind, name in _FILES.items()}
    lines = ["#language en"]
    words = sorted({word for _, word in senses if _usable(word)})
    for word in words:
        kind = _mostly(word, senses, counts)
        if kind and (line := _line(word, kind, senses, counts, synsets[kind])):
            lines.append(line)
    known = {word for line in lines[1:] for part in line.split("\t")[1:] for word in part.split(",")}
    lines += [f"+{kind}\t{word}\t{','.join(forms)}" for kind, word, forms in _irregular(folder) if word in known]
    TABLE.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    print(f"{len(lines):,} lines, {TABLE.stat().st_size:,} bytes")


def _usable(word: str) -> bool:
    return bool(_WORD.fullmatch(word)) and word not in ENGLISH and not cues_in(word, "en")


def _senses(folder: Path) -> Senses:
    """The synsets of each word, the most frequent sense first."""
    found: Senses = {}
    for kind, name in _FILES.items():
        for line in (folder / f"index.{name}").read_text().splitlines():
            if line.startswith(" "):
                continue
            word, _, count, pointers, *rest = line.split()
            found[kind, word] = rest[int(pointers) + 2 :][: int(count)]
    return found


def _counts(folder: Path) -> Counts:
    """How often each sense was met in the texts that were tagged by hand."""
    found: Counts = {}
    for line in (folder / "cntlist.rev").read_text().splitlines():
        key, sense, count = line.split()
        word, _, rest = key.partition("%")
        found[_KINDS[rest[0]], word, int(sense)] = int(count)
    return found


Synset = tuple[list[str], list[tuple[str, int, int]]]


def _synsets(path: Path) -> Iterator[tuple[str, Synset]]:
    """The words of each synset, and its antonyms: (synset, number of the word here, number of the word there)."""
    for line in path.read_text().splitlines():
        if line.startswith(" "):
            continue
        fields = line.partition(" | ")[0].split()
        count = int(fields[3], 16)
        # Adjectives say where they stand: (p) behind the verb.
        words = [re.sub(r"\(\w+\)$", "", word) for word in fields[4 : 4 + 2 * count : 2]]
        pointers, at = int(fields[4 + 2 * count]), 5 + 2 * count
        four = [fields[at + 4 * i : at + 4 * i + 4] for i in range(pointers)]
        antonyms = [(there, int(ends[:2], 16), int(ends[2:], 16)) for sign, there, _, ends in four if sign == "!"]
        yield fields[0], (words, antonyms)


def _mostly(word: str, senses: Senses, counts: Counts) -> str | None:
    """What a word is in four fifths of its counted uses, or in all of its senses."""
    kinds = [kind for kind in _FILES if (kind, word) in senses]
    uses = {kind: sum(counts.get((kind, word, n + 1), 0) for n in range(len(senses[kind, word]))) for kind in kinds}
    total = sum(uses.values())
    if not total:
        return kinds[0] if len(kinds) == 1 else None
    best = max(kinds, key=lambda kind: uses[kind])
    return best if uses[best] >= _MOSTLY * total else None


def _line(word: str, kind: str, senses: Senses, counts: Counts, synsets: dict[str, Synset]) -> str | None:
    own = senses[kind, word]
    uses = [counts.get((kind, word, number + 1), 0) for number in range(len(own))]
    frequent = [sense for sense, count in zip(own, uses, strict=True) if 4 * count >= sum(uses)] or own[:1]
    synonyms: dict[str, None] = {}
    antonyms: dict[str, None] = {}
    for sense in frequent[:_SENSES]:
        words, pointers = synsets[sense]
        for other in words:
            if other != word and _usable(other) and sense in senses[kind, other][:_DEEPEST]:
                synonyms[other] = None
        for there, mine, theirs in pointers:
            other = synsets[there][0][theirs - 1]
            if words[mine - 1].lower() == word and _usable(other):
                antonyms[other] = None
    if not synonyms and not antonyms:
        return None
    return f"{kind}\t{word}\t{','.join([*synonyms][:_MOST])}\t{','.join([*antonyms][:_MOST])}"


def _irregular(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    for kind, name in _FILES.items():
        forms: dict[str, list[str]] = defaultdict(list)
        for line in (folder / f"{name}.exc").read_text().splitlines():
            form, *bases = line.split()
            for base in bases:
                if _WORD.fullmatch(form) and form != base:
                    forms[base].append(form)
        yield from ((kind, base, forms[base]) for base in sorted(forms))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/wordnet"))
