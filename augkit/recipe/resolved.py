"""The resolved recipe: every default written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from augkit.build import OWN
from augkit.combine import POLICIES, Combiner, Node, Step
from augkit.distributions import Range
from augkit.errors import FieldError
from augkit.fields import Checked, FieldInfo, coerce, fields_of
from augkit.recipe.grammar import KEYS
from augkit.recipe.located import Located, Map, Seq, plain
from augkit.recipe.sections import VERSION, LoaderConfig, Settings, SplitConfig
from augkit.recipe.spelling import spell
from augkit.recipe.steps import Written, inner, written


def resolved(
    tree: Map,
    lists: Mapping[str, Sequence[Node]],
    settings: Settings,
    split: SplitConfig,
    loader: LoaderConfig,
    notes: Mapping[str, str],
) -> str:
    """The YAML text of a completed recipe; ``lists`` are its lists of steps by key."""
    full: dict[str, Any] = {key: plain(item) for key, item in tree.items.items() if key != "extends"}
    full |= {name: value for name, value in _values(settings).items() if value not in (None, "")}
    full |= {"augkit": VERSION, "split": _values(split), "loader": _values(loader)}
    for key, nodes in lists.items():
        items = tree.items.get(key)
        full[key] = _spelled(items.items, nodes) if isinstance(items, Seq) else []
    return spell({key: full[key] for key in KEYS if key in full}, notes)


def _values(section: Checked) -> dict[str, Any]:
    return {name: getattr(section, name) for name in fields_of(type(section))}


def _spelled(items: Iterable[Located], nodes: Iterable[Node], policy: bool = False) -> list[dict[str, Any]]:
    return [_one(written(item), node, policy) for item, node in zip(items, nodes, strict=True)]


def _one(item: Written, node: Node, policy: bool) -> dict[str, Any]:
    """A step or a combiner; what a ``policy`` around it sets stays out, since a policy leaves alone what is written."""
    if isinstance(node, Combiner):
        items, own = inner(item)
        children = _spelled(items.items, node.children, node.kind in POLICIES)
        fields = {**OWN.get(node.kind, {}), **plain(own)}
        return {item.name: {**fields, "steps": children} if fields else children}
    given = plain(item.given) or {}
    given |= {name: str(getattr(node.transform, name)) for name in node.transform.paths if name in given}
    defaults = _defaults(node, given)
    return {
        item.name: {**given, **{name: defaults[name] for name in defaults if not (policy and name in node.steered())}}
    }


def _defaults(step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were left out, as a recipe would write them."""
    found: dict[str, Any] = {} if "p" in given or step.transform.structural else {"p": step.p}
    if "from_fields" in type(step.transform).__dict__:  # a bridge: its library's defaults are the library's
        return found
    for name, info in fields_of(type(step.transform)).items():
        value = getattr(step.transform, name)
        if name not in given and value is not None and _reads_back(info, as_written(value), value):
            found[name] = as_written(value)
    return found


def as_written(value: Any) -> Any:
    """A field's value in the words of a recipe."""
    if isinstance(value, Range):
        return value.log()
    if isinstance(value, tuple):
        return [as_written(item) for item in value]
    return {key: as_written(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _reads_back(info: FieldInfo, raw: Any, value: Any) -> bool:
    try:
        return bool(coerce(info, raw) == value)
    except FieldError:
        return False
