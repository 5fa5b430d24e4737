"""Windows: questions with their contexts, cut into pieces that an encoder can read, which overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from augkit_text.subwords import Range
from augkit_text.tasks.encoder import Encoder, readable


@dataclass(frozen=True)
class Windows:
    """``inputs`` of the encoder, a row for each window; ``samples``: whose it is; ``offsets`` of its subwords in the
    context, (0, 0) for those that are not of it; ``first``: where the subword is that stands for no answer.

    ``inside``: (windows, subwords), true for subwords of the context.
    """

    inputs: dict[str, Tensor]
    samples: list[int]
    offsets: list[list[Range]]
    inside: Tensor
    first: Tensor


def windows_of(encoder: Encoder, questions: Sequence[str], contexts: Sequence[str], overlap: int) -> Windows:
    """All windows of all samples, in order, on the encoder's device. Of questions, half of a window is read at most."""
    made = encoder.tokenizer(
        [_start(encoder, question) for question in questions],
        [readable(context) for context in contexts],
        truncation="only_second",
        max_length=encoder.max_length,
        stride=overlap,
        padding=True,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    samples = made.pop("overflow_to_sample_mapping").tolist()
    rows = made.pop("offset_mapping").tolist()
    inside = torch.tensor([[part == 1 for part in made.sequence_ids(row)] for row in range(len(samples))])
    offsets = [
        [(int(a), int(b)) if own else (0, 0) for (a, b), own in zip(row, mask, strict=True)]
        for row, mask in zip(rows, inside.tolist(), strict=True)
    ]
    device = next(encoder.model.parameters()).device
    first = (made["input_ids"] == encoder.tokenizer.cls_token_id).int().argmax(1)
    inputs = {name: value.to(device) for name, value in made.items()}
    return Windows(inputs, samples, offsets, inside.to(device), first.to(device))


def longest_question(encoder: Encoder) -> int:
    """Subwords of a question that are read: half of a window."""
    return encoder.max_length // 2


def subwords_of(encoder: Encoder, question: str) -> list[Range]:
    """Where the subwords of a question are."""
    made: Any = encoder.tokenizer(
        readable(question), add_special_tokens=False, return_offsets_mapping=True, verbose=False
    )
    return [(int(a), int(b)) for a, b in made["offset_mapping"]]


def _start(encoder: Encoder, question: str) -> str:
    question, most = readable(question.strip()), longest_question(encoder)
    found = subwords_of(encoder, question)
    return question if len(found) <= most else question[: found[most - 1][1]]
