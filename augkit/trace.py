"""Traces: what was drawn for one sample, as JSON that is enough to replay it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from augkit.errors import ReplayError


@dataclass(frozen=True)
class TraceEntry:
    """One step that ran (``params``) or was left out by a rule (``skipped`` says why). A miss of ``p`` leaves no
    entry.
    """

    id: str
    name: str
    params: dict[str, Any] | None = None
    skipped: str | None = None
    path: str | None = None
    group: str | None = None
    strength: float | None = None
    dropped: str | None = None


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
        entries = [
            {name: value for name, value in asdict(entry).items() if value is not None} for entry in self.entries
        ]
        head = {"key": self.key, "epoch": self.epoch, "copy": self.copy, "view": self.view, "plan": self.plan}
        return json.dumps({**head, "entries": entries}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Trace:
        """The inverse of ``to_json``."""
        try:
            raw = json.loads(text)
            entries = tuple(TraceEntry(**entry) for entry in raw.pop("entries"))
            return cls(**raw, entries=entries)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReplayError(f"this is no trace: {error}") from None
