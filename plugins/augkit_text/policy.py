"""What a policy chooses among when a recipe names no steps."""

STEPS = ("text/typo", "text/word_delete")
