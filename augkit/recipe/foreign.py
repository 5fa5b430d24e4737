"""Pipelines of other libraries as recipes. What is known of a library is a plugin's; this is the door."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from augkit.build import COMBINERS
from augkit.errors import AugkitError, DataError, PluginError
from augkit.pipeline import Pipeline
from augkit.plugins import catalogue
from augkit.recipe.located import plain
from augkit.recipe.reading import load
from augkit.recipe.spelling import spell
from augkit.recipe.yaml12 import read


class Importer(Protocol):
    """What a plugin registers with ``registry.importer("library", "module:OBJECT")``; it need not have every method.

    ``of_document(document)``: what comes of a file's content, or None where it is not this library's. ``of_object``:
    of the library's own pipeline; DataError for what is none. ``as_callable(pipeline, **options)``: the reverse,
    something that fits where the library's pipeline fits.
    """

    def of_document(self, document: Any) -> Imported | None: ...

    def of_object(self, pipeline: Any) -> Imported: ...

    def as_callable(self, pipeline: Pipeline, **options: Any) -> Any: ...


@dataclass(frozen=True)
class Imported:
    """A pipeline of ``library`` as a recipe: its ``sample`` and ``steps``; ``differences`` say where it does otherwise
    than the library, ``left_out`` what could not be taken over at all.
    """

    library: str
    sample: Mapping[str, Any]
    steps: tuple[Any, ...]
    differences: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def recipe(self) -> dict[str, Any]:
        """The recipe as plain values, for ``augkit.load``."""
        return {"augkit": 1, "sample": dict(self.sample), "steps": list(_told_apart(self.steps, Counter()))}

    @property
    def text(self) -> str:
        """The recipe as YAML, with what differs in comments above the steps."""
        notes = [f"from {self.library}"]
        notes += [f"LEFT OUT: {each}" for each in self.left_out]
        notes += [f"differs: {each}" for each in self.differences]
        return spell(self.recipe, {"steps": "\n".join(notes)})

    def pipeline(self, seed: int = 0) -> Pipeline:
        """The recipe, ready to run; RecipeError where it cannot."""
        return load(self.recipe, {"seed": seed})


@dataclass
class Notes:
    """What is noticed while a pipeline is read, each once: ``differs`` and ``leave_out`` say of which transform."""

    differences: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def differs(self, name: str, what: str) -> None:
        """``name`` does otherwise here."""
        if (told := f"{name}: {what}") not in self.differences:
            self.differences.append(told)

    def leave_out(self, name: str, why: str) -> None:
        """``name`` is not taken over."""
        if (told := f"{name}: {why}") not in self.left_out:
            self.left_out.append(told)


def item(name: str, fields: Mapping[str, Any], p: float = 1.0, weight: float = 1.0) -> Any:
    """A step or a combiner as a recipe writes it."""
    given = {**fields, **({"p": p} if p != 1.0 else {}), **({"weight": weight} if weight != 1.0 else {})}
    return {name: given} if given else name


def importer(library: str) -> Any:
    """What is known of a library; PluginError with the nearest name where nothing is."""
    return catalogue().load("importer", library)


def read_document(file: str | Path) -> Imported:
    """What a plugin makes of a file (JSON, or YAML without tags) that a library has written; DataError where none
    knows it.
    """
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else plain(read(text, str(path)))
    except (OSError, ValueError) as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from None
    known = catalogue().names("importer")
    for library in known:
        reader = getattr(importer(library), "of_document", None)
        if reader and (found := reader(document)) is not None:
            return found  # type: ignore[no-any-return]
    raise DataError(f"is of no library that is known here ({', '.join(known) or 'none'}).", file=str(path))


def why_not(imported: Imported) -> str:
    """Why the recipe cannot run as it is; empty where it can."""
    try:
        imported.pipeline()
    except AugkitError as error:
        return str(error)
    return ""


def method_of(library: str, method: str) -> Any:
    """A method of a library's importer; PluginError where its plugin lacks it."""
    found = getattr(importer(library), method, None)
    if found is None:
        raise PluginError(f"the importer for {library!r} has no {method}.")
    return found


def _told_apart(items: Any, seen: Counter[str]) -> Iterator[Any]:
    """The same items; of two steps that would have one id, the second gets its own."""
    for each in items:
        name, given = (each, {}) if isinstance(each, str) else next(iter(each.items()))
        if name in COMBINERS:
            yield {name: {**given, "steps": list(_told_apart(given["steps"], seen))}}
            continue
        called = str(given.get("name", name))
        seen[called] += 1
        yield each if seen[called] == 1 else {name: {**given, "id": f"{called} {seen[called]}"}}
