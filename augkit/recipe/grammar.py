"""From located values to checked ones: what every part of the recipe reader shares."""

from __future__ import annotations

from types import TracebackType
from typing import Any, TypeVar

from augkit.errors import AugkitError, FieldError, RecipeError, Where
from augkit.fields import Checked, FieldInfo, coerce, describe, fields_of
from augkit.recipe.located import Located, Map, Scalar, Seq, called, plain
from augkit.words import suggestion

KEYS = (
    "augkit",
    "description",
    "seed",
    "extends",
    "vars",
    "plugins",
    "source",
    "sample",
    "groups",
    "views",
    "steps",
    "eval_steps",
    "batch",
    "decoder",
    "plan",
    "split",
    "loader",
    "train",
    "tune",
)
"""What a recipe may say at the top level, in the order in which ``resolved()`` writes it."""

T = TypeVar("T", bound=Checked)


class Complaints:
    """Gathers what is refused: ``with complaints: …`` notes an error and goes on, so that one reading finds all."""

    def __init__(self) -> None:
        self.found: list[AugkitError] = []

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> bool:
        if not isinstance(error, AugkitError):
            return False
        self.found.append(error)
        return True

    def sorted(self) -> list[AugkitError]:
        """In the order of the file; what has no place comes last."""
        return sorted(self.found, key=_position)


def _position(error: AugkitError) -> tuple[bool, str, int, int]:
    where = getattr(error, "where", None)
    return (False, where.file, where.line, where.column) if isinstance(where, Where) else (True, "", 0, 0)


def unknown(what: str, name: str, known: Any, where: Where) -> RecipeError:
    """``unknown key 'stpes'. Did you mean 'steps'?``, or all there are when nothing is near."""
    hint = suggestion(name, known) or f" There are: {', '.join(known) or 'none'}."
    return RecipeError(f"unknown {what} {name!r}.{hint}", where)


def is_empty(node: Located | None) -> bool:
    """Left out, or written without a value."""
    return node is None or (isinstance(node, Scalar) and node.value is None)


def as_map(node: Located, what: str, example: str) -> Map:
    """The node if it is a mapping; nothing counts as an empty one."""
    if isinstance(node, Map):
        return node
    if is_empty(node):
        return Map({}, {}, node.where)
    raise RecipeError(f"{what}: got {called(node)}; expected a mapping such as {example}.", node.where)


def as_seq(node: Located, what: str, example: str) -> Seq:
    """The node if it is a list; nothing counts as an empty one."""
    if isinstance(node, Seq):
        return node
    if is_empty(node):
        return Seq((), node.where)
    raise RecipeError(f"{what}: got {called(node)}; expected a list such as {example}.", node.where)


def as_text(node: Located, what: str, example: str) -> str:
    """The node if it is a text that is not empty."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return node.value
    raise RecipeError(f"{what}: got {called(node)}; expected {example}.", node.where)


def place(node: Map, field: str | None, of_key: bool = False) -> Where:
    """Where a field is written (its key or its value), or the mapping when it is not."""
    if field is None or field not in node.items:
        return node.where
    return node.keys[field] if of_key else node.items[field].where


def read_fields(cls: type[T], node: Map, what: str, complaints: Complaints) -> T | None:
    """An instance of ``cls``, or None: every field that cannot be is a complaint at its place."""
    known, good, already = fields_of(cls), dict[str, Any](), len(complaints.found)
    before = what and f"{what}: "
    for name, item in node.items.items():
        with complaints:
            if name not in known:
                raise unknown(f"field of {what}" if what else "key", name, known, node.keys[name])
            good[name] = _value(known[name], item, before)
    if len(complaints.found) > already:
        return None
    with complaints:
        try:
            return cls(**good)
        except FieldError as error:
            raise RecipeError(f"{before}{error}", place(node, error.field)) from None
    return None


def _value(info: FieldInfo, item: Located, before: str) -> Any:
    try:
        return coerce(info, plain(item))
    except FieldError as error:
        if is_empty(item):
            raise RecipeError(f"{before}{info.name}: is empty; expected {describe(info)}.", item.where) from None
        raise RecipeError(f"{before}{error}", item.where) from None
