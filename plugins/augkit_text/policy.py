"""What a policy chooses among when a recipe names no steps."""

STEPS = (
    "text/typo",
    "text/char_insert",
    "text/char_delete",
    "text/char_swap",
    "text/ocr",
    "text/case",
    "text/punctuation",
    "text/word_delete",
    "text/word_split",
    "text/word_merge",
)
"""Noise of any language and without tables: none turns round what a text says. Recipes without ``steps`` change with
this list."""
