"""Pipelines of albumentations as steps: our own where they do the same, else the library's own by the bridge."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from augkit.errors import DataError, FieldError
from augkit.recipe.foreign import Imported, Notes, item
from augkit_image.bridge_library import classes, library, make
from augkit_image.bridge_table import CONSTANTS, REFUSED

_SAME = {"HorizontalFlip": "hflip", "VerticalFlip": "vflip", "Transpose": "transpose"}
_KEPT_IN_PLACE = frozenset(["p", "__class_fullname__", "transforms"])
_MASKING = {"FrequencyMasking": "freq_mask_param", "TimeMasking": "time_mask_param"}
_FORMATS = ("pascal_voc", "coco", "yolo")
_ALIKE = (
    "under one, each transform of 2.0.8 starts from the same number, so that their p hit together; here they do not"
)
_AT_THE_DOOR = "annotations move as docs/albumentations.md says, where the library's own way is wrong"


class AlbumentationsImporter:
    """``A.to_dict`` documents, and pipelines themselves."""

    def of_document(self, document: Any) -> Imported | None:
        """The recipe of what ``A.to_dict``, or ``A.save``, gives; None for anything else."""
        if not isinstance(document, Mapping) or not isinstance(document.get("transform"), Mapping):
            return None
        root = document["transform"]
        return _imported(root) if "__class_fullname__" in root else None

    def of_object(self, pipeline: Any) -> Imported:
        """The recipe of a Compose, or of a single transform; DataError for what is none."""
        if not hasattr(pipeline, "to_dict_private"):
            raise DataError(f"got {type(pipeline).__name__}; expected a Compose of albumentations.")
        try:
            return _imported(library().to_dict(pipeline)["transform"], getattr(pipeline, "seed", None) is not None)
        except (NotImplementedError, ValueError) as error:  # a Lambda without a name
            raise DataError(f"albumentations cannot say what it is made of: {error}") from error

    def as_callable(self, pipeline: Any, **options: Any) -> Any:
        """See ``AsAlbumentations``."""
        from augkit_image.as_albumentations import AsAlbumentations

        return AsAlbumentations(pipeline, **options)


ALBUMENTATIONS = AlbumentationsImporter()


def _imported(root: Mapping[str, Any], seeded: bool = False) -> Imported:
    notes, sample = Notes(), {"image": "image"}
    whole = _name(root) in ("Compose", "ReplayCompose") and root.get("p", 1.0) == 1.0
    steps = _several(root["transforms"], notes) if whole else _node(root, notes)
    if any("normalize" in step for step in steps):  # it makes the tensor too
        steps = [step for step in steps if step != "to_tensor"]
    sample |= _boxes(root.get("bbox_params"), notes) | _keypoints(root.get("keypoint_params"), notes)
    for name, kind in (root.get("additional_targets") or {}).items():
        notes.differs("Compose", f"additional_targets: write a field {name!r} of kind `{kind}` in `sample`")
    if any("albumentations" in str(step) for step in steps):
        notes.differs("masks, boxes and keypoints", _AT_THE_DOOR)
    if seeded:
        notes.differs("Compose", f"seed: {_ALIKE}")
    notes.differs("Compose", "draws come from seed, epoch and key, not from a generator that goes on")
    return Imported("albumentations", sample, tuple(steps), tuple(notes.differences), tuple(notes.left_out))


def _name(node: Mapping[str, Any]) -> str:
    return str(node["__class_fullname__"]).rpartition(".")[2]


def _several(nodes: Sequence[Mapping[str, Any]], notes: Notes) -> list[Any]:
    return [step for node in nodes for step in _node(node, notes)]


def _node(node: Mapping[str, Any], notes: Notes, forced: bool = False, weight: float = 1.0) -> list[Any]:
    """One node as no step or one. ``forced``: its own p does not count, as for what OneOf has chosen."""
    name = _name(node)
    combine = _COMBINERS.get(name)
    if combine is None:
        return _leaf(name, node, notes, 1.0 if forced else float(node.get("p", 1.0)), weight)
    if name in ("SomeOf", "RandomOrder"):  # the library asks them for their own p, also where they were chosen
        forced = False
    return combine(node, notes, 1.0 if forced else float(node.get("p", 1.0)), weight)


def _leaf(name: str, node: Mapping[str, Any], notes: Notes, p: float, weight: float) -> list[Any]:
    given = {key: value for key, value in node.items() if key not in _KEPT_IN_PLACE}
    if name in _MASKING:  # what it writes is what its parent was made of
        given = {key: value for key, value in given.items() if key == _MASKING[name]}
    if name == "NoOp":
        return [item("albumentations", {"name": name}, 1.0, weight)] if weight != 1.0 else []
    if name in _SAME:
        return [item(_SAME[name], {}, p, weight)]
    if name in _MAKE_A_FORMAT and (p, weight) == (1.0, 1.0):
        return _MAKE_A_FORMAT[name](given, notes)
    refused = {**REFUSED, "SelectiveChannelTransform": "it acts on some channels alone, which no step does"}
    if name in refused:
        notes.leave_out(name, refused[name])
        return []
    given = _needed(name, given)
    if given.pop("mask_interpolation", 0) != 0:
        notes.differs(name, "mask_interpolation; masks always move with nearest, or classes are invented")
    try:
        make(name, given)
    except FieldError as error:
        notes.leave_out(name, str(error))
        return []
    loose = {"arguments": given} if given.keys() & {"p", "strength", "id", "on", "only", "name"} else given
    return [item("albumentations", {"name": name, **loose}, p, weight)]


def _needed(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that differ from the library's defaults, which the step has too."""
    asked = inspect.signature(classes()[name].__init__).parameters.values() if name in classes() else ()
    required = {each.name for each in asked if each.default is inspect.Parameter.empty}
    try:
        usual = make(name, {key: given[key] for key in given.keys() & required}).to_dict_private()
    except (FieldError, NotImplementedError):
        usual = {}
    usual = {key: value for key, value in usual.items() if key not in required}
    plain = {key: _listed(value) for key, value in given.items()}
    needed = {key: value for key, value in plain.items() if key not in usual or _listed(usual[key]) != value}
    return {key: _word(key, value) for key, value in needed.items()}


def _word(name: str, value: Any) -> Any:
    """OpenCV's number by its name: ``interpolation: cubic``."""
    words = {number: word for word, number in CONSTANTS.get(name, {}).items()}
    return words.get(value, value) if isinstance(value, int) else value


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, list | tuple) else value


def _normalize(given: Mapping[str, Any], notes: Notes) -> list[Any]:
    if given.get("normalization", "standard") != "standard":
        notes.leave_out("Normalize", f"normalization: {given['normalization']} measures every picture by itself")
        return []
    top = given.get("max_pixel_value") or 1.0
    if top != 255.0:
        notes.differs("Normalize", f"max_pixel_value is {top:g}; here levels are fractions of their dtype's range")
    notes.differs("Normalize", "makes the tensor (c, h, w) too, so it must be the last step")
    return [item("normalize", {key: _listed(given[key]) for key in ("mean", "std")})]


def _to_tensor(given: Mapping[str, Any], notes: Notes) -> list[Any]:
    return [item("to_tensor", {})]


_MAKE_A_FORMAT = {"Normalize": _normalize, "ToTensorV2": _to_tensor, "ToFloat": _to_tensor}


def _seq(node: Mapping[str, Any], notes: Notes, p: float, weight: float) -> list[Any]:
    return _combined("seq", {}, _several(node["transforms"], notes), p, weight)


def _one_of(node: Mapping[str, Any], notes: Notes, p: float, weight: float) -> list[Any]:
    shares = [float(child.get("p", 1.0)) for child in node["transforms"]]
    even = len(set(shares)) == 1
    steps = _chosen(node["transforms"], [1.0 if even else share for share in shares], notes)
    return _combined("one_of", {}, steps, p, weight)


def _chosen(children: Sequence[Mapping[str, Any]], shares: Sequence[float], notes: Notes) -> list[Any]:
    """Children of which one runs, each with its share. One that cannot be taken over keeps its share, doing nothing."""
    found = []
    for child, share in zip(children, shares, strict=True):
        made = _node(child, notes, forced=True, weight=share)
        found += made or [item("albumentations", {"name": "NoOp"}, 1.0, share)]
    return found


def _one_or_other(node: Mapping[str, Any], notes: Notes, p: float, weight: float) -> list[Any]:
    share = float(node.get("p", 0.5))
    ends = [node["transforms"][0], node["transforms"][-1]]
    return _combined("one_of", {}, _chosen(ends, [share, 1.0 - share], notes), 1.0, weight)


def _some_of(node: Mapping[str, Any], notes: Notes, p: float, weight: float) -> list[Any]:
    steps, n, order = _several(node["transforms"], notes), int(node.get("n", 1)), _name(node) == "RandomOrder"
    count = len(node["transforms"])
    if len(steps) < count:  # what is left out keeps its place among those that are chosen from
        steps += [item("albumentations", {"name": "NoOp", "p": 0.5})] * (count - len(steps))
    if node.get("replace"):
        notes.differs(_name(node), "replace: true; chosen steps run in the order in which they are drawn")
        return _combined("repeat", {"n": n}, [{"one_of": {"steps": steps}}], p, weight)
    if order and n >= count:
        return _combined("random_order", {}, steps, p, weight)
    if order and n > 1:
        notes.differs("RandomOrder", f"the {n} that are chosen run in the order written")
    return _combined("some_of", {"n": min(n, count)}, steps, p, weight)


def _combined(kind: str, fields: Mapping[str, Any], steps: list[Any], p: float, weight: float) -> list[Any]:
    return [item(kind, {**fields, "steps": steps}, p, weight)] if steps else []


_COMBINERS = {
    "Compose": _seq,
    "ReplayCompose": _seq,
    "Sequential": _seq,
    "OneOf": _one_of,
    "OneOrOther": _one_or_other,
    "SomeOf": _some_of,
    "RandomOrder": _some_of,
}


def _boxes(given: Mapping[str, Any] | None, notes: Notes) -> dict[str, Any]:
    if not given:
        return {}
    if given["format"] not in _FORMATS:
        notes.differs("BboxParams", f"format: {given['format']}; give {{cxcywh_norm: …}} or {{xyxy: …}}")
    options: dict[str, Any] = {"min_visible": float(given.get("min_visibility") or 0.0)}
    sides = {float(given.get(name) or 0.0) for name in ("min_width", "min_height")}
    options["min_size"] = min(sides)
    if len(sides) > 1:
        notes.differs("BboxParams", f"min_width and min_height are two; here one, {min(sides):g} px, is for both")
    if given.get("min_area"):
        notes.differs("BboxParams", f"min_area: {given['min_area']:g} is not asked for; min_size is, in pixels")
    if given["format"] in _FORMATS and given["format"] != "pascal_voc":
        options["format"] = {"coco": "xywh", "yolo": "cxcywh_norm"}[given["format"]]
    fields = ", ".join(given.get("label_fields") or ())
    if fields:
        notes.differs("BboxParams", f"label_fields: {fields} are columns of the boxes: {{xyxy: …, {fields}: …}}")
    notes.differs("BboxParams", "visibility is measured against the box as it came in, over all steps; boxes are cut")
    return {"boxes": {"boxes": options}}


def _keypoints(given: Mapping[str, Any] | None, notes: Notes) -> dict[str, Any]:
    if not given:
        return {}
    if given["format"] not in ("xy", "yx"):
        notes.differs("KeypointParams", f"format: {given['format']}; angles and scales of points are columns that stay")
    if not given.get("remove_invisible", True):
        notes.differs("KeypointParams", "remove_invisible: false; points outside need visibilities, which become 0")
    return {"keypoints": {"keypoints": {"outside": "drop" if given.get("remove_invisible", True) else "hide"}}}
