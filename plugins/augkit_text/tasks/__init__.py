"""What can be learnt from texts: a class of each, or a tag of every token. Imported without torch, which trains."""

from __future__ import annotations

from augkit_text.tasks.heads import TextMultilabelClassification, TextRegression
from augkit_text.tasks.text import TextClassification
from augkit_text.tasks.tokens import TokenClassification

__all__ = ["TextClassification", "TextMultilabelClassification", "TextRegression", "TokenClassification"]
