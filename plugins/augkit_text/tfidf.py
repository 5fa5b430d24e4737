"""Words that say little for words that say little (UDA: Xie et al. 2020), measured on the training split."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Annotated, Any

from augkit._ieee import log
from augkit.errors import DataError, FieldError
from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.sample import Target
from augkit.vocab.text import Text
from augkit.vocab.text.compose import Edit
from augkit_text.draws import places
from augkit_text.kept import kept
from augkit_text.passage import LETTERS, Passage
from augkit_text.step import TextStep
from augkit_text.synonyms import like_case


class TfidfReplace(TextStep):
    """Replace a fraction ``rate`` of the words, rather those with a low tf-idf, by words that are as common everywhere.

    ``idf``: the logarithm of (texts ÷ texts with the word), by word in lower case; measured on the training split
    unless it is given. Words that name something rare stay most of the time.
    """

    changes = {"wording", "meaning"}
    risks = {"polarity": "negation"}

    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.4, unit="fraction of the words")] = Range(0.1)
    vocabulary: Annotated[int, Limits(1, doc="the most common words of the training split are measured")] = 10_000
    idf: Annotated[Mapping[str, Any] | None, Limits(doc="without it, that of the training split")] = None

    def validate(self) -> None:
        super().validate()
        for word, value in (self.idf or {}).items():
            if not isinstance(word, str) or isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise FieldError(f"idf: {word}: got {value!r}; expected a number of at least 0.", "idf")

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """Settings to prove the laws with."""
        idf = {"the": 0.1, "in": 0.2, "wrote": 2.5, "program": 3.0, "und": 0.5}
        return [{"idf": idf}, {"idf": idf, "rate": 0.5, "protect": []}]

    def fitted(self) -> bool:
        """Whether the words are measured; if not, ``fit_to`` does it."""
        return self.idf is not None

    def fit_to(self, targets: Iterable[Target]) -> TfidfReplace:
        """The step with the idf of the most common words of the texts."""
        texts = [set(LETTERS.findall(target.string.lower())) for target in targets if isinstance(target, Text)]
        counts = Counter(word for words in texts for word in sorted(words))
        common = sorted(counts, key=lambda word: (-counts[word], word))[: self.vocabulary]
        if not common:
            raise DataError("no word to measure in the texts of the training split.")
        return dataclasses.replace(self, idf={word: log(len(texts) / counts[word]) for word in common})

    @kept
    def _drawn_from(self) -> tuple[list[str], list[float]]:
        """The words, and the sums of their weights."""
        words = list(self.idf)
        highest = max(self.idf.values())
        return words, list(accumulate(highest - self.idf[word] + 1e-3 for word in words))

    def edits(self, rng: Stream, passage: Passage) -> Iterator[Edit]:
        if not self.idf:
            raise DataError("the words have not been measured yet; call fit_to(texts) and use the step it returns.")
        spans = [match.span() for match in LETTERS.finditer(passage.string)]
        free = [span for span in spans if passage.is_free(*span)]
        low = [passage.string[start:end].lower() for start, end in free]
        size = len(places(rng, len(free), self.rate.draw(rng)))
        for number in self._chosen(rng, low, size):
            start, end = free[number]
            yield start, end, like_case(passage.string[start:end], self._word(rng))

    def _chosen(self, rng: Stream, low: list[str], size: int) -> list[int]:
        """``size`` of the words without repetition, each by how little it says (Efraimidis and Spirakis 2006)."""
        counts, unknown = Counter(low), max(self.idf.values())
        scores = [counts[word] * self.idf.get(word, unknown) for word in low] if size else []
        highest = max(scores, default=0.0)
        keys = [-log(1.0 - rng.random()) / (highest - score + 1e-3) for score in scores]
        return sorted(sorted(range(len(keys)), key=keys.__getitem__)[:size])

    def _word(self, rng: Stream) -> str:
        words, sums = self._drawn_from
        return words[min(bisect_right(sums, rng.random() * sums[-1]), len(words) - 1)]
