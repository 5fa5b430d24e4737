"""A small transformer from one sequence to another (Vaswani et al. 2017), and what it shares with those of others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from augkit_text.subwords import IGNORED
from augkit_text.tasks.vocabulary import END, PAD, START, UNKNOWN, Vocabulary


class Sequences(Protocol):
    """A network from texts to texts."""

    def compare(self, texts: Sequence[str], wanted: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Logits (b, n, units) of the next unit, given all before it; and the numbers (b, n), ``IGNORED`` after the
        end.
        """
        ...

    def translate(self, texts: Sequence[str]) -> list[str]:
        """The likeliest unit at every place, one after another."""
        ...


class Transformer(nn.Module):
    """Encoder and decoder of ``layers`` layers each, normalized before each of their parts; positions are waves.

    One table of ``width`` numbers for each unit is what both read and what the decoder tells by. Texts are cut after
    ``longest`` units.
    """

    waves: Tensor

    def __init__(
        self, vocabulary: Vocabulary, width: int, heads: int, layers: int, longest: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.vocabulary, self.longest = vocabulary, longest
        self.table = nn.Embedding(len(vocabulary), width, padding_idx=PAD)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        self.register_buffer("waves", _waves(longest + 1, width), persistent=False)
        self.dropout = nn.Dropout(dropout)
        one = {"dim_feedforward": 4 * width, "dropout": dropout, "batch_first": True, "norm_first": True}
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(width, heads, **one), layers, nn.LayerNorm(width), enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(
            nn.TransformerDecoderLayer(width, heads, **one), layers, nn.LayerNorm(width)
        )
        for parameter in (*self.encoder.parameters(), *self.decoder.parameters()):
            if parameter.ndim > 1:  # the layers are copies, drawn once
                nn.init.xavier_uniform_(parameter)

    def compare(self, texts: Sequence[str], wanted: Sequence[str]) -> tuple[Tensor, Tensor]:
        """As ``Sequences`` has it."""
        memory, hidden = self._read(texts)
        numbers = [self.vocabulary.numbers(text)[: self.longest] for text in wanted]
        given = self._padded([[START, *each] for each in numbers], PAD)
        target = self._padded([[*each, END] for each in numbers], IGNORED)
        return self._told(given, memory, hidden), target.masked_fill(target == UNKNOWN, IGNORED)

    @torch.no_grad()
    def translate(self, texts: Sequence[str]) -> list[str]:
        """As ``Sequences`` has it."""
        memory, hidden = self._read(texts)
        told = torch.full((len(texts), 1), START, device=memory.device)
        ended = torch.zeros(len(texts), dtype=torch.bool, device=memory.device)
        while told.shape[1] <= self.longest and not bool(ended.all()):
            logits = self._told(told, memory, hidden)[:, -1]
            logits[:, [PAD, START, UNKNOWN]] = -torch.inf
            best = logits.argmax(-1)
            told = torch.cat((told, best[:, None]), 1)
            ended |= best == END
        return [self.vocabulary.text(row[1:]) for row in told.tolist()]

    def _read(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """What the encoder makes of texts (b, n, width), and where there is none of it."""
        numbers = self._padded([[*self.vocabulary.numbers(text)[: self.longest], END] for text in texts], PAD)
        hidden = numbers == PAD
        return self.encoder(self._placed(numbers), src_key_padding_mask=hidden), hidden

    def _told(self, given: Tensor, memory: Tensor, hidden: Tensor) -> Tensor:
        """Padding is behind all that is told, so nothing that counts sees it."""
        later = nn.Transformer.generate_square_subsequent_mask(given.shape[1], device=given.device) < 0
        made = self.decoder(
            self._placed(given), memory, tgt_mask=later, memory_key_padding_mask=hidden, tgt_is_causal=True
        )
        return made @ self.table.weight.T  # type: ignore[no-any-return]

    def _placed(self, numbers: Tensor) -> Tensor:
        scale = math.sqrt(self.table.embedding_dim)
        return self.dropout(self.table(numbers) * scale + self.waves[: numbers.shape[1]])  # type: ignore[no-any-return]

    def _padded(self, rows: Sequence[Sequence[int]], filler: int) -> Tensor:
        tensors = [torch.tensor(row, dtype=torch.int64) for row in rows]
        return pad_sequence(tensors, batch_first=True, padding_value=filler).to(self.table.weight.device)


def _waves(places: int, width: int) -> Tensor:
    """(places, width): sines and cosines, from one as long as two numbers up to ten thousand times as long."""
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    turns = torch.arange(places)[:, None] * rates
    return torch.stack((turns.sin(), turns.cos()), 2).flatten(1)[:, :width]
