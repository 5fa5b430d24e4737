"""Everything augkit raises on purpose.

AugkitError
├── FieldError          a field of a step or target has a value it cannot have (also a ValueError)
├── RecipeError         the recipe cannot be read: grammar, names, values; knows file:line:column
├── CompileError        the recipe reads well but may not run: a target left behind, a label that would become false
├── DataError           one sample, file or batch is wrong; names the key and the file
├── ReplayError         a trace does not fit the sample or the pipeline it is replayed on
├── PluginError         a plugin cannot be loaded, or registered something it must not
└── MissingDependency   an optional library is absent; says what to install

Two are no errors but words between a step and the plan: a draw raises ``SkipStep`` when it has nothing to do on this
sample, a kernel raises ``Conflict`` when following would break the annotation; the trace keeps the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Where:
    """A place in a recipe; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class AugkitError(Exception):
    """The root of the tree above."""


class FieldError(AugkitError, ValueError):
    """``field`` is None when the complaint is about the whole."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class _Located(AugkitError):
    def __init__(self, message: str, where: Where | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def __reduce__(self) -> tuple[type[_Located], tuple[str, Where | None]]:
        return type(self), (self.message, self.where)


class RecipeError(_Located):
    """The recipe cannot be read."""


class CompileError(_Located):
    """The recipe is refused before any data is read."""


class DataError(AugkitError):
    """A sample, a file or a batch cannot be used."""

    def __init__(self, message: str, key: str | None = None, file: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.key = key
        self.file = file

    def __str__(self) -> str:
        place = self.file or self.key
        return self.message if not place or _tells(self.message, place) else f"{place}: {self.message}"

    def __reduce__(self) -> tuple[type[DataError], tuple[str, str | None, str | None]]:
        return type(self), (self.message, self.key, self.file)


def _tells(message: str, place: str) -> bool:
    # The key 'a' or '3' stands in many a message without being meant.
    path = "/" in place or "." in place
    return message.startswith(f"{place}: ") or repr(place) in message or (path and place in message)


class ReplayError(AugkitError):
    """A trace does not fit."""


class PluginError(AugkitError):
    """A plugin broke the contract."""


class MissingDependency(AugkitError, ImportError):
    """An optional library is not installed."""


class SkipStep(Exception):
    """Raised by a ``draw`` that has nothing to do on this sample; the argument is the reason kept in the trace."""


class Conflict(Exception):
    """Raised by a kernel that cannot follow without breaking its annotation; see ``on_conflict``.

    ``instead`` is the target without what would break, for ``on_conflict: drop``.
    """

    def __init__(self, reason: str, instead: Any = None) -> None:
        super().__init__(reason)
        self.instead = instead
