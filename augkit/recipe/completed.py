"""What a recipe need not say: the backbone's normalisation, and ``eval_steps`` made of ``steps``.

Both are written into the recipe's tree, so that ``augkit show`` prints them and what it prints reads back the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from augkit.combine import Combiner, Node, Step
from augkit.distributions import Range
from augkit.errors import AugkitError, PluginError, RecipeError
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.recipe.grammar import Complaints
from augkit.recipe.located import Located, Map, Scalar, Seq
from augkit.recipe.steps import Written, inner, read_steps, written
from augkit.schema import Field, Schema

_APPENDED = "the last step was appended: what the backbone reads"
_MADE = "not in the recipe; made of the steps that make the format, without chance"


@dataclass(frozen=True)
class Listed:
    """A list of steps as written, and as built; ``notes`` on what was filled in."""

    items: Seq
    nodes: tuple[Node, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completed:
    """A recipe's tree with nothing left to be filled in, its lists of steps, and notes by top-level key."""

    tree: Map
    steps: Listed
    evaluation: Listed
    notes: Mapping[str, str]


def complete(
    tree: Map,
    steps: Listed | None,
    evaluation: Listed | None,
    schema: Schema,
    train: Map | None,
    complaints: Complaints,
) -> Completed:
    """Append the backbone's normalisation to both lists, and make ``eval_steps`` where there are none."""
    nothing = Listed(Seq((), tree.where), ())
    backbone = train.items.get("backbone") if train else None
    read, of_backbone = partial(read_steps, schema=schema, complaints=complaints), Complaints()
    append = partial(read_steps, schema=schema, complaints=of_backbone)
    first, second = steps or nothing, evaluation or nothing
    if isinstance(backbone, Scalar) and isinstance(backbone.value, str):
        first = _ended(first, second, schema, backbone, append)
        if evaluation is not None:
            second = _ended(second, first, schema, backbone, append)
    complaints.found += _told_of_the_backbone(of_backbone)
    if evaluation is None:
        items = still(first)
        second = Listed(items, read(items), (_MADE,))
    filled: dict[str, Located] = {**tree.items, "steps": first.items, "eval_steps": second.items}
    keys = {key: tree.keys.get(key, tree.where) for key in filled}
    notes = {key: "\n".join(listed.notes) for key, listed in (("steps", first), ("eval_steps", second)) if listed.notes}
    return Completed(Map(filled, keys, tree.where), first, second, notes)


def _told_of_the_backbone(complaints: Complaints) -> list[AugkitError]:
    """Nobody wrote the appended step, so what is wrong with it is said of the backbone, and once."""
    told: dict[str, AugkitError] = {}
    for error in complaints.found:
        if isinstance(error, RecipeError):
            error = RecipeError(f"train: backbone: {error.message.removeprefix('normalize: like: ')}", error.where)
        told.setdefault(str(error), error)
    return list(told.values())


def _ended(
    listed: Listed, other: Listed, schema: Schema, backbone: Scalar, read: Callable[[Seq], tuple[Node, ...]]
) -> Listed:
    step = last_step(listed, other, schema, backbone)
    built = read(Seq((step,), backbone.where)) if step else ()
    if not step or not built:
        return listed
    items = Seq((*listed.items.items, step), listed.items.where)
    return Listed(items, (*listed.nodes, *built), (*listed.notes, _APPENDED))


def still(listed: Listed) -> Seq:
    """The steps that make a format, without chance: what evaluation sees of a recipe that has no ``eval_steps``.

    Structural steps that draw nothing stay (resize, center_crop, pad, to_tensor, normalize); random_resized_crop
    becomes resize, random_crop becomes center_crop; changes, and all below a combiner other than ``seq``, are left out.
    """
    return Seq(tuple(_still(listed.items.items, listed.nodes)), listed.items.where)


def _still(items: Sequence[Located], nodes: Iterable[Node]) -> Iterator[Located]:
    for item, node in zip(items, nodes, strict=True):
        if node.p < 1:
            continue
        if isinstance(node, Combiner):
            if node.kind == "seq":
                yield from _still(inner(written(item))[0].items, node.children)
        elif node.transform.still:
            yield instead(written(item), *node.transform.still)
        elif is_still(node):
            yield item


def is_still(step: Step) -> bool:
    """Whether a step makes a format in the same way every time, unless it says (``still``) what would."""
    ranges = [
        value for name in fields_of(type(step.transform)) if isinstance(value := getattr(step.transform, name), Range)
    ]
    fixed = all(value.law != "normal" and len(set(value.ends())) == 1 for value in ranges)
    return step.transform.structural and fixed and not step.only and not step.off_last


def instead(item: Written, name: str, kept: tuple[str, ...]) -> Located:
    """The step ``name`` in the place of a written one, with those of its fields that are ``kept``, and ``on``."""
    given = item.given if isinstance(item.given, Map) else Map({}, {}, item.where)
    items = {field: node for field, node in given.items.items() if field in (*kept, "on")}
    fields = Map(items, {field: given.keys[field] for field in items}, given.where)
    word = _word(name)
    return Map({word: fields}, {word: item.where}, item.where)


def _word(step: str) -> str:
    """The short name where every recipe can use it, else the full one."""
    short = step.rpartition("/")[2]
    try:
        return short if catalogue().step(short).name == step else step
    except PluginError:
        return step


def last_step(listed: Listed, other: Listed, schema: Schema, backbone: Scalar) -> Located | None:
    """What to append for the backbone: ``normalize: {like: …}``, or what the ``other`` list has; None where it is."""
    for step in dict.fromkeys(_wanted(listed, field) for field in schema.fields.values()):
        if step is None or step not in catalogue().names("transform"):
            continue
        if copied := _item_of(other, step):
            return copied
        where = backbone.where
        name = _word(step)
        return Map({name: Map({"like": backbone}, {"like": where}, where)}, {name: where}, where)
    return None


def _wanted(listed: Listed, field: Field) -> str | None:
    """The step that normalizes what the listed steps leave of a field; None where one of them is it."""
    kind, wanted = field.type, {field.type.normalized_by}
    leaves = [leaf for node in listed.nodes for leaf in node.leaves() if leaf.on is None or field.name in leaf.on]
    for leaf in leaves:
        if converted := leaf.transform.converted(kind):
            kind = catalogue().load("target", converted)
            wanted.add(kind.normalized_by)
    return None if any(leaf.name in wanted for leaf in leaves) else kind.normalized_by


def _item_of(listed: Listed, step: str) -> Located | None:
    pairs = zip(listed.items.items, listed.nodes, strict=True)
    return next((item for item, node in pairs if isinstance(node, Step) and node.name == step), None)
