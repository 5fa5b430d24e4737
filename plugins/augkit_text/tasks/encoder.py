"""Encoder: texts in, a vector for every subword out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

import torch
from torch import Tensor, nn

from augkit.errors import FieldError, MissingDependency
from augkit.train.layers import LayerGroup, by_depth
from augkit_text.checkpoints import INSTALL, folder_of, not_here

Range = tuple[int, int]


class Encoder(nn.Module):
    """A transformer without a head and its tokenizer. ``width`` numbers for every subword, and as a backbone of whole
    texts as many for each text: those of its subwords, pooled (``mean``), or of the first (``cls``).
    """

    def __init__(self, model: nn.Module, tokenizer: Any, max_length: int, pooling: str = "mean") -> None:
        super().__init__()
        self.model, self.tokenizer, self.pooling = model, tokenizer, pooling
        self.width = self.feature_dim = int(model.config.hidden_size)
        most = getattr(model.config, "max_position_embeddings", None) or max_length
        self.max_length = min(max_length, int(most))

    @classmethod
    def of(cls, config: Any) -> Self:
        """The encoder that a ``train`` section names, from this machine alone.

        Random weights come from torch's global generator. Raises FieldError for what is not here or is no transformer.
        """
        model, tokenizer = load(config.backbone, "AutoModel", config.pretrained)
        if not tokenizer.is_fast:
            raise FieldError(
                f"backbone: the tokenizer of {config.backbone} tells no offsets (it is no fast one).", "backbone"
            )
        return cls(model, tokenizer, config.max_length, getattr(config, "pooling", "mean"))

    def tokens(self, texts: Sequence[str]) -> tuple[dict[str, Tensor], list[list[Range]]]:
        """Subwords of texts, padded and cut, on the model's device; and where each is in its text."""
        made = self.tokenizer(
            [readable(text) for text in texts],
            padding=True,
            truncation=True,
            max_length=self.max_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = [[(int(a), int(b)) for a, b in rows] for rows in made.pop("offset_mapping").tolist()]
        device = next(self.model.parameters()).device
        return {name: value.to(device) for name, value in made.items()}, offsets

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """(texts, subwords, width); a frozen one keeps nothing to learn from."""
        frozen = not any(parameter.requires_grad for parameter in self.model.parameters())
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            return self.model(**inputs).last_hidden_state  # type: ignore[no-any-return]

    def features(self, inputs: Sequence[str]) -> Tensor:
        """(texts, width)."""
        tokens, _ = self.tokens(inputs)
        return self._pooled(self(tokens), tokens["attention_mask"])

    def stages(self, inputs: Sequence[str], upto: int | None = None) -> list[Tensor]:
        """The pooled vectors after each layer; the last are the features."""
        tokens, _ = self.tokens(inputs)
        made = self.model(**tokens, output_hidden_states=True)
        layers = [*made.hidden_states[1:-1], made.last_hidden_state]
        return [self._pooled(vectors, tokens["attention_mask"]) for vectors in layers[:upto]]

    @property
    def stage_names(self) -> list[str]:
        """A stage for each layer."""
        return [f"layer {number + 1}" for number in range(int(self.model.config.num_hidden_layers))]  # type: ignore[union-attr,arg-type]

    @property
    def stage_dims(self) -> list[int]:
        """All as wide as the features."""
        return [self.feature_dim] * len(self.stage_names)

    def layer_groups(self) -> list[LayerGroup]:
        """The embeddings and each layer; what follows the last belongs to it."""
        return by_depth(self.model)

    @property
    def preprocess(self) -> Any:
        """The tokenizer that the weights were trained with; ``tokens`` applies it."""
        return self.tokenizer

    def _pooled(self, vectors: Tensor, attention: Tensor) -> Tensor:
        if self.pooling == "cls":
            return vectors[:, 0]
        mask = attention[:, :, None]
        return (vectors * mask).sum(1) / mask.sum(1).clamp(min=1)


def load(backbone: str, kind: str, pretrained: bool = True) -> tuple[Any, Any]:
    """A model of transformers' class ``kind`` (``AutoModel``, ``AutoModelForMaskedLM``), and its tokenizer.

    From a folder, a package, or what was downloaded before; nothing is downloaded.
    """
    try:
        import transformers
    except ImportError as error:
        raise MissingDependency(f"{backbone} needs transformers. Install it: {INSTALL}") from error
    place = folder_of(backbone, "backbone")
    with _quiet(transformers):
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(place, local_files_only=True)
            made_by = getattr(transformers, kind)
            if pretrained:
                return made_by.from_pretrained(place, local_files_only=True).float(), tokenizer
            settings = transformers.AutoConfig.from_pretrained(place, local_files_only=True)
            return made_by.from_config(settings), tokenizer
        except (OSError, ValueError, KeyError) as error:
            said = " ".join(str(error).split())
            told = not_here(backbone, "backbone", f", or is no {kind}")
            raise FieldError(f"{told} transformers says: {said:.200}", "backbone") from error


def readable(text: str) -> str:
    """The text as tokenizers take it: halves of surrogate pairs, which are no characters, as U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


@contextmanager
def _quiet(transformers: Any) -> Iterator[None]:
    """Without its bars and advice, which are for people who call it."""
    logging = transformers.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
