"""Fitted steps: measured once on the training split, written down, and read-only afterwards.

A step that can be fitted has ``fitted() -> bool`` and ``fit_to(targets) -> step``. It sees the training samples as
``eval_steps`` leave them just before it, so that nothing that is drawn enters the measure.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from augkit.combine import Node, Step
from augkit.data.kept import keep, kept
from augkit.data.samples import Dataset, Failure
from augkit.data.source import Source
from augkit.errors import CompileError, DataError
from augkit.fields import fields_of
from augkit.plan import Plan, describe
from augkit.recipe import Recipe
from augkit.recipe.located import plain
from augkit.sample import Target


def fit_recipe(recipe: Recipe, source: Source, keys: Sequence[str]) -> Recipe:
    """The recipe with every step that needs it fitted on ``keys``.

    Results are kept beside the recipe (see ``kept``) by a hash of what they depend on: source, split, the steps before.
    Files that change under the same name do not change the hash: delete it then.
    """
    if not any(needs_fit(leaf) for node in (*recipe.steps, *recipe.eval_steps) for leaf in node.leaves()):
        return recipe
    eval_steps = _fitted(recipe, recipe.eval_steps, source, keys)
    known = {_named(old): new for old, new in zip(recipe.eval_steps, eval_steps, strict=True)}
    steps = [known.get(_named(node), node) for node in recipe.steps]
    before = _up_to_measured(recipe.eval_steps, eval_steps)
    fitted = [_fit(recipe, node, before, source, keys) if _is_unfitted(node) else node for node in steps]
    return dataclasses.replace(recipe, steps=tuple(fitted), eval_steps=tuple(eval_steps))


def needs_fit(step: Step) -> bool:
    """Whether it must be fitted before it can run."""
    fitted = getattr(step.transform, "fitted", None)
    return fitted is not None and not fitted()


def _fitted(recipe: Recipe, nodes: Sequence[Node], source: Source, keys: Sequence[str]) -> list[Node]:
    done: list[Node] = []
    for node in nodes:
        done.append(_fit(recipe, node, done, source, keys) if _is_unfitted(node) else node)
    return done


def _is_unfitted(node: Node) -> bool:
    inside = next((leaf for leaf in node.leaves() if needs_fit(leaf)), None)
    if inside is not None and inside is not node:
        raise CompileError(f"{inside.id}: is fitted, so it must stand at the top level of the steps.", inside.where)
    return inside is not None


def _named(node: Node) -> str:
    return json.dumps(describe(node), sort_keys=True)


def _up_to_measured(written: Sequence[Node], fitted: Sequence[Node]) -> list[Node]:
    """What comes before the first step that was fitted."""
    first = next((i for i, (a, b) in enumerate(zip(written, fitted, strict=True)) if a is not b), len(fitted))
    return list(fitted[:first])


def _fit(recipe: Recipe, node: Node, before: Sequence[Node], source: Source, keys: Sequence[str]) -> Step:
    assert isinstance(node, Step)
    plan = _plan_before(recipe, node, before)
    name, file = _hash(recipe, node, plan.steps, keys), beside(recipe.path)
    fields = kept(file, name)
    if fields is None:
        fields = _measured(recipe, node, plan, source, keys)
        keep(file, name, {"step": node.id, "samples": len(keys)}, fields)
    return dataclasses.replace(node, transform=type(node.transform)(**fields))


def _plan_before(recipe: Recipe, node: Step, before: Sequence[Node]) -> Plan:
    """The steps before, as many as leave something to act on: colours are measured before pictures become tensors."""
    for count in range(len(before), -1, -1):
        plan = Plan(before[:count], recipe.schema, recipe.seed, recipe.epochs)
        if _acted_on(plan, node):
            return plan
    kinds = ", ".join(f"{field.name}: {field.kind}" for field in recipe.schema.fields.values())
    raise CompileError(f"{node.id}: finds nothing to be fitted on in a sample of {kinds}.", node.where)


def _measured(recipe: Recipe, node: Step, plan: Plan, source: Source, keys: Sequence[str]) -> dict[str, Any]:
    data = Dataset(source, plan, keys, decoder=recipe.settings.decoder)
    targets = _targets(data, _acted_on(plan, node), recipe.loader.on_error == "skip")
    return field_values(_naming(node, lambda: node.transform.fit_to(targets)))  # type: ignore[attr-defined]


def _naming(node: Step, fit: Callable[[], Any]) -> Any:
    """What a step says against the data it is fitted on, with its name."""
    try:
        return fit()
    except DataError as error:
        if error.key or error.file:
            raise
        raise DataError(f"{node.id}: {error.message}") from error


def _acted_on(plan: Plan, step: Step) -> list[str]:
    return [field.name for field in plan.out_schema.fields.values() if _acts_on(step, field.name, field.type)]


def _acts_on(step: Step, name: str, kind: type[Target]) -> bool:
    return step.transform.kernel(kind) is not None and (step.on is None or name in step.on)


def _targets(data: Dataset, fields: Sequence[str], skip: bool) -> Iterator[Target]:
    for index in range(len(data)):
        [sample] = data.__getitems__([index])
        if not isinstance(sample, Failure):
            yield from (part for name in fields for part in sample.targets[name].parts())
        elif not skip:
            raise sample.error


def field_values(transform: Any) -> dict[str, Any]:
    """The fields of a transform, as they would make it anew."""
    return {name: getattr(transform, name) for name in fields_of(type(transform))}


def _hash(recipe: Recipe, node: Node, before: Sequence[Node], keys: Sequence[str]) -> str:
    described = {
        "step": describe(node),
        "before": [describe(step) for step in before],
        "sample": recipe.sample,
        "source": plain(recipe.source) if recipe.source else None,
        "decoder": recipe.settings.decoder,
        "seed": recipe.seed,
        "keys": list(keys),
    }
    text = json.dumps(described, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def beside(recipe: Path) -> Path | None:
    """The file beside a recipe that keeps what was fitted; a recipe that is no file keeps nothing."""
    return recipe.with_suffix(".fitted.json") if recipe.is_file() else None
