"""Classification of sounds by an encoder that hears them, where ``classification`` looks at a picture of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from augkit.errors import FieldError, RecipeError, Where
from augkit.fields import Limits
from augkit.plugins import catalogue
from augkit.recipe.grammar import place
from augkit.train.classification import Classification, choose_target
from augkit.train.config import Fields, TransferConfig, located_in
from augkit.train.task import choose
from augkit.vocab.timeline import Audio
from augkit.words import suggestion

if TYPE_CHECKING:
    from augkit.train.classifier import Classifier
    from augkit.train.design import Design

FAMILIES = ("pkg", "torchaudio")
PACKAGED = ("resemblyzer",)


class ClipConfig(TransferConfig):
    """How to train a classifier of sounds: from which encoder, and what of it learns.

    backbone         ``pkg/resemblyzer``, or ``torchaudio/<bundle>``, whose weights were downloaded before: nothing is
                     downloaded by augkit
    pretrained       false: random weights
    """

    task: Literal["sound_classification"] = "sound_classification"
    backbone: str
    pretrained: bool = True
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    monitor: Literal["val_loss", "val_accuracy", "train_loss"] = "val_loss"

    def validate(self) -> None:
        """Refuse a family that does not exist; whether weights are here is the business of whoever loads them."""
        super().validate()
        family, slash, name = self.backbone.partition("/")
        if not slash or not name or family not in FAMILIES:
            near = suggestion(family, FAMILIES)
            raise FieldError(
                f"backbone: got {self.backbone!r}; expected pkg/resemblyzer or torchaudio/<bundle>, which hear sounds. "
                f"Backbones of timm read pictures: task: classification, and log_mel in `steps`.{near}",
                "backbone",
            )
        if family == "pkg" and name not in PACKAGED:
            near = suggestion(self.backbone, [f"pkg/{known}" for known in PACKAGED])
            raise FieldError(f"backbone: unknown {self.backbone!r}.{near} There is: pkg/resemblyzer.", "backbone")


class SoundClassification(Classification):
    """A new head on an encoder of sounds learns the classes of a label."""

    config_type = ClipConfig  # type: ignore[assignment]

    def fields(self, config: Any, kinds: Mapping[str, str], where: Where | None = None) -> Fields:
        """The sound and the label that ``config`` names, or the only ones there are."""
        sounds = [name for name, kind in kinds.items() if issubclass(catalogue().load("target", kind), Audio)]
        what = "of kind 'audio', before any spectrogram,"
        return Fields(
            choose("input", config.input, kinds, sounds, what, config.task, where),
            choose_target(config, kinds, ("label",), where),
        )

    def learner(self, design: Design) -> Classifier:
        """The encoder with its weights, and a new head."""
        from augkit.train.evidence import start
        from augkit_audio.tasks.clip_classifier import ClipClassifier, encoder_of

        config: Any = design.config
        with located_in(design.section, ClipConfig):
            encoder = encoder_of(config.backbone, config.pretrained)
            check_rate(design, encoder.rate)
            begun = start(design, encoder)
        return ClipClassifier(encoder, config, design.fields, design.classes, design.steps, design.recipe.seed, begun)

    def network(self, config: Any) -> str:
        """The encoder and its weights."""
        return f"{config.backbone} with {('random', 'pretrained')[config.pretrained]} weights"


def check_rate(design: Design, rate: int) -> None:
    """RecipeError unless the recipe reads sounds at the encoder's rate and its steps leave them so."""
    name, recipe = design.fields.input, design.recipe
    backbone = design.config.backbone  # type: ignore[attr-defined]
    asked = getattr(recipe.schema.fields[name].options, "rate", None)
    data: Any = [getattr(getattr(design, split, None), "dataset", None) for split in ("train", "val")]
    met = next((each[0].targets[name].rate for each in data if each and each[0].targets[name].rate != rate), rate)
    if asked != rate or met != rate:
        told = f"the steps make it {met} Hz" if asked == rate else f"`sample` says {asked or 'nothing of it'}"
        raise RecipeError(
            f"train: backbone: {backbone} hears sounds of {rate} Hz, and {told}. Write "
            f"sample: {{{name}: {{audio: {{rate: {rate}, mono: true}}}}}}, and no step that changes the rate.",
            place(design.section, "backbone"),
        )
