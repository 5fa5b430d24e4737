"""Text: strings and what is annotated on them.

Positions are offsets into the Python string (code points), half-open.
"""

from augkit.vocab.text.carrier import Length, Text
from augkit.vocab.text.compose import Edit
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.spans import Spans
from augkit.vocab.text.tags import TagOptions, Tags

__all__ = ["Edit", "Edits", "Length", "Spans", "TagOptions", "Tags", "Text"]
