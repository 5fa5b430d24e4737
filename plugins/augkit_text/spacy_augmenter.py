"""A recipe as an augmenter of spaCy: ``@augmenters = "augkit.recipe.v1"`` in the config of a training.

spaCy finds it by the entry point in the group ``spacy_augmenters``. It is handed examples, one at a time, and gives
each of them back changed: text, entities, groups of spans, categories, and of its words what still holds.
"""

from __future__ import annotations

import hashlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from augkit.errors import CompileError, DataError, FieldError
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.recipe import Recipe, read_recipe
from augkit.schema import Field, Schema, read_schema
from augkit_text.spacy_docs import LABEL, LABELS, chosen, rows_of, words_of
from augkit_text.spacy_words import FIELD, Places
from augkit_text.spacy_write import Change, doc_after

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

TEXT = "text"
ENTITIES = "entities of the doc"
OTHER = ("spans", "tags", LABEL, LABELS, "value")
"""Kinds that a recipe for docs may have beside its text; of labels the values are given to ``only``."""


def recipe_augmenter(
    recipe: str, changed_words: Literal["drop", "keep"] = "drop"
) -> Callable[[Any, Any], Iterator[Any]]:
    """An augmenter of spaCy out of the training steps of a recipe, whose source, split and training are not used.

    ``changed_words``: what is annotated of words with other letters than before (tag, part of speech, morphology,
    lemma) is dropped, and the tree of a doc with such words too; ``keep``, for steps that misspell words and never put
    another in their place, keeps it. Raises RecipeError, CompileError or FieldError for a recipe that cannot follow.
    """
    if changed_words not in ("drop", "keep"):
        raise FieldError(f"changed_words: got {changed_words!r}; expected 'drop' or 'keep'.", "changed_words")
    return RecipeAugmenter(read_recipe(recipe), changed_words == "keep")


class RecipeAugmenter:
    """Called with a pipeline of spaCy and an example, gives the example changed; the same object where nothing changes.

    What comes out is a pure function of the recipe, its seed, the text and how often this augmenter was asked for that
    very text before: the key is the text's hash, the epoch that number. What could not follow is told, once for each
    thing, as a warning.
    """

    def __init__(self, recipe: Recipe, keep_changed: bool) -> None:
        self.recipe, self.keep_changed = recipe, keep_changed
        recipe.pipeline("train")  # complains of what the recipe itself says, with its places
        self.text, self.labels = _fields_of(recipe)
        self.asked: Counter[str] = Counter()
        self.told: set[str] = set()
        self._pipelines: dict[tuple[str, ...], Pipeline] = {}

    def __call__(self, nlp: Language, example: Example) -> Iterator[Example]:
        from spacy.training import Example

        doc = example.reference
        key = hashlib.blake2b(doc.text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        number, self.asked[key] = self.asked[key], self.asked[key] + 1
        groups = tuple(doc.spans)
        given = {self.text: doc.text, ENTITIES: rows_of(doc.ents), FIELD.name: _places(doc), **self._labelled(doc)}
        given |= {_called(group): rows_of(doc.spans[group]) for group in groups}
        made = self._pipeline(groups)(key=key, epoch=number, **given)
        if made[self.text] == doc.text:
            yield example
            return
        spans = {group: made[_called(group)] for group in groups}
        change = Change(made[self.text], made[ENTITIES], spans, made[FIELD.name].ranges_of, self.keep_changed)
        written = doc_after(nlp, doc, change)
        self._tell(written.lost)
        yield Example(nlp.make_doc(change.text), written.doc)

    def _pipeline(self, groups: tuple[str, ...]) -> Pipeline:
        """The recipe's steps over the text, its labels, and all that a doc with these groups of spans has on it."""
        if groups not in self._pipelines:
            recipe = self.recipe
            kept = {name: spec for name, spec in recipe.sample.items() if name in (self.text, *self.labels)}
            spans = {name: {"spans": {"of": self.text}} for name in (ENTITIES, *map(_called, groups))}
            schema = _with(read_schema({**kept, **spans}), FIELD, self.text)
            try:
                plan = Plan(recipe.steps, schema, recipe.seed, recipe.epochs, recipe.settings.how)
            except CompileError as error:
                raise CompileError(
                    f"{recipe.path}: docs of spaCy have entities and words on their text, also where `sample` names "
                    f"none: {error}"
                ) from error
            self._pipelines[groups] = Pipeline.of(plan)
        return self._pipelines[groups]

    def _labelled(self, doc: Any) -> dict[str, Any]:
        """What ``only`` may ask for."""
        found = chosen(doc) if self.labels else []
        if LABEL in self.labels.values() and len(found) != 1:
            raise DataError(
                f"{doc.text[:40]!r} is of {len(found)} categories; a recipe whose `sample` has a {LABEL} needs docs of "
                f"exactly one. Several are {LABELS}."
            )
        return {name: found[0] if kind == LABEL else found for name, kind in self.labels.items()}

    def _tell(self, lost: Mapping[str, str]) -> None:
        for what in lost.keys() - self.told:
            self.told.add(what)
            warnings.warn(f"augkit.recipe.v1: {lost[what]}", UserWarning, stacklevel=3)


def _fields_of(recipe: Recipe) -> tuple[str, dict[str, str]]:
    """The text, and the labels with their kinds; FieldError for what a doc has not."""
    kinds = {name: field.kind for name, field in recipe.schema.fields.items()}
    texts = [name for name, kind in kinds.items() if kind == TEXT]
    if len(texts) != 1:
        raise FieldError(f"{recipe.path}: sample has {len(texts)} texts; a doc of spaCy is one. Keep one.", "sample")
    odd = next((name for name, kind in kinds.items() if kind not in (TEXT, *OTHER)), None)
    if odd is not None:
        raise FieldError(
            f"{recipe.path}: sample: {odd!r} is of kind {kinds[odd]!r}, which a doc of spaCy has not; it has a text, "
            f"{', '.join(OTHER[:-1])}.",
            "sample",
        )
    out = recipe.pipeline("train").plan.out_schema.fields[texts[0]].kind
    if out != TEXT:
        raise FieldError(f"{recipe.path}: the steps make a {out} of the text; a doc of spaCy needs a text.", "steps")
    return texts[0], {name: kind for name, kind in kinds.items() if kind in (LABEL, LABELS)}


def _with(schema: Schema, field: Field, text: str) -> Schema:
    """A field more, that moves with the text."""
    groups = [
        type(group)(group.name, (*group.fields, field.name), group.suffix) if text in group.fields else group
        for group in schema.groups
    ]
    return Schema({**schema.fields, field.name: field}, tuple(groups))


def _called(group: str) -> str:
    return f"spans of the doc: {group}"


def _places(doc: Any) -> Places:
    return Places(tuple(((token.idx, token.idx + len(token)),) for token in words_of(doc)), doc.text)
