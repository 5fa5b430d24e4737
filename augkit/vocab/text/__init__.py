"""Text: strings and what is annotated on them.

Positions are offsets into the Python string (code points), half-open.
"""

from augkit.vocab.text.answer import Answer
from augkit.vocab.text.carrier import Length, Text, TextOptions
from augkit.vocab.text.compose import Edit
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Piece, Pieces
from augkit.vocab.text.spans import Spans
from augkit.vocab.text.tags import TagOptions, Tags
from augkit.vocab.text.translation import PairEdits, Translation, TranslationOptions

__all__ = [
    "Answer",
    "Edit",
    "Edits",
    "Length",
    "PairEdits",
    "Piece",
    "Pieces",
    "Spans",
    "TagOptions",
    "Tags",
    "Text",
    "TextOptions",
    "Translation",
    "TranslationOptions",
]
