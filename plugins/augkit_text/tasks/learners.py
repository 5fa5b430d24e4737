"""Learners: an encoder and a new head, for a class of each text or a tag of each token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.sample import Target
from augkit.train.checks.losses import Frequencies, of_classes
from augkit.train.config import Fields
from augkit.train.evidence import Start
from augkit.train.layers import Group
from augkit.train.learner import Learner
from augkit.train.objectives import OBJECTIVES, Objective
from augkit.vocab.text import Spans, Tags, Text
from augkit.vocab.text.scheme import Mark, tags_of
from augkit_text.subwords import IGNORED, first_subwords, tokens_in
from augkit_text.tasks.config import EncoderConfig, TextConfig, TokenConfig
from augkit_text.tasks.encoder import Encoder
from augkit_text.tasks.entities import EntityTally, entities


class EncoderLearner(Learner):
    """What both have: what of the encoder is frozen keeps its weights and runs in eval mode."""

    config: EncoderConfig

    def __init__(
        self,
        encoder: Encoder,
        config: EncoderConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
        start: Start | None = None,
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.encoder = encoder
        begun = start or Start.unmeasured(config.policy, encoder)
        self.decision, self.reading = begun.decision, begun.reading
        self.dropout = nn.Dropout(config.dropout)
        self.head = self.new_head(self.reading.width)
        begun.begin(self.head, config.init)
        self.begins_fitted = begun.probe is not None
        self.thaw = begun.thaw(encoder, config)

    def groups(self) -> list[Group]:
        """The head, and what of the encoder learns in some epoch."""
        assert self.thaw is not None
        return self.thaw.parameters("encoder", self.head, self.config.lr, self.config.head_lr_factor)

    def new_head(self, width: int) -> nn.Module:
        """From ``width`` numbers of a text or a token to what is learnt of it."""
        return nn.Linear(width, len(self.classes))

    def smoothing(self, split: str) -> float:
        """Of the loss: in training alone."""
        return self.config.label_smoothing if split == "train" else 0.0


class TextLearner(EncoderLearner):
    """Learns classes of texts, or a number, from the vector that the encoder makes of each."""

    config: TextConfig
    keeps_features = True

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Logits (texts, classes)."""
        return self.head(self.dropout(self.reading(self.encoder, texts)))  # type: ignore[no-any-return]

    @property
    def objective(self) -> Objective:
        """What the head learns."""
        return OBJECTIVES[self.config.learns]

    def new_head(self, width: int) -> nn.Module:
        """As the objective wants it."""
        return self.objective.head(width, self.classes)

    def sums(self) -> Any:
        """An empty tally."""
        return self.objective.sums()

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """What the objective says; labels that were mixed are weights of classes."""
        known = self.kept.of(batch, split, self.device)
        logits = self(batch[self.fields.input]) if known is None else self.head(self.dropout(known))
        target = self.objective.target(self, batch[self.fields.target])
        loss = self.objective.loss(self.head, logits, target, self.config, self.smoothing(split))
        self.tallies[split].add(loss, logits, target)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """As the objective has them."""
        return list(self.objective.answers(self(batch[self.fields.input])))

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """As the objective says it."""
        return self.objective.told(self.classes, outputs)

    def frequencies(self, batch: dict[str, Any]) -> Frequencies | None:
        """As the objective counts them."""
        return self.objective.frequencies(self, batch[self.fields.target])

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss and scores; of a validation also those of each class."""
        return self.tallies[split].metrics_by_class(split, self.classes)


class TokenLearner(EncoderLearner):
    """Learns the tag of each token from the vector of its first subword; tokens that were cut off count as outside."""

    config: TokenConfig

    def __init__(
        self,
        encoder: Encoder,
        config: TokenConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
        options: Any,
        start: Start | None = None,
    ) -> None:
        self.options = options  # asked for when the first tally is made
        super().__init__(encoder, config, fields, classes, steps, seed, start)

    def forward(self, texts: Sequence[str]) -> tuple[Tensor, list[list[tuple[int, int]]]]:
        """Logits (texts, subwords, classes), and where the subwords are in their texts."""
        inputs, offsets = self.encoder.tokens(texts)
        return self.head(self.dropout(self.encoder(inputs))), offsets

    def sums(self) -> EntityTally:
        """An empty tally."""
        return EntityTally(self.options.scheme, self.options.outside)

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Cross entropy over the first subwords of all tokens."""
        texts, tagged = batch[self.fields.input], batch[self.fields.target]
        logits, offsets = self(texts)
        firsts = [self._firsts(*each) for each in zip(texts, tagged, offsets, strict=True)]
        target = torch.full(logits.shape[:2], IGNORED)
        for row, (places, value) in enumerate(zip(firsts, tagged, strict=True)):
            for place, tag in zip(places, value["tags"], strict=True):
                if place is not None:
                    target[row, place] = self.number(tag)
        target = target.to(logits.device)
        loss = functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED, label_smoothing=self.smoothing(split)
        )
        best = logits.argmax(-1).tolist()
        for row, (places, value) in enumerate(zip(firsts, tagged, strict=True)):
            found = [self.options.outside if place is None else self.classes[best[row][place]] for place in places]
            self.tallies[split].add(value["tags"], found)
        self.tallies[split].add_loss(float(loss.detach()), len(texts))
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """The entities in each text, as spans; tokens are words and single marks, as CoNLL has them."""
        texts = batch[self.fields.input]
        logits, offsets = self(texts)
        return [self._spans(*each) for each in zip(texts, logits.argmax(-1).tolist(), offsets, strict=True)]

    def _spans(self, text: str, best: Sequence[int], offsets: Sequence[tuple[int, int]]) -> Spans:
        tokens = tokens_in(text)
        firsts = first_subwords(offsets, tokens)
        tags = [self.options.outside if place is None else self.classes[best[place]] for place in firsts]
        found = list(entities(tags, self.options.scheme, self.options.outside))
        starts = tuple(tokens[first][0] for first, _, _ in found)
        ends = tuple(tokens[end - 1][1] for _, end, _ in found)
        surfaces = [text[start:end] for start, end in zip(starts, ends, strict=True)]
        return Spans(starts, ends, {"label": [label for _, _, label in found], "text": surfaces})

    def told(self, outputs: Sequence[Any]) -> dict[str, Any]:
        """The entities in order; of several views those that at least half of them find."""
        rows = [tuple(zip(v.starts, v.ends, v.columns["label"], v.columns["text"], strict=True)) for v in outputs]
        counts = Counter(row for view in rows for row in view)
        agreed = sorted(row for row, count in counts.items() if 2 * count >= len(rows))
        return {"entities": [dict(zip(("start", "end", "label", "text"), row, strict=True)) for row in agreed]}

    def as_target(self, output: Any) -> Target | None:
        """Spans follow edits."""
        return output  # type: ignore[no-any-return]

    def from_target(self, target: Target) -> Any:
        """They are the output."""
        return target

    counted = "tokens"

    def shown(self, output: Spans, truth: Target) -> Target:
        """A tag for each token of the truth: of the entity that its first letter is in."""
        assert isinstance(truth, Tags)
        found = list(enumerate(zip(output.starts, output.ends, output.columns["label"], strict=True)))
        within = [
            next(((number, label) for number, (first, last, label) in found if first <= start < last), None)
            for start in truth.starts
        ]
        return replace(truth, tags=tuple(tags_of(within, self.options.scheme, self.options.outside)))

    def confused(self, batch: dict[str, Any], outputs: Sequence[Any]) -> Counter[tuple[str, str]]:
        """Tokens, by the label of the entity that they are in."""
        counts: Counter[tuple[str, str]] = Counter()
        for text, value, output in zip(batch[self.fields.input], batch[self.fields.target], outputs, strict=True):
            truth, _ = Tags.read(value, self.options, Text(text).frame())
            told = self.shown(output, truth)
            assert isinstance(told, Tags)
            counts.update(zip(map(self._label, truth.marks()), map(self._label, told.marks()), strict=True))
        return counts

    def _label(self, mark: Mark) -> str:
        return str(self.options.outside if mark is None else mark[1])

    def frequencies(self, batch: dict[str, Any]) -> Frequencies:
        """Of the tags."""
        tags = [self.number(tag) for value in batch[self.fields.target] for tag in value["tags"]]
        return of_classes(torch.tensor(tags, dtype=torch.int64), len(self.classes))

    def _firsts(self, text: str, value: Any, offsets: Sequence[tuple[int, int]]) -> list[int | None]:
        tags, _ = Tags.read(value, self.options, Text(text).frame())
        return first_subwords(offsets, list(zip(tags.starts, tags.ends, strict=True)))
