"""Names of labels that usually depend on something: what a recipe may have forgotten to say with ``sensitive_to``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from augkit.check import changed_of
from augkit.recipe import Recipe
from augkit.sample import TIME, Axis
from augkit.schema import Field

_USUAL = {
    "speaker voice singer person": "speaker",
    "gender sex": "gender",
    "age accent dialect": "voice",
    "emotion mood": "emotion polarity",
    "sentiment polarity stance rating stars": "polarity",
    "pitch note f0 midi": "pitch",
    "chord chords tonic": "key",
    "tempo bpm": "tempo",
    "loudness lufs": "loudness",
    "language lang transcript transcription word keyword command": "meaning",
    "side hand handedness laterality": "handedness",
    "direction heading orientation": "handedness orientation",
    "color colour hue": "colour",
}
QUALITIES = {name: tuple(qualities.split()) for names, qualities in _USUAL.items() for name in names.split()}
"""By a word of a field's name, what a label of that name usually depends on."""

_IN: Mapping[str, frozenset[Axis]] = {"meaning": TIME}
"""The axes that a step must move to be meant: a word played backwards is none, a synonym leaves the language."""

_WORD = re.compile(r"[A-Z]?[a-z]+[0-9]*|[A-Z]+")


def forgotten(recipe: Recipe) -> Iterator[tuple[Field, str, list[str]]]:
    """Fields, a quality that their name suggests and the recipe does not, and the ids of the steps that change it."""
    for field in recipe.schema.fields.values():
        for quality in _suggested(field):
            steps = [step for step in recipe.leaves if not field.type.axes & step.transform.moved_axes()]
            meant = [step for step in steps if quality not in _IN or step.transform.moved_axes() & _IN[quality]]
            found = [step.id for step in meant if changed_of(field, [quality], step)]
            if found:
                yield field, quality, list(dict.fromkeys(found))


def _suggested(field: Field) -> list[str]:
    words = [word.lower() for word in _WORD.findall(field.name)]
    found = dict.fromkeys(quality for word in words for quality in QUALITIES.get(word, ()))
    return [quality for quality in found if quality not in field.options.sensitive_to and not field.type.carrier]
