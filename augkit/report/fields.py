"""All fields of a sample as HTML: what moves together as one drawing, labels in words below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from augkit.report.palette import Palette
from augkit.report.panels import panels
from augkit.report.pictures import SIDE, pictures
from augkit.report.sounds import sounds
from augkit.report.spectra import spectra
from augkit.report.texts import texts
from augkit.sample import Label, Target
from augkit.schema import Schema
from augkit.trace import Trace

Targets = Mapping[str, Target]


@dataclass(frozen=True)
class Pen:
    """What draws the fields of one page: its colours, and the ``problems`` that it met. A picture is held with at most
    ``side`` pixels a side.
    """

    palette: Palette = field(default_factory=Palette)
    problems: list[str] = field(default_factory=list)
    side: int = 2 * SIDE

    def fields(self, targets: Targets, schema: Schema, trace: Trace | None, before: Targets | None = None) -> str:
        """Every group of ``schema`` by whoever draws it, then the labels.

        A normalisation in ``trace`` is undone. Words that differ from those of ``before`` are marked. What cannot be
        drawn is a note, and a problem.
        """
        return self.drawn(targets, schema, trace, before) + labels(targets)

    def drawn(self, targets: Targets, schema: Schema, trace: Trace | None, before: Targets | None = None) -> str:
        """As ``fields``, without the labels."""
        parts = []
        for group in schema.groups:
            members = {name: targets[name] for name in group.fields if name in targets}
            shown = pictures(members, trace, self.palette, self.side) + sounds(members, self.palette)
            shown += spectra(members, self.palette) + texts(members, self.palette, before)
            parts += [shown, panels(members, self.palette, bool(shown), self.problems)]
        return "".join(parts)


def labels(targets: Targets) -> str:
    """Every label, by the name of its field."""
    shown = [f"{escape(name)}: {escape(str(t.value))}" for name, t in targets.items() if isinstance(t, Label)]
    return f"<div>{' · '.join(shown)}</div>" if shown else ""
