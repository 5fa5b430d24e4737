"""What can be learnt from texts: classes or a number of each, a tag of every token, answers, a translation. Imported
without torch, which trains.
"""

from __future__ import annotations

from augkit_text.tasks.answering import QuestionAnswering
from augkit_text.tasks.heads import TextMultilabelClassification, TextRegression
from augkit_text.tasks.text import TextClassification
from augkit_text.tasks.tokens import TokenClassification
from augkit_text.tasks.translation import Translation

__all__ = [
    "QuestionAnswering",
    "TextClassification",
    "TextMultilabelClassification",
    "TextRegression",
    "TokenClassification",
    "Translation",
]
