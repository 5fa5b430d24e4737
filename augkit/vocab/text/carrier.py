"""Text: the carrier of the text axis, and how it follows edits."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from augkit.errors import DataError
from augkit.sample import TEXT, Axis, Frame, Options, Target
from augkit.transform import moves
from augkit.vocab.sketches import of_text
from augkit.vocab.text.edits import Edits
from augkit.vocab.text.pieces import Pieces


class TextOptions(Options):
    """``language``: the text's, as in ``en``; a step whose tables are of another language is then refused."""

    language: str | None = None


class Length(int):
    """How far a text reaches: its length in code points, and the ``string``, in which annotations are found."""

    string: str

    def __new__(cls, string: str) -> Self:
        made = super().__new__(cls, len(string))
        made.string = string
        return made

    def __getnewargs__(self) -> tuple[str]:  # type: ignore[override]
        return (self.string,)


@dataclass(frozen=True, eq=False)
class Written(Target):
    """What is one ``string``. It has no rules of its own: a text follows edits, a translation is left as it is."""

    axes = TEXT

    string: str

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """From a ``str``."""
        if isinstance(value, cls):
            return value, "target"
        if not isinstance(value, str):
            advice = " Decode it: value.decode('utf-8')." if isinstance(value, bytes) else ""
            raise DataError(f"{cls.kind}: got {value!r}; expected a str.{advice}")
        return cls(value, options=options), "plain"

    def write(self, form: Any, frame: Frame) -> Any:
        return self if form == "target" else self.string

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> list[str]:
        """A list of strings."""
        return [target.string for target in targets]


@dataclass(frozen=True, eq=False)
class Text(Written):
    """``string``: any Python string, which an edit touches only where it says so."""

    kind = "text"
    carrier = True
    options_type = TextOptions
    alike = 0.95

    options: Any = field(default=TextOptions(), kw_only=True)

    def lost(self) -> str | None:
        """No letter, digit or sign is left."""
        return None if self.string.strip() else "empty"

    def sketch(self) -> Any:
        """Which pieces of four characters occur, whatever case, spaces and punctuation."""
        return of_text(self.string)

    def frame(self) -> Frame:
        known: Frame | None = self.__dict__.get("_frame")
        if known is None:
            known = self.__dict__["_frame"] = {Axis.TEXT: Length(self.string)}
        return known


@moves(Edits, Text)
def text_follows_edits(text: Text, edits: Edits) -> Text:
    """The edited string; without edits the identical one."""
    return dataclasses.replace(text, string=edits.apply(text.string)) if edits.edits else text


@moves(Pieces, Text)
def text_follows_pieces(text: Text, pieces: Pieces) -> Text:
    """The pieces joined; the identical text where all of them stay."""
    return text if pieces.still else dataclasses.replace(text, string=pieces.apply(text.string))


def string_of(frame: Frame) -> str | None:
    """The text that a frame measures, where it is one; None where there is no text beside."""
    length = frame.get(Axis.TEXT)
    return length.string if isinstance(length, Length) else None
