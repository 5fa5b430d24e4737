"""Traces: what was drawn for one sample, as JSON that is enough to replay it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from augkit.errors import ReplayError
from augkit.transform import Params


@dataclass(frozen=True, eq=False)
class TraceEntry:
    """One step that ran (``params``) or was left out by a rule (``skipped`` says why). A miss of ``p`` leaves no entry.

    ``drawn`` are the Params, or their log; they are logged when asked for, since a DataLoader never asks. ``partners``
    are the traces of the samples that were mixed in, up to this step.
    """

    id: str
    name: str
    drawn: Params | Mapping[str, Any] | None = None
    skipped: str | None = None
    path: str | None = None
    group: str | None = None
    strength: float | None = None
    dropped: str | None = None
    magnitude: float | None = None
    partners: tuple[Trace, ...] | None = None

    @cached_property
    def params(self) -> dict[str, Any] | None:
        """What was drawn, as JSON; None where the step did not run."""
        if self.drawn is None:
            return None
        return self.drawn.log() if isinstance(self.drawn, Params) else dict(self.drawn)

    def with_(self, **changed: Any) -> TraceEntry:
        """The same entry with some of it said otherwise."""
        return dataclasses.replace(self, **changed)

    def log(self) -> dict[str, Any]:
        """JSON that ``from_log`` reads back."""
        rest = {name: getattr(self, name) for name in ("skipped", "path", "group", "strength", "dropped", "magnitude")}
        met = None if self.partners is None else [trace.log() for trace in self.partners]
        said = {"id": self.id, "name": self.name, "params": self.params, **rest, "partners": met}
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> TraceEntry:
        """The inverse of ``log``."""
        rest = {name: value for name, value in logged.items() if name not in ("params", "partners")}
        met = tuple(map(Trace.from_log, logged["partners"])) if "partners" in logged else None
        return cls(drawn=logged.get("params"), partners=met, **rest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TraceEntry) and self.log() == other.log()

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Trace:
    """The entries of one visit in the order applied, and what names the visit."""

    key: str
    epoch: int
    copy: int
    view: int
    plan: str
    entries: tuple[TraceEntry, ...] = ()

    @property
    def steps(self) -> list[tuple[str, str, dict[str, Any]]]:
        """``(id, name, params)`` of the steps that ran, in the order applied."""
        return [(entry.id, entry.name, entry.params) for entry in self.entries if entry.params is not None]

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """``(id, reason)`` of the steps that a rule left out."""
        return [(entry.id, entry.skipped) for entry in self.entries if entry.skipped is not None]

    def to_json(self) -> str:
        """One line of JSON; ``Trace.from_json`` reads it back."""
        return json.dumps(self.log(), ensure_ascii=False)

    def log(self) -> dict[str, Any]:
        """JSON that ``from_log`` reads back."""
        head = {"key": self.key, "epoch": self.epoch, "copy": self.copy, "view": self.view, "plan": self.plan}
        return {**head, "entries": [entry.log() for entry in self.entries]}

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Trace:
        """The inverse of ``log``."""
        head = {name: value for name, value in logged.items() if name != "entries"}
        return cls(**head, entries=tuple(map(TraceEntry.from_log, logged["entries"])))

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """The inverse of ``to_json``."""
        try:
            return cls.from_log(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReplayError(f"this is no trace: {error}") from None
