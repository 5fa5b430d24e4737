"""Answerer: an encoder and a head for where answers begin and end, over windows of a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import FieldError
from augkit.sample import Target
from augkit.train.config import Fields
from augkit.train.evidence import Start
from augkit.vocab.text import Spans
from augkit_text.subwords import answer_positions
from augkit_text.tasks.answering import AnsweringConfig
from augkit_text.tasks.encoder import Encoder
from augkit_text.tasks.learners import EncoderLearner
from augkit_text.tasks.squad_score import scores
from augkit_text.tasks.windows import Windows, longest_question, subwords_of, windows_of

MOST = 64
"""Windows that are read at once where nothing is learnt from them."""


@dataclass
class AnswerTally:
    """Sums over the questions of an epoch."""

    loss: float = 0.0
    count: int = 0
    told: list[tuple[float, float]] = field(default_factory=list)

    def add(self, loss: float, told: Iterable[tuple[float, float]]) -> None:
        """A batch: its mean loss, and exact match and F1 of every question."""
        before = len(self.told)
        self.told += told
        self.loss += loss * (len(self.told) - before)
        self.count = len(self.told)

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss, and the means of both."""
        count = max(1, self.count)
        return {
            f"{split}_loss": self.loss / count,
            f"{split}_f1": sum(f1 for _, f1 in self.told) / count,
            f"{split}_exact_match": sum(exact for exact, _ in self.told) / count,
        }


@dataclass(frozen=True)
class Found:
    """The likeliest answer in a sample: where it is, and the odds of it and of none, as logarithms."""

    start: int = 0
    end: int = 0
    odds: float = float("-inf")
    none: float = float("inf")


class Answerer(EncoderLearner):
    """Learns by cross entropy of the first and the last subword of an answer in each window, of windows without it of
    the first subword of all. ``unanswered``: whether the training split had questions without an answer; where it had
    none, an answer is always told.
    """

    config: AnsweringConfig
    unanswered: Tensor

    def __init__(
        self,
        encoder: Encoder,
        config: AnsweringConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
        start: Start | None = None,
    ) -> None:
        super().__init__(encoder, config, fields, classes, steps, seed, start)
        self.register_buffer("unanswered", torch.tensor(False))

    def new_head(self, width: int) -> nn.Module:
        """Two numbers of each subword: how likely an answer begins, or ends, with it."""
        return nn.Linear(width, 2)

    def forward(self, windows: Windows) -> Tensor:
        """Logarithms of odds (windows, subwords, 2), of subwords that no answer can begin or end with all but none."""
        parts = len(windows.samples) if torch.is_grad_enabled() else MOST
        made = [
            self.head(
                self.dropout(self.encoder({name: rows[at : at + parts] for name, rows in windows.inputs.items()}))
            )
            for at in range(0, len(windows.samples), parts)
        ]
        places = torch.arange(windows.inside.shape[1], device=windows.inside.device)
        allowed = windows.inside | (places[None] == windows.first[:, None])
        logits = torch.cat(made).masked_fill(~allowed[:, :, None], torch.finfo(torch.float32).min)
        return functional.log_softmax(logits.float(), 1)

    def sums(self) -> AnswerTally:
        """An empty tally."""
        return AnswerTally()

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """The mean over samples of the mean over their windows."""
        contexts, wanted = batch[self.fields.input], batch[self.fields.target]
        windows = self._windows(batch)
        odds = self(windows)
        target, weights = self._target(windows, wanted)
        costs = -odds.gather(1, target[:, None]).sum(2)[:, 0] / 2
        loss = (costs * weights).sum()
        found = self._found(windows, odds.detach(), len(contexts))
        told = [self._text(context, each) for context, each in zip(contexts, found, strict=True)]
        right = [scores(text, value["text"]) for text, value in zip(told, wanted, strict=True)]
        self.tallies[split].add(float(loss.detach()), right)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """The answer to each question, as a span of its text; no span for none."""
        windows = self._windows(batch)
        contexts = batch[self.fields.input]
        found = self._found(windows, self(windows), len(contexts))
        return [self._span(context, each) for context, each in zip(contexts, found, strict=True)]

    def told(self, outputs: Sequence[Spans]) -> dict[str, Any]:
        """``answer``: ``text``, ``start``, ``end`` and ``probability``, or None; of several views the commonest."""
        rows = [next(iter(view.ranges()), None) for view in outputs]
        [(place, _)] = Counter(rows).most_common(1)
        if place is None:
            return {"answer": None}
        agreed = [view.columns for view, row in zip(outputs, rows, strict=True) if row == place]
        probability = sum(columns["probability"][0] for columns in agreed) / len(agreed)
        text = agreed[0]["text"][0]
        return {"answer": {"text": text, "start": place[0], "end": place[1], "probability": round(probability, 6)}}

    def as_target(self, output: Any) -> Target | None:
        """Spans follow edits."""
        return output  # type: ignore[no-any-return]

    def from_target(self, target: Target) -> Any:
        """They are the output."""
        return target

    def _windows(self, batch: dict[str, Any]) -> Windows:
        questions, contexts = batch[self.fields.beside[0]], batch[self.fields.input]
        return windows_of(self.encoder, questions, contexts, self.config.overlap)

    def _target(self, windows: Windows, wanted: Sequence[Any]) -> tuple[Tensor, Tensor]:
        """(windows, 2) subwords of the first answer, and what each window counts: nothing where no window holds it."""
        places, held = [], set()
        for sample, offsets, first in zip(windows.samples, windows.offsets, windows.first.tolist(), strict=True):
            texts, starts = wanted[sample]["text"], wanted[sample]["answer_start"]
            where = answer_positions(offsets, starts[0], starts[0] + len(texts[0])) if texts else None
            places.append(where or (first, first))
            if where or not texts:
                held.add(sample)
        counts = Counter(windows.samples)
        weights = [(sample in held) / counts[sample] / len(wanted) for sample in windows.samples]
        device = windows.first.device
        return torch.tensor(places, device=device), torch.tensor(weights, device=device)

    def _found(self, windows: Windows, odds: Tensor, count: int) -> list[Found]:
        """Of each sample the likeliest answer in all of its windows."""
        found = [Found() for _ in range(count)]
        for row, sample in enumerate(windows.samples):
            none = float(odds[row, windows.first[row]].sum())
            best = self._best(odds[row], windows.inside[row])
            before = found[sample]
            least = min(none, before.none)
            if best is None or best[2] <= before.odds:
                found[sample] = Found(before.start, before.end, before.odds, least)
            else:
                start, end = windows.offsets[row][best[0]][0], windows.offsets[row][best[1]][1]
                found[sample] = Found(start, end, best[2], least)
        return found

    def _best(self, odds: Tensor, inside: Tensor) -> tuple[int, int, float] | None:
        """First and last subword of the likeliest answer in one window."""
        own = inside.nonzero()[:, 0]
        if not len(own):
            return None
        pairs = odds[own, 0][:, None] + odds[own, 1][None]
        near = torch.ones_like(pairs).triu().tril(self.config.max_answer - 1).bool()
        number = int(pairs.masked_fill(~near, float("-inf")).argmax())
        first, last = divmod(number, len(own))
        return int(own[first]), int(own[last]), float(pairs[first, last])

    def _text(self, context: str, found: Found) -> str:
        silent = found.odds == float("-inf") or (bool(self.unanswered) and found.none > found.odds)
        return "" if silent else context[found.start : found.end]

    def _span(self, context: str, found: Found) -> Spans:
        text = self._text(context, found)
        if not text:
            return Spans((), (), {"text": [], "probability": []})
        probability = float(torch.tensor(found.odds).exp())
        return Spans((found.start,), (found.end,), {"text": [text], "probability": [probability]})


def check_questions(encoder: Encoder, questions: Iterable[tuple[str, str]]) -> None:
    """FieldError for a question that takes more than half of a window, with what would be long enough."""
    most = longest_question(encoder)
    long = [(len(subwords_of(encoder, question)), key) for key, question in questions]
    length, key = max(long)
    if length > most:
        raise FieldError(
            f"max_length: the question of {key} has {length} subwords, and half of a window of {encoder.max_length} is "
            f"{most}. Say max_length: {2 * length} or more, as far as the encoder can read, or shorten it.",
            "max_length",
        )
