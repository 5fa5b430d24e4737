"""All fields of a sample as HTML: what moves together as one drawing, labels in words below."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from augkit.report.palette import Palette
from augkit.report.panels import panels
from augkit.report.pictures import pictures
from augkit.report.sounds import sounds
from augkit.report.spectra import spectra
from augkit.report.texts import texts
from augkit.sample import Label, Target
from augkit.schema import Schema
from augkit.trace import Trace

Targets = Mapping[str, Target]


def fields(
    targets: Targets,
    schema: Schema,
    trace: Trace | None,
    palette: Palette,
    problems: list[str],
    before: Targets | None = None,
) -> str:
    """Every group of ``schema`` by whoever draws it, then the labels.

    A normalisation in ``trace`` is undone. Words that differ from those of ``before`` are marked. What cannot be drawn
    is a note, and added to ``problems``.
    """
    return drawn(targets, schema, trace, palette, problems, before) + labels(targets)


def drawn(
    targets: Targets,
    schema: Schema,
    trace: Trace | None,
    palette: Palette,
    problems: list[str],
    before: Targets | None = None,
) -> str:
    """As ``fields``, without the labels."""
    parts = []
    for group in schema.groups:
        members = {name: targets[name] for name in group.fields if name in targets}
        shown = pictures(members, trace, palette) + sounds(members, palette)
        shown += spectra(members, palette) + texts(members, palette, before)
        parts += [shown, panels(members, palette, bool(shown), problems)]
    return "".join(parts)


def labels(targets: Targets) -> str:
    """Every label, by the name of its field."""
    shown = [f"{escape(name)}: {escape(str(t.value))}" for name, t in targets.items() if isinstance(t, Label)]
    return f"<div>{' · '.join(shown)}</div>" if shown else ""
