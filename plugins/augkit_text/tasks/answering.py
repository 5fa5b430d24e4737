"""Question answering: where a text answers a question. Experimental: what a recipe says of it may change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from augkit.data.alone import values_of
from augkit.errors import DataError, FieldError, RecipeError, Where
from augkit.fields import Limits
from augkit.train.config import Fields, located_in
from augkit.train.task import Task, choose
from augkit_text.tasks.config import EncoderConfig, network
from augkit_text.tasks.squad_score import scores

if TYPE_CHECKING:
    from augkit.data import Opened
    from augkit.train.design import Design
    from augkit.train.job import Job
    from augkit_text.tasks.answerer import Answerer

QUESTION = "question"


class AnsweringConfig(EncoderConfig):
    """How to train an answerer: ``input`` is the text that answers, ``target`` the answers in it.

    question         the field that asks, a text; may be left out where there is no other text, or it is called question
    max_length       subwords of a window, question and all; a longer context is cut into several, and none is left out
    overlap          subwords of the context that a window shares with the next
    max_answer       subwords of the longest answer that is told
    """

    task: Literal["question_answering"] = "question_answering"
    question: str | None = None
    max_length: Annotated[int, Limits(16, 8192, unit="subwords")] = 256
    overlap: Annotated[int, Limits(0, 4096, unit="subwords")] = 64
    max_answer: Annotated[int, Limits(1, 1024, unit="subwords")] = 30
    monitor: Literal["val_loss", "val_f1", "val_exact_match", "train_loss"] = "val_loss"
    learns: ClassVar[str] = "answer"

    def validate(self) -> None:
        """Refuse what is about classes, and windows that would not move on."""
        super().validate()
        if self.policy.name == "stages":
            raise FieldError(
                f"transfer: {self.policy} is for whole texts; answers are read from the last layer.", "transfer"
            )
        if self.label_smoothing:
            raise FieldError(
                "label_smoothing: would ask for answers at every place of a text; leave it out.", "label_smoothing"
            )
        check_overlap(self.overlap, self.max_length)


class QuestionAnswering(Task):
    """A new head on a pretrained encoder learns where answers begin and end; where there is none, the first subword.

    ``f1`` and ``exact_match`` as SQuAD counts them, the best of several answers; where there is none, to tell none.
    """

    config_type = AnsweringConfig
    scores = ("f1", "exact_match")

    def fields(self, config: AnsweringConfig, kinds: Mapping[str, str], where: Where | None) -> Fields:
        """The text, the answers and the question that ``config`` names, or the only ones there are."""
        answers = [name for name, kind in kinds.items() if kind == "answer"]
        target = choose("target", config.target, kinds, answers, "of kind 'answer'", config.task, where)
        texts = [name for name, kind in kinds.items() if kind == "text"]
        asking = config.question or (QUESTION if QUESTION in texts and config.input != QUESTION else None)
        if config.question is not None:
            choose("question", config.question, kinds, texts, "of kind 'text' that asks", config.task, where)
        others = [name for name in texts if name != asking]
        answering = choose("input", config.input, kinds, others, "of kind 'text' that answers", config.task, where)
        asked = [name for name in texts if name != answering]
        asking = choose("question", asking, kinds, asked, "of kind 'text' that asks", config.task, where)
        return Fields(answering, target, (asking,))

    def classes(self, opened: Opened, fields: Fields) -> list[Any]:
        """None; DataError for answers in another text, and for a training split without any."""
        of = opened.recipe.schema.fields[fields.target].options.of
        if of not in (None, fields.input):
            raise RecipeError(
                f"train: input: {fields.input!r}, but {fields.target!r} are answers in {of!r}; say input: {of}.",
                opened.recipe.train.where if opened.recipe.train else None,
            )
        if not any(value for _, value in answers_of(opened, "train", fields)):
            raise DataError(f"{fields.target}: no question of the training split has an answer; nothing can be learnt.")
        return []

    def learner(self, design: Design) -> Answerer:
        """The encoder with its weights, and a new head."""
        from augkit.train.evidence import start
        from augkit_text.tasks.answerer import Answerer, check_questions
        from augkit_text.tasks.encoder import Encoder

        config: AnsweringConfig = design.config  # type: ignore[assignment]
        with located_in(design.section, AnsweringConfig):
            encoder = Encoder.of(config)
            if encoder.tokenizer.cls_token_id is None:
                raise FieldError(
                    f"backbone: the tokenizer of {config.backbone} begins no text with a subword of its own (as BERT's "
                    "[CLS]), which stands for no answer.",
                    "backbone",
                )
            check_overlap(config.overlap, encoder.max_length)
            begun = start(design, encoder)
            made = Answerer(encoder, config, design.fields, [], design.steps, design.recipe.seed, begun)
            opened: Any = getattr(design, "opened", None)
            if opened is not None:
                check_questions(encoder, questions_of(opened, design.fields))
                made.unanswered.fill_(any(not value for _, value in answers_of(opened, "train", design.fields)))
        return made

    def network(self, config: AnsweringConfig) -> str:
        """The encoder and its weights."""
        return network(config)

    def facts(self, job: Job) -> dict[str, Any]:
        """What telling nothing, and telling the whole context, gets."""
        wanted = [value for _, value in answers_of(job.opened, "val", job.fields)]
        contexts = [text for _, text in values_of(job.opened, job.opened.keys("val"), job.fields.input)]
        whole = [scores(text, value)[1] for text, value in zip(contexts, wanted, strict=True)]
        nothing = [scores("", value)[1] for value in wanted]
        return {
            "backbone": job.config.backbone,  # type: ignore[attr-defined]
            "context_f1": sum(whole) / len(whole),
            "nothing_f1": sum(nothing) / len(nothing),
        }

    def guessing(self, metrics: Mapping[str, Any]) -> str:
        """The scores of both."""
        context, nothing = metrics["context_f1"], metrics["nothing_f1"]
        return f"always telling the whole context: F1 {context:.3f}, always telling nothing: {nothing:.3f}"


def check_overlap(overlap: int, max_length: int) -> None:
    """FieldError where windows could share all that fits into them beside half a window of question."""
    most = max_length // 2 - 8
    if overlap > most:
        raise FieldError(
            f"overlap: {overlap} subwords of a window of {max_length}, half of which a question may take; at most "
            f"{max(most, 0)}.",
            "overlap",
        )


def answers_of(opened: Opened, split: Any, fields: Fields) -> Iterator[tuple[str, list[str]]]:
    """Key and answers of every sample of a split, as the source has them."""
    for key, value in values_of(opened, opened.keys(split), fields.target):
        rows = [value] if isinstance(value, Mapping) else value or []
        texts = [row["text"] for row in rows]
        yield key, [text for found in texts for text in ([found] if isinstance(found, str) else found)]


def questions_of(opened: Opened, fields: Fields) -> Iterator[tuple[str, str]]:
    """Key and question of every sample to learn from or to validate."""
    for split in ("train", "val"):
        yield from values_of(opened, opened.keys(split), fields.beside[0])  # type: ignore[arg-type]
