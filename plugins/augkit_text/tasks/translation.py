"""Translation: from one text to another, unit by unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from augkit.data.alone import values_of
from augkit.errors import DataError, FieldError, Where
from augkit.fields import Limits
from augkit.train.config import Fields, RunConfig, located_in
from augkit.train.task import Task, choose
from augkit_text.tasks.chrf import chrf
from augkit_text.tasks.vocabulary import Units, units_of

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_text.tasks.translator import Translator

OWN = {"units": "characters", "width": 64, "heads": 4, "layers": 2}
"""The network's own settings where the recipe names none and no backbone."""


class TranslationConfig(RunConfig):
    """How to train a translator: a transformer of our own, from nothing, or one with weights.

    backbone       hf/<folder> of a transformer from texts to texts and its tokenizer; empty: our own small one
    pretrained     of a backbone; false: random weights
    units          of our own: characters (the default) or words; those of the training split are its vocabulary
    width          of our own: numbers for each unit (64)
    heads          of our own: heads of attention (4), which divide ``width``
    layers         of our own: of the encoder, and as many of the decoder (2)
    max_length     units, or a backbone's subwords, after which a text and a translation are cut
    """

    task: Literal["translation"] = "translation"
    backbone: str | None = None
    pretrained: bool = True
    units: Units | None = None
    width: Annotated[int | None, Limits(8, 2048)] = None
    heads: Annotated[int | None, Limits(1, 64)] = None
    layers: Annotated[int | None, Limits(1, 24)] = None
    max_length: Annotated[int, Limits(8, 8192, unit="units")] = 128
    label_smoothing: Annotated[float, Limits(0, 0.99)] = 0.0
    monitor: Literal["val_loss", "val_chrf", "val_exact_match", "val_token_accuracy", "train_loss"] = "val_loss"

    def validate(self) -> None:
        """Refuse settings of another network than the one that is to learn."""
        super().validate()
        given = next((name for name in OWN if getattr(self, name) is not None), None)
        if self.backbone is None:
            if self.own("width") % (2 * self.own("heads")):
                told = (
                    f"heads: {self.own('width')} numbers for each unit are not twice a multiple of {self.own('heads')}"
                )
                raise FieldError(f"{told} heads.", "heads")
            return
        if given is not None:
            raise FieldError(f"{given}: is of our own network, and backbone names another; leave one out.", given)
        family, _, name = self.backbone.partition("/")
        if family != "hf" or not name:
            raise FieldError(
                f"backbone: got {self.backbone!r}; expected hf/<folder> of a transformer from texts to texts (T5, "
                "BART, Marian), or leave it out: our own small one then learns from nothing.",
                "backbone",
            )

    def own(self, name: str) -> Any:
        """A setting of our own network."""
        given = getattr(self, name)
        return OWN[name] if given is None else given


class Translation(Task):
    """A network reads a text and learns to tell its translation, each unit from those before it.

    Judged by ``chrf``, how alike the letters of translations are to what they should be (Popović 2015; 0 to 1, over all
    sentences together); ``exact_match``: how many are right from the first letter to the last; ``token_accuracy``: how
    many units are right where all before them are given, the only one that is told of the training.
    """

    config_type = TranslationConfig
    scores = ("chrf", "exact_match", "token_accuracy")

    def fields(self, config: TranslationConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The text and its translation that ``config`` names, or the only ones there are."""
        texts = [name for name, kind in kinds.items() if kind == "text"]
        others = [name for name, kind in kinds.items() if kind == "translation_of"]
        return Fields(
            choose("input", config.input, kinds, texts, "of kind 'text'", config.task, where),
            choose("target", config.target, kinds, others, "of kind 'translation_of'", config.task, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """The vocabulary of our own network: the units of the training split's texts and translations, in order."""
        assert opened.recipe.train is not None
        config = TranslationConfig.from_recipe(opened.recipe.train)
        if config.backbone is not None:
            return []
        texts = [text for pair in pairs(opened, "train", fields) for text in pair]
        if not any(texts):
            raise DataError(f"{fields.target}: all texts of the training split are empty; nothing can be learnt.")
        return units_of(texts, config.own("units"))

    def learner(self, design: Design) -> Translator:
        """The network, with its weights or with random ones."""
        from augkit_text.tasks.translator import Translator, network_of

        config: TranslationConfig = design.config  # type: ignore[assignment]
        with located_in(design.section, TranslationConfig):
            network = network_of(config, design.classes)
        return Translator(network, config, design.fields, design.classes, design.steps, design.recipe.seed)

    def network(self, config: TranslationConfig) -> str:
        """Its layers, or its name and weights."""
        if config.backbone is None:
            layers, width, units = (config.own(name) for name in ("layers", "width", "units"))
            return f"a transformer of {layers} + {layers} layers, {width} wide, over {units}"
        return f"{config.backbone} with {('random', 'pretrained')[config.pretrained]} weights"

    def facts(self, job: Job) -> dict[str, Any]:
        """What copying the text gets, and always telling the training's commonest translation."""
        learnt, there = (pairs(job.opened, split, job.fields) for split in ("train", "val"))
        commonest = Counter(wanted for _, wanted in learnt).most_common(1)[0][0]
        wanted = [each for _, each in there]
        return {
            "backbone": job.config.backbone or "none",  # type: ignore[attr-defined]
            "copy_chrf": chrf([text for text, _ in there], wanted),
            "commonest_chrf": chrf([commonest] * len(wanted), wanted),
        }

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The scores of copying and of the commonest."""
        copied, commonest = metrics["copy_chrf"], metrics["commonest_chrf"]
        return f"copying the text: {copied:.3f}, always telling the commonest translation: {commonest:.3f}"


def pairs(opened: Opened, split: Any, fields: Fields) -> list[tuple[str, str]]:
    """Text and translation of every sample of a split, as the source has them."""
    keys = opened.keys(split)
    sides = [[value for _, value in values_of(opened, keys, name)] for name in (fields.input, fields.target)]
    odd = next((each for side in sides for each in zip(keys, side, strict=True) if not isinstance(each[1], str)), None)
    if odd is not None:
        raise DataError(f"got {odd[1]!r}; expected texts in {fields.input!r} and {fields.target!r}.", odd[0])
    return list(zip(*sides, strict=True))
