"""The source ``squad``: questions about paragraphs, each with where the paragraph answers it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from augkit.errors import DataError
from augkit.fields import Checked, Limits, check_names
from augkit_text.lines import file_of


class SquadFields(Checked):
    """What a recipe may say of a SQuAD file."""

    file: Annotated[str, Limits(doc="JSON of SQuAD 1.1 or 2.0, or of a data set in its form")]
    unanswerable: Annotated[
        Literal["keep", "skip"], Limits(doc="whether questions without an answer stay, as in SQuAD 2.0")
    ] = "keep"


@dataclass(frozen=True)
class Question:
    """``answers``: texts and where they start in the ``context``; ``place``: where in the JSON it stands."""

    context: str
    question: str
    answers: Mapping[str, list[Any]]
    title: str
    place: str


class Squad:
    """Questions: ``squad: train-v2.0.json``; fields ``context``, ``question`` and ``answer``, which is in the context.

    Keys are the questions' ids. Metadata: ``title``, ``context_id`` (as in ``split: {group: context_id}``) and
    ``answerable``. What is no SQuAD, and an answer that does not stand where it says, raise DataError with the file and
    the place in it.
    """

    fields_type = SquadFields
    shorthand = "file"
    paths = ("file",)
    root = Path()

    def __init__(self, path: Path, questions: Mapping[str, Question]) -> None:
        self.path = path
        self.questions = dict(questions)
        numbers: dict[str, int] = {}
        self.contexts = {key: numbers.setdefault(one.context, len(numbers)) for key, one in self.questions.items()}

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the whole file; FieldError for a file that is not there, DataError for what is wrong in it."""
        check_names(SquadFields, given)
        fields = SquadFields(**given)
        path = file_of(base, fields.file, "file")
        questions: dict[str, Question] = {}
        try:
            for key, question in _questions(_articles(path)):
                if key in questions:
                    raise DataError(f"{question.place}: the id {key!r} is that of {questions[key].place} too.")
                questions[key] = question
        except DataError as error:
            raise DataError(f"{path}: {error.message}", file=str(path)) from None
        kept = {key: one for key, one in questions.items() if fields.unanswerable == "keep" or one.answers["text"]}
        return cls(path, kept)

    @property
    def fields(self) -> dict[str, Any]:
        return {"context": "text", "question": "text", "answer": {"answer": {"of": "context"}}}

    @property
    def keys(self) -> list[str]:
        return list(self.questions)

    def place(self, key: str) -> str:
        """The file, and where in its JSON."""
        return f"{self.path}, {self.questions[key].place}"

    def meta(self, key: str) -> dict[str, Any]:
        """``title``, ``context_id`` and whether it is ``answerable``."""
        one = self.questions[key]
        return {"title": one.title, "context_id": self.contexts[key], "answerable": bool(one.answers["text"])}

    def load(self, key: str) -> dict[str, Any]:
        one = self.questions[key]
        answer = {name: list(column) for name, column in one.answers.items()}
        return {"context": one.context, "question": one.question, "answer": answer}


def _articles(path: Path) -> list[Any]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise DataError(f"line {error.lineno}: is no JSON: {error.msg}.") from None
    except (ValueError, RecursionError, OSError) as error:
        raise DataError(f"cannot be read: {error}") from None
    articles = whole.get("data") if isinstance(whole, dict) else None
    if not isinstance(articles, list):
        held = ", ".join(list(whole)[:8]) if isinstance(whole, dict) else type(whole).__name__
        raise DataError(
            f'is no SQuAD: expected {{"data": [{{"title", "paragraphs": […]}}]}}, got {held}. A table with the columns '
            "context, question and answers is read by `text_table`."
        )
    return articles


def _questions(articles: list[Any]) -> Iterator[tuple[str, Question]]:
    for a, article in enumerate(articles):
        title = _get(article, "title", str, f"data[{a}]", "")
        for p, paragraph in enumerate(_get(article, "paragraphs", list, f"data[{a}]")):
            place = f"data[{a}].paragraphs[{p}]"
            context = _get(paragraph, "context", str, place)
            for q, asked in enumerate(_get(paragraph, "qas", list, place)):
                where = f"{place}.qas[{q}]"
                key, question = _get(asked, "id", str, where), _get(asked, "question", str, where)
                yield key, Question(context, question, _answers(asked, context, where), title, where)


def _answers(asked: Mapping[str, Any], context: str, place: str) -> dict[str, list[Any]]:
    impossible = _get(asked, "is_impossible", bool, place, False)
    given = _get(asked, "answers", list, place, [])
    if impossible and given:
        raise DataError(f"{place}: is_impossible is true, yet there are {len(given)} answers.")
    if not impossible and not given:
        raise DataError(f'{place}: has no answers; a question that has none says "is_impossible": true.')
    texts, starts = [], []
    for number, answer in enumerate(given):
        where = f"{place}.answers[{number}]"
        text, start = _get(answer, "text", str, where), _get(answer, "answer_start", int, where)
        if not text or start < 0 or not context.startswith(text, start):
            found = context.find(text) if text else -1
            hint = f"It stands at {found}." if found >= 0 else "It stands nowhere in it."
            raise DataError(
                f"{where}: says {text!r:.60} starts at {start}, where the context has "
                f"{context[max(start, 0) :][: max(len(text), 1)]!r:.60}. {hint} Positions count characters, not bytes."
            )
        texts.append(text)
        starts.append(start)
    return {"text": texts, "answer_start": starts}


def _get(holder: Any, name: str, kind: type, place: str, default: Any = None) -> Any:
    if not isinstance(holder, dict):
        raise DataError(f"{place}: is {holder!r:.60}; expected an object.")
    value = holder.get(name, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        told = "is missing" if name not in holder else f"is {value!r:.60}"
        raise DataError(f"{place}: {name!r} {told}; expected {'a whole number' if kind is int else kind.__name__}.")
    return value
