"""The steps that a policy chooses among when a recipe names none: what each modality's plugin lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augkit.build import combiner_from, step_from
from augkit.check import check
from augkit.combine import Step
from augkit.errors import CompileError, PluginError
from augkit.plugins import catalogue
from augkit.schema import Schema

Item = tuple[str, Mapping[str, Any]]


def usual_items(modality: str) -> list[Item]:
    """Full names and fields, as the plugin that registered the modality's ``policy`` lists them; empty without one."""
    if modality not in catalogue().names("policy"):
        return []
    entry = catalogue().find("policy", modality)
    listed = entry.load()
    try:
        return [(item, {}) if isinstance(item, str) else next(iter(item.items())) for item in listed]
    except (TypeError, AttributeError, StopIteration):
        raise PluginError(
            f"plugin {entry.plugin!r}: {entry.path!r} is no list of step names or of {{name: fields}}: {listed!r}."
        ) from None


def usual_steps(modality: str) -> list[Step]:
    """The steps that a policy chooses among for samples of this modality; PluginError where no plugin lists any."""
    items = usual_items(modality)
    if not items:
        known = ", ".join(catalogue().names("policy")) or "none"
        raise PluginError(f"no plugin lists steps of policies for {modality!r}; there are lists for {known}.")
    return [step_from(name, fields) for name, fields in items]


def fitting(kind: str, schema: Schema, prefix: str = "") -> tuple[list[Item], list[str]]:
    """The usual steps of the sample's modalities that this kind of policy may run on it, and why others are left out.

    ``prefix`` goes before their ids.
    """
    kept: list[Item] = []
    left: list[str] = []
    for modality in sorted(schema.modalities()):
        for name, fields in usual_items(modality):
            step = step_from(name, fields)
            try:
                check([combiner_from(kind, [step])], schema)
            except CompileError as error:
                left.append(_first_sentence(error.message))
            else:
                kept.append((name, {**fields, "id": f"{prefix}/{step.id}"} if prefix else fields))
    return kept, left


def _first_sentence(message: str) -> str:
    return message.partition(". ")[0].partition(" (sensitive_to")[0].rstrip(".")
