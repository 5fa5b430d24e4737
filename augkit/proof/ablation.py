"""Ablation: each step of a recipe left out in turn, to see what it was worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from augkit.combine import POLICIES, Combiner, Node, Step
from augkit.errors import RecipeError
from augkit.proof.arms import Arms, with_seed
from augkit.proof.comparison import Comparison, compare_arms
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.completed import instead, is_still
from augkit.recipe.located import Located, Map, Scalar, Seq
from augkit.recipe.reading import Given, Overrides
from augkit.recipe.steps import inner, written
from augkit.train.folder import trials_folder
from augkit.train.progress import Progress
from augkit.train.timing import check_held

WHOLE = "the whole recipe"


@dataclass(frozen=True)
class LeftOut:
    """``path`` addresses the step as ``--set`` does; ``tree`` is the recipe's without it."""

    path: str
    tree: Map


def ablate(
    recipe: Given,
    seeds: int = 3,
    out: str | Path | None = None,
    *,
    overrides: Overrides = None,
    resume: bool = False,
    shifted: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """Train the whole recipe and, for each step of ``steps`` and ``batch``, the recipe without it, over several seeds.

    A step left out keeps its place and does nothing (``p: 0``), so that what the others draw stays, bit for bit;
    one that also makes a format (random_resized_crop) becomes what makes the same without chance. Steps that only make
    a format stay, and a policy is one step. Files, ``resume`` and ``shifted`` are those of ``compare``. RecipeError
    where there is nothing to leave out.
    """
    own = read_recipe(recipe, overrides)
    check_held(own)
    numbers = range(own.seed, own.seed + seeds)
    arms = {seed: arms_without(read_recipe(recipe, with_seed(overrides, seed))) for seed in numbers}
    folder = trials_folder(own, out, resume)
    return compare_arms(arms, folder, resume=resume, shifted=shifted, progress=progress, say=say)


def arms_without(recipe: Recipe) -> Arms:
    """The whole recipe, and the recipe without each of its steps."""
    left = list(steps_left_out(recipe))
    if not left:
        where = recipe.tree.keys.get("steps", recipe.tree.where)
        raise RecipeError("steps: there is none that changes samples by chance, so nothing to leave out.", where)
    return {WHOLE: recipe, **{f"without {each.path}": read_recipe(each.tree) for each in left}}


def steps_left_out(recipe: Recipe) -> Iterator[LeftOut]:
    """Each step that changes training samples, with the recipe's tree without it."""
    tree = recipe.tree
    whole = {name: item for name, item in tree.items.items() if name != "extends"}  # which has been laid under already
    for key, nodes in (("steps", recipe.steps), ("batch", recipe.batch)):
        items = whole.get(key)
        if isinstance(items, Seq):
            for path, without in _each(items, nodes, key):
                yield LeftOut(path, Map({**whole, key: without}, tree.keys, tree.where))


def _each(items: Seq, nodes: Sequence[Node], path: str) -> Iterator[tuple[str, Seq]]:
    """A list of steps without each of those in it, at any depth."""
    names = [written(item).name for item in items.items]
    for number, (item, node) in enumerate(zip(items.items, nodes, strict=True)):
        part = names[number] if names.count(names[number]) == 1 else f"{number}.{names[number]}"
        for where, changed in _without(item, node, f"{path}.{part}"):
            yield where, Seq((*items.items[:number], changed, *items.items[number + 1 :]), items.where)


def _without(item: Located, node: Node, path: str) -> Iterator[tuple[str, Located]]:
    step = written(item)
    if node.p == 0:
        return
    if isinstance(node, Combiner) and node.kind not in POLICIES:
        children, own = inner(step)
        listed = "" if isinstance(step.given, Seq) else ".steps"
        for where, changed in _each(children, node.children, path + listed):
            given = changed if isinstance(step.given, Seq) else _with(own, "steps", changed)
            yield where, Map({step.name: given}, {step.name: step.where}, step.where)
    elif isinstance(node, Step) and node.transform.still:
        yield path, instead(step, *node.transform.still)
    elif isinstance(node, Combiner) or node.p < 1 or not (node.transform.structural and is_still(node)):
        yield path, Map({step.name: _never(step.name, step.given)}, {step.name: step.where}, step.where)


def _never(name: str, given: Located) -> Map:
    """The fields of a step that never acts."""
    if isinstance(given, Seq):  # a policy written as a list of its steps
        given = Map({"steps": given}, {"steps": given.where}, given.where)
    fields = given if isinstance(given, Map) else Map({}, {}, given.where)
    return _with(fields, "p", Scalar(0, fields.where))


def _with(fields: Map, name: str, value: Located) -> Map:
    return Map({**fields.items, name: value}, {**fields.keys, name: fields.keys.get(name, fields.where)}, fields.where)
