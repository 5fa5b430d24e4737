"""``augkit init``: what a plugin's starter gets and gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from augkit.errors import AugkitError, DataError
from augkit.plugins import catalogue
from augkit.registry import Entry, told
from augkit.words import printable

MOST_LINES = 25


class Dialogue(Protocol):
    """How a starter talks to whoever runs it."""

    def say(self, line: str) -> None:
        """Tell what was found."""

    def ask(self, question: str, default: bool, assumption: str) -> bool:
        """The answer; where nobody can answer, ``default``, and ``assumption`` is said aloud."""
        ...


class Starter(Protocol):
    """What ``registry.starter`` registers: it knows one layout of data and writes a recipe for it."""

    def __call__(self, data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
        """None, without a word, for data that it does not know.

        ``shown`` is how the recipe must spell the path of ``data``. Raises DataError for data of its kind that cannot
        be used as they are.
        """
        ...


@dataclass(frozen=True)
class Draft:
    """``text``: a recipe from ``augkit: 1`` on; ``command``: what to type next, ``train`` or ``preview``."""

    text: str
    command: str = "train"


def draft(data: Path, shown: str, recipe: str, dialogue: Dialogue) -> str:
    """The recipe that the first starter writes that knows ``data``; its first line is the command, ``recipe`` its file.

    Raises DataError for data that no starter knows.
    """
    entries = catalogue().entries("starter")
    for entry in entries:
        made = _asked(entry, data, shown, dialogue)
        if made is not None:
            return f"# augkit {made.command} {printable(recipe)}\n{made.text}"
    known = ", ".join(entry.name for entry in entries) or "none"
    raise DataError(
        f"no plugin knows these data (tried: {known}). Write a recipe by hand: README.md has one.", file=str(data)
    )


def _asked(entry: Entry, data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """What one starter makes of the data; one that fails is told and does not stop the others."""
    try:
        made: Draft | None = entry.load()(data, shown, dialogue)
    except DataError:
        raise
    except (Exception, SystemExit) as error:
        words = str(error) if isinstance(error, AugkitError) else told(error)
        dialogue.say(f"plugin {entry.plugin!r} fails on these data: {words}")
        return None
    return made
