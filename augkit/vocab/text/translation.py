"""Translations: the same text in another language, and what may happen to one side of a pair."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from augkit.errors import ReplayError
from augkit.sample import Options
from augkit.transform import Params, moves
from augkit.vocab.text.carrier import Written
from augkit.vocab.text.compose import Edit
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Pieces


class TranslationOptions(Options):
    """A translation depends on what its source says; ``sensitive_to: []`` asks for changes of it all the same.

    ``language``: of the translation, for tables of two languages.
    """

    sensitive_to: tuple[str, ...] | dict[str, Any] = ("meaning", "polarity", "order")
    language: str | None = None


@dataclass(frozen=True, eq=False)
class Translation(Written):
    """``string`` says what the text that it is a translation of says.

    Noise on the surface of that text leaves it as it is; names and numbers are replaced in both (``PairEdits``).
    """

    kind = "translation_of"
    plain = True
    options_type = TranslationOptions

    options: Any = field(default=TranslationOptions(), kw_only=True)


@dataclass(frozen=True)
class PairEdits(Edits):
    """Edits of a text, and those that say the same in its translation, of ``other_length`` code points."""

    other_length: int = 0
    other: tuple[Edit, ...] = ()

    def then(self, later: Params) -> None:
        """Two pairs are never one: the translation moves on its own."""
        return None


@moves(Edits, Translation)
@moves(Pieces, Translation)
def translation_stays(translation: Translation, params: Params) -> Translation:
    """The identical translation: steps that change what the text says are refused for it when a recipe is compiled."""
    return translation


@moves(PairEdits, Translation)
def translation_follows_pairs(translation: Translation, pair: PairEdits) -> Translation:
    """The translation through its own edits; one of another length raises ReplayError."""
    if len(translation.string) != pair.other_length:
        raise ReplayError(
            f"drawn for a translation of {pair.other_length} characters, met one of {len(translation.string)}."
        )
    if not pair.other:
        return translation
    return dataclasses.replace(translation, string=Edits(pair.other_length, pair.other).apply(translation.string))
