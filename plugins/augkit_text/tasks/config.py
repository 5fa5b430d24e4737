"""What ``train:`` may say of texts, and the encoders that it names."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from augkit.errors import FieldError
from augkit.fields import Limits
from augkit.train.config import TransferConfig
from augkit.words import suggestion
from augkit_text.checkpoints import folder_of


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
        """Refuse a family that does not exist, and an encoder that is not on this machine."""
        super().validate()
        family, slash, name = self.backbone.partition("/")
        if not slash or not name or family not in ("hf", "pkg"):
            near = suggestion(family, ("hf", "pkg")) if slash else f" Did you mean 'hf/{self.backbone}'?"
            raise FieldError(
                f"backbone: got {self.backbone!r}; expected pkg/minilm or hf/<folder>. Backbones of timm read pictures."
                f"{near}",
                "backbone",
            )
        folder_of(self.backbone, "backbone")


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


def network(config: Any) -> str:
    """The encoder and its weights, in a few words."""
    return f"{config.backbone} with {('random', 'pretrained')[config.pretrained]} weights"
