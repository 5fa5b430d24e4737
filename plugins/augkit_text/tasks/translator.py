"""Translator: a network from texts to texts, what its errors cost and how good its translations are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import FieldError
from augkit.sample import Target
from augkit.train.config import Fields
from augkit.train.learner import Learner
from augkit_text.subwords import IGNORED
from augkit_text.tasks.chrf import Chrf
from augkit_text.tasks.encoder import load, readable
from augkit_text.tasks.transformer import Transformer
from augkit_text.tasks.translation import TranslationConfig
from augkit_text.tasks.vocabulary import Vocabulary


@dataclass
class Tally:
    """Sums over the batches of an epoch."""

    loss: float = 0.0
    count: int = 0
    units: int = 0
    right: int = 0
    exact: int = 0
    letters: Chrf = field(default_factory=Chrf)

    def add(self, loss: Tensor, logits: Tensor, target: Tensor) -> None:
        """A batch: its mean loss, logits (b, n, units), numbers (b, n)."""
        there = target != IGNORED
        self.loss += float(loss.detach()) * len(target)
        self.count += len(target)
        self.units += int(there.sum())
        self.right += int((logits.detach().argmax(-1) == target)[there].sum())

    def compare(self, told: Sequence[str], wanted: Sequence[str]) -> None:
        """Translations, and what they should be."""
        for each in zip(told, wanted, strict=True):
            self.letters.add(*each)
            self.exact += each[0] == each[1]

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss and accuracy of units; of a validation also how good its translations are."""
        made = {
            f"{split}_loss": self.loss / max(1, self.count),
            f"{split}_token_accuracy": self.right / max(1, self.units),
        }
        if split != "val":
            return made
        return {**made, "val_chrf": self.letters.score, "val_exact_match": self.exact / max(1, self.count)}


class Translator(Learner):
    """Learns by cross entropy of every unit, all before it given; the validation's texts are translated."""

    config: TranslationConfig
    counted = None

    def __init__(
        self,
        network: nn.Module,
        config: TranslationConfig,
        fields: Fields,
        classes: Sequence[Any],
        steps: int,
        seed: int,
    ) -> None:
        super().__init__(config, list(classes), steps, seed)
        self.fields = fields
        self.network = network

    def forward(self, texts: Sequence[str]) -> list[str]:
        """Translations."""
        return self.network.translate(texts)  # type: ignore[no-any-return, operator]

    def sums(self) -> Tally:
        """An empty tally."""
        return Tally()

    def judge(self, batch: dict[str, Any], split: str) -> Tensor:
        """Cross entropy over all units of the translations and their ends."""
        texts, wanted = batch[self.fields.input], batch[self.fields.target]
        logits, target = self.network.compare(texts, wanted)  # type: ignore[operator]
        smoothing = self.config.label_smoothing if split == "train" else 0.0
        loss = functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=IGNORED, label_smoothing=smoothing
        )
        self.tallies[split].add(loss, logits, target)
        if split == "val":
            self.tallies[split].compare(self(texts), wanted)
        return loss

    def outputs(self, batch: dict[str, Any]) -> list[Any]:
        """Translations."""
        return list(self(batch[self.fields.input]))

    def shown(self, output: str, truth: Target) -> Target:
        """The translation."""
        return replace(truth, string=output)  # type: ignore[call-arg]

    def told(self, outputs: Sequence[str]) -> dict[str, Any]:
        """``text``: the translation, of several views the one that most agree on, the first where that is open."""
        return {"text": Counter(outputs).most_common(1)[0][0]}


class Pretrained(nn.Module):
    """A transformer of transformers' from texts to texts, and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any, longest: int) -> None:
        super().__init__()
        self.model, self.tokenizer, self.longest = model, tokenizer, longest

    def compare(self, texts: Sequence[str], wanted: Sequence[str]) -> tuple[Tensor, Tensor]:
        """As ``Sequences`` has it."""
        made = self._numbers(text_target=[readable(text) for text in wanted])
        target = made["input_ids"].masked_fill(made["attention_mask"] == 0, IGNORED)
        inputs = self._numbers([readable(text) for text in texts])
        return self.model(**inputs, labels=target).logits, target

    @torch.no_grad()
    def translate(self, texts: Sequence[str]) -> list[str]:
        """As ``Sequences`` has it."""
        inputs = self._numbers([readable(text) for text in texts])
        made = self.model.generate(**inputs, do_sample=False, num_beams=1, max_new_tokens=self.longest)
        return [str(text) for text in self.tokenizer.batch_decode(made, skip_special_tokens=True)]

    def _numbers(self, *texts: Any, **more: Any) -> dict[str, Tensor]:
        made = self.tokenizer(
            *texts, **more, padding=True, truncation=True, max_length=self.longest, return_tensors="pt"
        )
        device = next(self.model.parameters()).device
        return {name: made[name].to(device) for name in ("input_ids", "attention_mask")}


def network_of(config: TranslationConfig, classes: Sequence[Any]) -> nn.Module:
    """The backbone that ``config`` names, or our own network, whose first weights come from torch's global generator.

    Raises FieldError for what is not on this machine or leads from no text to another.
    """
    if config.backbone is not None:
        model, tokenizer = load(config.backbone, "AutoModelForSeq2SeqLM", config.pretrained)
        if model.config.decoder_start_token_id is None:
            raise FieldError(f"backbone: {config.backbone} does not tell how a translation begins.", "backbone")
        return Pretrained(model, tokenizer, config.max_length)
    vocabulary = Vocabulary(tuple(classes), config.own("units"))
    width, heads, layers = (config.own(name) for name in ("width", "heads", "layers"))
    return Transformer(vocabulary, width, heads, layers, config.max_length, config.dropout)
