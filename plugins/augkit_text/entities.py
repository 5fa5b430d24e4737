"""Names for names: entities replaced by others of their label, in a translation at once."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from augkit.errors import DataError, FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Target
from augkit.transform import Kernel, Transform
from augkit.vocab.text import PairEdits, Spans, Tags, Translation
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.kept import kept
from augkit_text.lexicon import table_rows
from augkit_text.passage import Passage, translation_in
from augkit_text.protect import Protected
from augkit_text.step import Content, TextStep

Names = Mapping[str, tuple[str, ...]]
Pairs = Mapping[str, Mapping[str, str]]


class EntitySwap(TextStep, Transform[PairEdits]):
    """Replace a fraction ``rate`` of the entities by another name of their label; the annotation covers the new name.

    Entities are spans by their column ``label`` and entities of tags; none is replaced that another overlaps. The names
    are those of the training split (``names: train``), a mapping from label to names, or a file (``table``: `#language
    en`, then label, tab, name). Beside a translation ``pairs`` is needed: a file of label, name, and the name in the
    translation; names are then found without annotations, where both sides have them once.
    """

    changes = {"names"}
    risks = {}
    paths = ("table", "pairs")

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=1, unit="fraction of the entities")] = Range(0.5)
    names: Annotated[Literal["train"] | Mapping[str, Any] | None, Limits(doc="`train`, or {label: [names]}")] = None
    table: Annotated[str | None, Limits(doc="a file of names: `#language en`, then label, tab, name")] = None
    pairs: Annotated[str | None, Limits(doc="a file of names in both languages: label, tab, name, tab, name")] = None
    labels: Annotated[tuple[str, ...], Limits(doc="only entities of these; without any, of all")] = ()
    protect: Annotated[tuple[Protected, ...], Limits(doc="left alone; see every step of text")] = ("negation", "urls")

    def validate(self) -> None:
        super().validate()
        if sum(given is not None for given in (self.names, self.table, self.pairs)) != 1:
            raise FieldError(
                "give one of names (train or {label: [names]}), table (a file) and pairs (a file).", "names"
            )
        if self.pairs is not None:
            _pairs_of(self.pairs, self.language)
        elif self.names != "train":
            _names_of(self.names if self.table is None else self.table, self.language)

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        names = {"PER": ["Grace Hopper", "Zoë"], "LOC": ["東京", "Rio de Janeiro"], "ORG": ["ACME"]}
        return [{"names": names}, {"names": names, "rate": 1, "protect": []}]

    def fitted(self) -> bool:
        """Whether the names are known; if not, ``fit_to`` collects them."""
        return self.names != "train"

    def fit_to(self, targets: Iterable[Target]) -> EntitySwap:
        """The step with the names of all entities of ``targets``, by label."""
        found: dict[str, dict[str, None]] = {}
        for target in targets:
            for start, end, label in _entities(target):
                if target.string is None:
                    raise DataError("the text of these spans is not known here; fit before steps that change the text.")
                found.setdefault(label, {})[target.string[start:end]] = None
        if not found:
            raise DataError("`names: train` found no entity; it needs spans with a column `label`, or tags.")
        names = {label: list(found[label]) for label in sorted(found)}
        return dataclasses.replace(self, names=names)

    def kernel(self, target: type[Target]) -> Kernel | None:
        if issubclass(target, Translation) and self.pairs is None:
            return None
        return super().kernel(target)

    def why_not(self, target: type[Target]) -> str | None:
        return "names are replaced in both languages or in none; give `pairs: <file>`"

    @kept
    def _names(self) -> Names:
        return _names_of(self.names if self.table is None else self.table, self.language)

    def drawn(self, rng: Stream, content: Content) -> PairEdits:
        if not self.fitted():
            raise DataError("`names: train` has not been collected yet; call fit_to(targets) and use what it returns.")
        passage, translation = self.passage(content), translation_in(content)
        other = translation.string if translation else ""
        rate = self.rate.draw(rng)
        if self.pairs is not None:
            made = self._in_both(rng, passage, other if translation else None, rate)
        else:
            made = [(edit, None) for edit in self._in_one(rng, passage, rate)]
        kept = set(self.guarded(rng, passage, [edit for edit, _ in made]))
        made = [(edit, pair) for edit, pair in made if edit in kept]
        return PairEdits(
            len(passage.string),
            tuple(edit for edit, _ in made),
            len(other),
            tuple(sorted(pair for _, pair in made if pair)),
        )

    def _in_one(self, rng: Stream, passage: Passage, rate: float) -> Iterator[Edit]:
        found = _apart(
            (start, end, label)
            for target in passage.targets
            for start, end, label in _entities(target)
            if label in self._names and (not self.labels or label in self.labels)
        )
        free = [each for each in found if passage.is_free(*each[:2])]
        for place in places(rng, len(free), rate):
            start, end, label = free[place]
            new = rng.choice(self._names[label])
            if new != passage.string[start:end]:
                yield start, end, new

    def _in_both(self, rng: Stream, passage: Passage, other: str | None, rate: float) -> list[tuple[Edit, Edit | None]]:
        pattern, labels, pairs = _pairs_of(self.pairs, self.language)
        string = passage.string
        spans = [match.span() for match in pattern.finditer(string) if passage.is_free(*match.span())]
        spans = [span for span in spans if not self.labels or labels[string[slice(*span)]] in self.labels]
        names = [string[slice(*span)] for span in spans]
        free = [
            (span, place)
            for span, name in zip(spans, names, strict=True)
            if names.count(name) == 1 and (place := _once(other, pairs[labels[name]][name])) is not None
        ]
        made = []
        for number in places(rng, len(free), rate):
            (start, end), place = free[number]
            options = pairs[labels[string[start:end]]]
            new = rng.choice(list(options))
            made.append(((start, end, new), (*place, options[new]) if place else None))
        return _disjoint(made)


def _entities(target: Target) -> list[tuple[int, int, str]]:
    if isinstance(target, Tags):
        return target.entities()
    if isinstance(target, Spans) and "label" in target.columns:
        return [(*span, label) for span, label in zip(target.ranges(), target.columns["label"], strict=True)]
    return []


def _apart(entities: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Those in order that no other overlaps; the same one told by spans and by tags is one."""
    ordered = sorted({(start, end): (start, end, label) for start, end, label in entities}.values())
    left, reach = [], 0
    for number, (start, end, label) in enumerate(ordered):
        following = ordered[number + 1][0] if number + 1 < len(ordered) else end
        if start >= reach and following >= end:
            left.append((start, end, label))
        reach = max(reach, end)
    return left


def _once(string: str | None, name: str) -> tuple[int, int] | tuple[()] | None:
    """Where a name stands as words of its own, if once; () where there is no other text."""
    if string is None:
        return ()
    found = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", string)]
    return found[0] if len(found) == 1 else None


def _disjoint(made: Iterable[tuple[Edit, Any]]) -> list[tuple[Edit, Any]]:
    """Without those whose other side overlaps one before."""
    taken: list[tuple[int, int]] = []
    left = []
    for edit, pair in made:
        if pair and any(pair[0] < end and pair[1] > start for start, end in taken):
            continue
        taken += [pair[:2]] if pair else []
        left.append((edit, pair))
    return left


def _names_of(names: Any, language: str) -> Names:
    """Names by label, from a file or a mapping."""
    if isinstance(names, str):
        rows = table_rows(names, language)[1]
        return {label: tuple(row[1] for row in rows if row[0] == label) for label, *_ in rows}
    if not names:
        raise FieldError(f"names: got {names!r}; expected {{label: [names]}}, such as {{PER: [Ada]}}.", "names")
    for label, listed in names.items():
        right = isinstance(listed, list | tuple) and listed and all(isinstance(n, str) and n.strip() for n in listed)
        if not right:
            raise FieldError(f"names: {label}: got {listed!r}; expected a list of names.", "names")
    return {label: tuple(listed) for label, listed in names.items()}


def _pairs_of(table: str, language: str) -> tuple[re.Pattern[str], dict[str, str], Pairs]:
    """What finds the names, the label of each, and by label the name in the translation of each."""
    rows = table_rows(table, language)[1]
    pairs: dict[str, dict[str, str]] = {}
    for row in rows:
        if len(row) != 3:
            raise FieldError(f"pairs: {table!r} has a line {row!r}; expected label, tab, name, tab, name.", "pairs")
        pairs.setdefault(row[0], {})[row[1]] = row[2]
    labels = {name: label for label, own in pairs.items() for name in own}
    listed = "|".join(re.escape(name) for name in sorted(labels, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{listed})(?!\w)"), labels, pairs
