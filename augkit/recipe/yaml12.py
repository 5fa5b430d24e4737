"""YAML text as a tree of located values: YAML 1.2 scalars, no tags, no surprises.

PyYAML's parser does the syntax; its constructors, its YAML 1.1 scalars and its tags are never used, so reading a
stranger's recipe makes text, numbers, lists and mappings and nothing else. What a recipe does not need is refused with
its place: tags, merge keys, several documents, keys that are no text, duplicate keys, aliases in circles or blowing up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from augkit.errors import RecipeError, Where
from augkit.recipe.located import DEEPEST, Located, Map, Scalar, Seq, called, height, located, plain, size
from augkit.recipe.scalars import resolve
from augkit.recipe.syntax import explained
from augkit.words import suggestion

__all__ = ["Located", "Map", "Scalar", "Seq", "called", "located", "plain", "read", "read_file", "read_value"]

MOST_BYTES = 5_000_000
MOST_NODES = 100_000

EMPTY = """the recipe is empty. The least that runs says what a sample is and what to do with it:
  augkit: 1
  sample: {image: image}
  steps:
    - hflip: {p: 0.5}"""


def read(text: str, file: str = "<recipe>") -> Located:
    """The one document in ``text``; lines and columns count from 1, in characters.

    Raises RecipeError with file:line:column for everything that is not one plain YAML 1.2 document.
    """
    root = _document(text, file)
    if root is None or (isinstance(root, Scalar) and root.value is None):
        raise RecipeError(EMPTY, Where(file, 1, 1))
    return root


def read_file(path: str | Path) -> Located:
    """As ``read``; the file is UTF-8, at most 5 MB."""
    return read(_text(Path(path)), str(path))


def read_value(text: str, file: str) -> Located:
    """One value as on a command line: a scalar, ``[a, b]`` or ``{a: b}``; nothing is null."""
    root = _document(text, file, flow=True)
    return Scalar(None, Where(file, 1, 1)) if root is None else root


def _text(path: Path) -> str:
    if not path.is_file():
        what = "is not a file" if path.exists() else "does not exist"
        near = [other.name for ending in ("yaml", "yml", "json") for other in sorted(path.parent.glob(f"*.{ending}"))]
        raise RecipeError(f"{path}: {what}.{suggestion(path.name, near)}")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}.") from error
    if len(raw) > MOST_BYTES:
        raise RecipeError(f"{path}: more than {MOST_BYTES // 1_000_000} MB; is it a recipe?")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(_not_utf8(raw, error.start), _place(raw, error.start, str(path))) from None


def _not_utf8(raw: bytes, at: int) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "the file is UTF-16; save it as UTF-8."
    latin = raw[at : at + 1].decode("latin-1")
    return f"the byte 0x{raw[at]:02x} is not UTF-8 (in Latin-1 it is {latin!r}); save the file as UTF-8."


def _place(raw: bytes, at: int, file: str) -> Where:
    before = raw[:at].decode("utf-8", "replace")
    return Where(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _document(text: str, file: str, flow: bool = False) -> Located | None:
    if len(text) > MOST_BYTES:
        raise RecipeError(f"more than {MOST_BYTES // 1_000_000} MB; is it a recipe?", Where(file, 1, 1))
    try:
        # The pure Python parser: libyaml words its complaints differently, and refuses JSON's "\ud83d\ude00".
        return _Document(file, yaml.parse(text, Loader=yaml.SafeLoader), flow).root()
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise explained(error, text, file) from None


@dataclass
class _Document:
    """Builds the tree from the parser's events, so that depth and size are bounded before they are reached."""

    file: str
    events: Iterator[Any]
    flow: bool
    anchors: dict[str, Located | None] = field(default_factory=dict)
    count: int = 0

    def root(self) -> Located | None:
        root: Located | None = None
        started = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if started:
                    raise RecipeError("a second document starts here; a recipe is one document.", self.where(event))
                started = True
                root = self.node(next(self.events), 1)
        return root

    def where(self, event: Any) -> Where:
        return Where(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def node(self, event: Any, depth: int) -> Located:
        where = self.where(event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(str(event.anchor), where, depth)
        self.grow(1, depth, where)
        if event.tag is not None:
            raise RecipeError(
                f"the tag {_short(event.tag)} is not read. Write the value alone; quote it to make it text.", where
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node = self.collection(event, where, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def collection(self, event: Any, where: Where, depth: int) -> Located:
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, where)
        if self.flow and not event.flow_style:
            raise RecipeError(
                "expected one value. Write lists as [a, b], mappings as {a: b}, and quote other text.", where
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return Seq(tuple(self.node(each, depth + 1) for each in self.until(yaml.SequenceEndEvent)), where)
        return self.mapping(event, where, depth)

    def until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := next(self.events), end):
            yield event

    def mapping(self, start: Any, where: Where, depth: int) -> Map:
        items: dict[str, Located] = {}
        keys: dict[str, Where] = {}
        for event in self.until(yaml.MappingEndEvent):
            key, place = self.key(event), self.where(event)
            if key in keys:
                raise RecipeError(f"the key {_short(key)!r} is written twice; the first one is at {keys[key]}.", place)
            value = next(self.events)
            if start.flow_style and event.implicit[0] and ":" in key and _left_out(value):
                spaced = key.replace(":", ": ", 1)
                raise RecipeError(f"{_short(key)!r} needs a space after the colon: {_short(spaced)}", place)
            keys[key], items[key] = place, self.node(value, depth + 1)
        return Map(items, keys, where)

    def key(self, event: Any) -> str:
        where = self.where(event)
        if not isinstance(event, yaml.ScalarEvent):
            what = "an alias" if isinstance(event, yaml.AliasEvent) else "a list or a mapping"
            raise RecipeError(f"{what} as a key; keys are text.", where)
        if event.implicit[0] and event.value == "<<":
            raise RecipeError("merge keys (<<) are not read; share values by vars: and ${name}, or by extends:.", where)
        node = self.node(event, 1)
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        raise RecipeError(f"the key {_short(event.value)} is not text. Quote it: {event.value!r}.", where)

    def scalar(self, event: Any, where: Where) -> Scalar:
        if event.implicit[0]:
            return Scalar(resolve(event.value, where), where)
        return Scalar(_joined(event.value, where), where)

    def alias(self, name: str, where: Where, depth: int) -> Located:
        if name not in self.anchors:
            raise RecipeError(
                f"*{name} has no &{name} before it.{suggestion(name, self.anchors)} Quote text that starts with *.",
                where,
            )
        node = self.anchors[name]
        if node is None:
            raise RecipeError(f"*{name} stands inside &{name} itself.", where)
        self.grow(size(node), depth + height(node) - 1, where)
        return node

    def grow(self, count: int, depth: int, where: Where) -> None:
        self.count += count
        if self.count > MOST_NODES:
            raise RecipeError(f"more than {MOST_NODES:,} values, aliases counted each time; is it a recipe?", where)
        if depth > DEEPEST:
            raise RecipeError(f"nested more than {DEEPEST} levels deep; is it a recipe?", where)


def _left_out(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.implicit[0] and event.value == ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _joined(text: str, where: Where) -> str:
    """JSON writes characters beyond U+FFFF as two escaped halves."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise RecipeError("an escape is half of a character (a lone surrogate).", where) from None
