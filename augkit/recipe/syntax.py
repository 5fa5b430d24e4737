"""YAML's own complaints, in the words of somebody who writes a recipe."""

from __future__ import annotations

import re

import yaml

from augkit.errors import RecipeError, Where

ADVICE: tuple[tuple[str, str], ...] = (
    (r"found character '\\t'", "a tab. Indent and separate with spaces."),
    (r"found character '(.)'", "a value cannot start with '{0}'. Quote it: '{0}…'."),
    (
        r"mapping values are not allowed",
        "a ': ' that fits nothing. Check the indentation and the line above (key: value, with a space after the "
        "colon); quote text that contains ': '.",
    ),
    (r"sequence entries are not allowed", "a '- ' that fits nothing. A list item begins on a line of its own."),
    (r"could not find expected ':'", "the line above is no key: value. Write a space after the colon."),
    (
        r"expected ',' or '[\]}]', but got '\{'",
        "a '{{' that fits nothing. Within brackets write \"${{name}}\" with quotes.",
    ),
    (
        r"expected ',' or '[\]}]', but got",
        "the bracket opened at {place} is not closed; expected ',' or its closing bracket here.",
    ),
    (
        r"<block end>, but found '(?:<scalar>|<alias>|&|!)'",
        "text after the end of the value. Quote the whole, or begin a new line.",
    ),
    (r"<block end>, but found '-'", "a list item where a key is expected. Check the indentation."),
    (
        r"<block end>, but found",
        "the indentation fits nothing above; what it may belong to began at {place}. "
        "Lines of one list or mapping start in one column.",
    ),
    (r"node content, but found '<stream end>'", "the text ends within brackets. Close them."),
    (r"expected the node content, but found '(.+)'", "a value is missing before '{0}'."),
    (r"found unexpected end of stream", "the quote opened at {place} is not closed."),
    (r"found unexpected document separator", "the quote opened at {place} is not closed."),
    (r"unknown escape character '(.)'", "'\\{0}' is no escape. Use single quotes, or double the backslash."),
    (
        r"expected escape sequence of (\d+) hex",
        "an escape needs {0} hexadecimal digits. Use single quotes if none is meant.",
    ),
    (r"undefined tag handle '(.+)'", "tags ({0}…) are not read. Write the value alone; quote it to make it text."),
    (r"incompatible YAML document", "this is not YAML 1.x."),
    (r"'<document start>', but found", "the indentation fits nothing above. Top-level keys start in the first column."),
    (r"duplicate anchor|(?:an anchor|an alias)", "'&' and '*' need a name. Quote text that starts with them."),
    (
        r"expected chomping or indentation",
        "after '|' or '>' the text begins on the next line. Quote text that starts with them.",
    ),
)


def explained(error: yaml.YAMLError | ValueError | OverflowError, text: str, file: str) -> RecipeError:
    """The same complaint as a RecipeError."""
    if isinstance(error, yaml.reader.ReaderError):
        code = error.character if isinstance(error.character, int) else ord(error.character)
        return RecipeError(
            f"the character U+{code:04X} cannot be in a recipe; write it as an escape in double quotes.",
            _counted(text, error.position, file),
        )
    if not isinstance(error, yaml.MarkedYAMLError):
        return RecipeError("a \\U escape or a directive holds a number that stands for nothing.", Where(file, 1, 1))
    mark = error.problem_mark or error.context_mark
    return RecipeError(_advice(error), Where(file, mark.line + 1, mark.column + 1) if mark else None)


def _advice(error: yaml.MarkedYAMLError) -> str:
    problem = f"{error.problem or ''} {error.context or ''}"
    start = error.context_mark
    place = f"line {start.line + 1}, column {start.column + 1}" if start else "an earlier place"
    for pattern, advice in ADVICE:
        if found := re.search(pattern, problem):
            return advice.format(*found.groups(), place=place)
    return f"not YAML: {problem.strip()}."


def _counted(text: str, position: int, file: str) -> Where:
    before = text[:position]
    return Where(file, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)
