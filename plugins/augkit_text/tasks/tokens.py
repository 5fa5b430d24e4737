"""Token classification: a tag for every token, such as the entity that it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from augkit.data.reading import read_values
from augkit.errors import DataError, Where
from augkit.schema import Schema
from augkit.train.config import Fields, located_in
from augkit.train.task import Task, choose
from augkit_text.tasks.config import TokenConfig, network

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_text.tasks.learners import TokenLearner

_PREFIXES = {"bio": "BI", "iobes": "BIES"}


class TokenClassification(Task):
    """A new head on a pretrained encoder learns the tag of each token, at its first subword.

    ``f1``: entities that are found with exactly their tokens and their label, micro-averaged as CoNLL does (of plain
    tags: tokens with the right tag that is not the outside one). ``token_accuracy``: tokens with the right tag.
    """

    config_type = TokenConfig
    scores = ("f1", "token_accuracy")

    def fields(self, config: TokenConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The text and the tags that ``config`` names, or the only ones there are."""
        texts = [name for name, kind in kinds.items() if kind == "text"]
        tags = [name for name, kind in kinds.items() if kind == "tags"]
        return Fields(
            choose("input", config.input, kinds, texts, "of kind 'text'", config.task, where),
            choose("target", config.target, kinds, tags, "of kind 'tags'", config.task, where),
        )

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """All tags that may come up: those of the training split, and of an entity all that its scheme may need."""
        options = opened.recipe.schema.fields[fields.target].options
        train, val = ({*tags_of(opened, split, fields.target)} for split in ("train", "val"))
        found = _completed(train, options)
        if len(found) < 2:
            raise DataError(
                f"{fields.target}: the training split has one tag only, {found[0]!r}; nothing can be learnt."
            )
        unknown = sorted(str(tag) for tag in val - set(found))
        if unknown:
            listing = ", ".join(map(repr, unknown[:5]))
            raise DataError(f"{fields.target}: the validation split has {listing}, which the training split has not.")
        return found

    def learner(self, design: Design) -> TokenLearner:
        """The encoder with its weights, and a new head."""
        from augkit.train.evidence import start
        from augkit_text.tasks.encoder import Encoder
        from augkit_text.tasks.learners import TokenLearner

        with located_in(design.section, TokenConfig):
            encoder = Encoder.of(design.config)
            begun = start(design, encoder)
        options = design.recipe.schema.fields[design.fields.target].options
        return TokenLearner(
            encoder, design.config, design.fields, design.classes, design.steps, design.recipe.seed, options, begun
        )

    def network(self, config: TokenConfig) -> str:
        """The encoder and its weights."""
        return network(config)

    def facts(self, job: Job) -> dict[str, Any]:
        """The backbone, and how often the commonest tag of the validation is right."""
        tags = list(tags_of(job.opened, "val", job.fields.target))
        commonest = max(tags.count(tag) for tag in set(tags)) / len(tags)
        return {"backbone": job.config.backbone, "majority_token_accuracy": commonest}

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The token accuracy of the commonest tag, whose F1 is none."""
        told = metrics["majority_token_accuracy"]
        return f"always guessing the commonest tag: F1 0, token accuracy {told:.3f}"


def tags_of(opened: Opened, split: Any, field: str) -> Iterator[Any]:
    """The tag of every token of a split, as the source has it."""
    schema = opened.recipe.schema
    alone = Schema({field: schema.fields[field]}, ())
    for key in opened.keys(split):
        value = read_values(opened.source.load(key), alone, opened.source.root, None)[field]
        yield from value["tags"]


def _completed(tags: set[Any], options: Any) -> list[Any]:
    """In order, outside first; a B- that was seen may be followed by an I- that was not."""
    prefixes = _PREFIXES.get(options.scheme)
    if prefixes is None:
        return sorted(tags, key=lambda tag: (tag != options.outside, str(tag)))
    labels = sorted({str(tag)[2:] for tag in tags if tag != options.outside})
    return [options.outside, *(f"{prefix}-{label}" if label else prefix for label in labels for prefix in prefixes)]
