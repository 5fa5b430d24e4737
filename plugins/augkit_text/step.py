"""What every text step has: guards, and what they promise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, ClassVar

from augkit.errors import DataError, SkipStep
from augkit.fields import Limits
from augkit.rng import Stream
from augkit.sample import Frame, Target
from augkit.transform import Transform
from augkit.vocab.text import Edits, Pieces
from augkit.vocab.text.compose import Edit
from augkit_text.checkpoints import check_model
from augkit_text.kept import kept
from augkit_text.negation import Language
from augkit_text.passage import Passage, annotations_in, carrier_in
from augkit_text.protect import Protected, Run, finders_of, runs, sparing

Content = Mapping[str, Target] | None


class TextStep(Transform[Edits]):
    """A step over one text. A subclass defines ``edits(rng, passage)``, or ``drawn`` where it moves pieces; what would
    break a guard is left out after.

    ``risks`` maps a quality to what must be protected lest the step changes it; ``loses``: whether a span can lose all
    its text; ``keeps`` names what the step looks after itself.
    """

    protect: Annotated[
        tuple[Protected, ...], Limits(doc="left alone: spans, negation, urls, numbers, {regex: …}, {words: […]}")
    ] = ("negation", "urls", "numbers")
    language: Annotated[Language, Limits(doc="of the text: whose cues of negation, whose tables")] = "en"
    max_edit_ratio: Annotated[float | None, Limits(0, unit="characters changed by characters of the text")] = None
    min_similarity: Annotated[
        float | None, Limits(-1, 1, unit="cosine", doc="below it the text is left as it was; no proof of the label")
    ] = None
    encoder: Annotated[str, Limits(doc="what measures similarity: pkg/minilm or hf/<folder>")] = "pkg/minilm"

    needs = ("text",)
    risks: ClassVar[Mapping[str, str]] = {"polarity": "negation"}
    loses: ClassVar[bool] = False
    keeps: ClassVar[tuple[str, ...]] = ()

    def validate(self) -> None:
        finders_of(self.protect, self.language)
        if self.min_similarity is not None:
            check_model(self.encoder, "encoder")

    @classmethod
    def law_examples(cls) -> list[dict[str, object]]:
        """Settings to prove the laws with: as it is, and with nothing protected."""
        return [{}, {"rate": 0.5, "protect": []}]

    def changed_qualities(self) -> frozenset[str]:
        return self.changes | {quality for quality, guard in self.risks.items() if guard not in self.protect}

    def conflict(self, kinds: frozenset[str]) -> str | None:
        if self.loses and "answer" in kinds and "spans" not in self.protect:
            return "may delete all of an answer; write protect: [spans, …] to keep it."
        return None

    @kept
    def _finders(self):
        return finders_of([item for item in self.protect if item not in self.keeps], self.language)

    def passage(self, content: Content) -> Passage:
        """The text with what is annotated on it and what is left alone; DataError for one of another language."""
        text = carrier_in(content)
        spoken = text.options.language
        if spoken is not None and spoken != self.language:
            raise DataError(
                f"its tables are for {self.language!r} and the text is {spoken!r}; write `language: {spoken}`."
            )
        return Passage(text.string, annotations_in(content), self._finders, "spans" in self.protect)

    def draw(self, rng: Stream, frame: Frame, content: Content = None) -> Edits:
        made = self.drawn(rng, content)
        if self.min_similarity is not None:
            self._refuse_unlike(carrier_in(content).string, made)
        return made

    def _refuse_unlike(self, before: str, made: Edits | Pieces) -> None:
        """SkipStep where the encoder finds the text after too unlike the one before.

        Similarity is no proof that a label stays true: encoders find a sentence and its opposite more alike than a
        sentence and the same with two slips of the pen. Guard what labels depend on by ``protect`` and
        ``sensitive_to``.
        """
        after = made.apply(before)
        if after == before:
            return
        from augkit_text.tasks.models import similarity

        found = similarity(self.encoder, before, after)
        if found < self.min_similarity:
            raise SkipStep(f"similarity {found:.2f} is below min_similarity {self.min_similarity:g}")

    def drawn(self, rng: Stream, content: Content) -> Edits:
        """What happens to the text, but for ``min_similarity``."""
        passage = self.passage(content)
        drawn = self.edits(rng, passage)
        return Edits(len(passage.string), self.guarded(rng, passage, drawn))

    def edits(self, rng: Stream, passage: Passage) -> Iterable[Edit]:
        """What to change, in order and without overlap."""
        raise NotImplementedError(f"{type(self).__name__} does not define edits(rng, passage).")

    def guarded(self, rng: Stream, passage: Passage, drawn: Iterable[Edit]) -> tuple[Edit, ...]:
        """Of the drawn edits those that break no guard; of too many, those that chance leaves."""
        edits = tuple(drawn)
        if not edits or (not passage.protected and self.max_edit_ratio is None):
            return edits
        made = list(sparing(runs(edits), passage.string, passage.protected))
        sizes = [_size(run) for run in made]
        chosen = self.within_budget(rng, sizes, len(passage.string))
        return tuple([edit for number in chosen for edit in made[number][2]])

    def within_budget(self, rng: Stream, sizes: Sequence[int], length: int) -> Iterable[int]:
        """The numbers of changes of these ``sizes`` that ``max_edit_ratio`` allows together, in order."""
        if self.max_edit_ratio is None or sum(sizes) <= self.max_edit_ratio * length:
            return range(len(sizes))
        left, chosen = self.max_edit_ratio * length, []
        for number in rng.permutation(len(sizes)):
            if sizes[number] <= left:
                left -= sizes[number]
                chosen.append(number)
        return sorted(chosen)


def _size(run: Run) -> int:
    return sum(max(end - start, len(text)) for start, end, text in run[2])
