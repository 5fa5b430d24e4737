"""Pipelines of audiomentations as steps, each transform by the bridge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.errors import AugkitError, DataError
from augkit.recipe.foreign import Imported, Notes, item
from augkit_audio.audiomentations_library import make
from augkit_audio.audiomentations_table import REFUSED

_OURS = frozenset(["p", "name", "arguments", "strength", "id", "on", "only", "weight"])


class AudiomentationsImporter:
    """Pipelines themselves: what the library writes to a file lacks the weights of its OneOf."""

    def of_object(self, pipeline: Any) -> Imported:
        """The recipe of a Compose, or of a single transform; DataError for what is none."""
        if not type(pipeline).__module__.startswith("audiomentations."):
            raise DataError(f"got {type(pipeline).__name__}; expected a Compose of audiomentations.")
        notes = Notes()
        whole = type(pipeline).__name__ == "Compose" and pipeline.p == 1.0 and not pipeline.shuffle
        steps = _several(pipeline.transforms, notes) if whole else _node(pipeline, notes)
        notes.differs("Compose", "draws come from seed, epoch and key, not from Python's and numpy's generators")
        return Imported(
            "audiomentations", {"audio": "audio"}, tuple(steps), tuple(notes.differences), tuple(notes.left_out)
        )


AUDIOMENTATIONS = AudiomentationsImporter()


def _several(nodes: Sequence[Any], notes: Notes) -> list[Any]:
    return [step for node in nodes for step in _node(node, notes)]


def _node(node: Any, notes: Notes, weight: float = 1.0) -> list[Any]:
    match type(node).__name__:
        case "Compose":
            return _combined(
                "random_order" if node.shuffle else "seq", {}, _several(node.transforms, notes), node, weight
            )
        case "OneOf":
            return _combined("one_of", {}, _weighted(node, notes), node, weight)
        case "SomeOf":
            return _combined("some_of", {"n": _count(node)}, _filled(node.transforms, notes), node, weight)
    return _leaf(node, notes, weight)


def _combined(kind: str, fields: Mapping[str, Any], steps: list[Any], node: Any, weight: float) -> list[Any]:
    return [item(kind, {**fields, "steps": steps}, float(node.p), weight)] if steps else []


def _count(node: Any) -> Any:
    if not isinstance(node.num_transforms, tuple):
        return node.num_transforms
    low, high = node.num_transforms
    return {"int": [low, len(node.transforms) if high is None else high]}


def _weighted(node: Any, notes: Notes) -> list[Any]:
    """What OneOf chooses among; each is then asked for its own p."""
    heaps = node.sampler.cdf  # None where all weigh the same
    shares = [1.0] * len(node.transforms) if heaps is None else np.diff(heaps, prepend=0.0).tolist()
    found = []
    for child, share in zip(node.transforms, shares, strict=True):
        found += _node(child, notes, share) or [item("gain", {"db": 0}, 1.0, share)]
    return found


def _filled(nodes: Sequence[Any], notes: Notes) -> list[Any]:
    """What SomeOf chooses among; one that is left out keeps its place, doing nothing."""
    return [step for node in nodes for step in (_node(node, notes) or [item("gain", {"db": 0})])]


def _leaf(node: Any, notes: Notes, weight: float) -> list[Any]:
    name = type(node).__name__
    if name in REFUSED:
        notes.leave_out(name, REFUSED[name])
        return []
    given = {key: value for key, value in node.to_dict_private().items() if key not in ("p", "__class_fullname__")}
    try:
        given = _needed(name, given)
        make(name, given)
    except AugkitError as error:
        notes.leave_out(name, str(error))
        return []
    return [item("audiomentations", {"name": name, **_placed(given)}, float(node.p), weight)]


def _placed(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"arguments": dict(given)} if given.keys() & _OURS else dict(given)


def _needed(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that differ from the library's defaults, which the step has too; None is its "not given"."""
    try:
        usual = make(name, {}).to_dict_private()
    except AugkitError:
        usual = {}
    return {key: value for key, value in given.items() if value is not None and usual.get(key) != value}
