"""Pipelines of torchvision v2 as steps of ours, by the attributes that they have; torchvision is not imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from augkit.errors import DataError
from augkit.recipe.foreign import Imported, Notes, item

_WORDS = {"nearest": "nearest", "nearest-exact": "nearest", "bilinear": "linear", "bicubic": "cubic"}
_BORDERS = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}
_NOTHING = frozenset(
    ["Identity", "ToPureTensor", "ToImage", "ToPILImage", "PILToTensor", "SanitizeBoundingBoxes", "RGB"]
)
"""What has nothing to do here: pictures come as they are, and boxes are cut and dropped by the field's own policy."""
_TENSOR = frozenset(["ToTensor", "ToDtype", "ConvertImageDtype"])


class TorchvisionImporter:
    """Pipelines themselves; the library writes none to a file."""

    def of_object(self, pipeline: Any) -> Imported:
        """The recipe of a v2 Compose, or of a single transform; DataError for what is none."""
        if not type(pipeline).__module__.startswith("torchvision.transforms"):
            raise DataError(f"got {type(pipeline).__name__}; expected a Compose of torchvision.transforms.v2.")
        notes = Notes()
        steps = _several([pipeline], notes)
        if len(steps) == 1 and isinstance(steps[0], dict) and steps[0].keys() == {"seq"}:
            steps = steps[0]["seq"]["steps"]
        notes.differs("Compose", "draws come from seed, epoch and key, not from torch's generator")
        steps = _format_last(steps, notes)
        return Imported(
            "torchvision", {"image": "image"}, tuple(steps), tuple(notes.differences), tuple(notes.left_out)
        )


TORCHVISION = TorchvisionImporter()


def _format_last(steps: Sequence[Any], notes: Notes) -> list[Any]:
    """`normalize` makes the tensor too, so a `to_tensor` beside it goes; what stood between or behind comes first."""
    formats = [step for step in steps if _called(step) in ("normalize", "to_tensor")]
    others = [step for step in steps if step not in formats]
    if formats and list(steps[len(others) :]) != formats:
        notes.differs("Normalize, ToDtype", "come last here; steps that stood behind them see levels, not tensors")
    last = next((step for step in formats if _called(step) == "normalize"), formats[-1] if formats else None)
    return [*others, *([last] if last is not None else [])]


def _called(step: Any) -> str:
    return step if isinstance(step, str) else str(next(iter(step)))


def _several(nodes: Sequence[Any], notes: Notes) -> list[Any]:
    return [step for node in nodes if (step := _node(node, notes)) is not None]


def _node(node: Any, notes: Notes) -> Any:
    name = type(node).__name__
    if name in _NOTHING:
        return None
    if name in _TENSOR:
        if name == "ToDtype" and not (getattr(node, "scale", False) and "float" in str(node.dtype)):
            notes.differs(name, "leaves levels as they are; here they are divided by 255")
        return "to_tensor"
    made = _MAKERS.get(name)
    if made is None:
        notes.leave_out(name, "no step does the same")
        return None
    try:
        return made(node, notes)
    except _Otherwise as reason:
        notes.leave_out(name, str(reason))
        return None


class _Otherwise(Exception):
    """These arguments have no counterpart."""


def _size(node: Any, notes: Notes) -> Any:
    if node.size is None or getattr(node, "max_size", None):
        raise _Otherwise("max_size has no counterpart; write resize: {long_side: …} or {short_side: …}")
    sides = list(node.size)
    fields = {"short_side": sides[0]} if len(sides) == 1 else {"size": sides}
    return item("resize", {**fields, **_reading(node, notes)})


def _reading(node: Any, notes: Notes, usual: str = "linear") -> dict[str, Any]:
    """How pixels are read between their centres, where it is not the step's usual way."""
    given = str(getattr(node.interpolation, "value", node.interpolation))
    if given not in _WORDS:
        notes.differs(type(node).__name__, f"interpolation: {given} is not there; read linear")
    if getattr(node, "antialias", False):
        notes.differs(type(node).__name__, "reductions average what they cover, which is another antialiasing")
    word = _WORDS.get(given, "linear")
    return {} if word == usual else {"interpolation": word}


def _fill(node: Any) -> dict[str, Any]:
    fill = getattr(node, "fill", 0)
    if fill in (0, None, 0.0):
        return {}
    return {"fill": list(fill) if isinstance(fill, Sequence) else fill}


def _crop(node: Any, notes: Notes) -> Any:
    if node.padding:
        padded = {"padding": list(node.padding)}
        raise _Otherwise(f"{padded} pads always; put image/pad before random_crop")
    if node.padding_mode not in _BORDERS:
        raise _Otherwise(f"padding_mode: {node.padding_mode} has no counterpart")
    more = {"pad_if_needed": True, "border": _BORDERS[node.padding_mode], **_fill(node)} if node.pad_if_needed else {}
    return item("random_crop", {"size": list(node.size), **more})


def _resized_crop(node: Any, notes: Notes) -> Any:
    notes.differs("RandomResizedCrop", "where ten windows in a row do not fit, another is taken than its middle one")
    fields = {"size": list(node.size), "scale": list(node.scale), "ratio": {"loguniform": list(node.ratio)}}
    return item("random_resized_crop", {**fields, **_reading(node, notes)})


def _jitter(node: Any, notes: Notes) -> Any:
    neutral = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0}
    drawn = {name: getattr(node, name) for name in neutral}
    return item("color_jitter", {name: neutral[name] if drawn[name] is None else list(drawn[name]) for name in neutral})


def _rotation(node: Any, notes: Notes) -> Any:
    if node.expand or node.center is not None:
        raise _Otherwise("expand and center have no counterpart: the frame stays, and the centre is its middle")
    return item("rotate", {"degrees": list(node.degrees), **_reading(node, notes), **_fill(node)})


def _affine(node: Any, notes: Notes) -> Any:
    across, down = node.translate or (0.0, 0.0)
    if across != down:
        raise _Otherwise(f"translate: {node.translate} is another across than down; here both have one range")
    if node.center is not None or (node.shear is not None and len(node.shear) > 2 and any(node.shear[2:])):
        raise _Otherwise("center, and a shear of y, have no counterpart")
    if across:
        notes.differs("RandomAffine", "shifts are not rounded to whole pixels")
    fields = {
        "degrees": [-node.degrees[1], -node.degrees[0]],
        "translate": [-across, across] if across else 0,
        "scale": list(node.scale) if node.scale else 1,
        "shear_degrees": list(node.shear[:2]) if node.shear else 0,
    }
    return item("affine", {**fields, **_reading(node, notes), **_fill(node)})


def _blur(node: Any, notes: Notes) -> Any:
    notes.differs("GaussianBlur", f"kernel_size: {tuple(node.kernel_size)} cuts its Gaussian; here it is whole")
    return item("gaussian_blur", {"sigma": list(node.sigma)})


def _perspective(node: Any, notes: Notes) -> Any:
    notes.differs(
        "RandomPerspective", "corners move by fractions of a pixel, and are held back where a horizon would show"
    )
    shift = {"corner_shift": [0.0, node.distortion_scale / 2]}
    return item("perspective", {**shift, **_reading(node, notes), **_fill(node)}, node.p)


def _pad(node: Any, notes: Notes) -> Any:
    raise _Otherwise("write image/pad: {size: …}, which says how large the picture is afterwards")


def _normalize(node: Any, notes: Notes) -> Any:
    return item("normalize", {"mean": list(node.mean), "std": list(node.std)})


def _rand_augment(node: Any, notes: Notes) -> Any:
    notes.differs("RandAugment", "chooses among augkit's own steps for pictures (augkit show prints them)")
    magnitude = node.magnitude / (node.num_magnitude_bins - 1)
    return item("rand_augment", {"n": node.num_ops, "magnitude": magnitude})


def _trivial_augment(node: Any, notes: Notes) -> Any:
    notes.differs("TrivialAugmentWide", "chooses among augkit's own steps for pictures (augkit show prints them)")
    return "trivial_augment"


def _choice(node: Any, notes: Notes) -> Any:
    steps = [_node(each, notes) for each in node.transforms]
    even = len(set(node.p)) == 1
    shares = [1.0 if even else share for share in node.p]
    if None in steps:
        raise _Otherwise("one of what it chooses among has no counterpart")
    return item("one_of", {"steps": [_with_weight(step, share) for step, share in zip(steps, shares, strict=True)]})


def _with_weight(step: Any, weight: float) -> Any:
    name, given = (step, {}) if isinstance(step, str) else next(iter(step.items()))
    return item(name, given, 1.0, weight)


def _combined(kind: str, with_p: bool = False) -> Callable[[Any, Notes], Any]:
    def make(node: Any, notes: Notes) -> Any:
        steps = _several(node.transforms, notes)
        return item(kind, {"steps": steps}, float(node.p) if with_p else 1.0) if steps else None

    return make


def _by_chance(name: str, fields: Callable[[Any], Mapping[str, Any]] = lambda node: {}) -> Callable[[Any, Notes], Any]:
    return lambda node, notes: item(name, fields(node), float(getattr(node, "p", 1.0)))


_MAKERS: Mapping[str, Callable[[Any, Notes], Any]] = {
    "CenterCrop": lambda node, notes: item("image/center_crop", {"size": list(node.size)}),
    "ColorJitter": _jitter,
    "Compose": _combined("seq"),
    "GaussianBlur": _blur,
    "Grayscale": _by_chance("grayscale"),
    "Normalize": _normalize,
    "Pad": _pad,
    "RandAugment": _rand_augment,
    "RandomAffine": _affine,
    "RandomApply": _combined("seq", with_p=True),
    "RandomAutocontrast": _by_chance("auto_contrast"),
    "RandomChoice": _choice,
    "RandomCrop": _crop,
    "RandomEqualize": _by_chance("equalize"),
    "RandomGrayscale": _by_chance("grayscale"),
    "RandomHorizontalFlip": _by_chance("hflip"),
    "RandomInvert": _by_chance("invert"),
    "RandomOrder": _combined("random_order"),
    "RandomPerspective": _perspective,
    "RandomPosterize": _by_chance("posterize", lambda node: {"bits": node.bits}),
    "RandomResizedCrop": _resized_crop,
    "RandomRotation": _rotation,
    "RandomSolarize": _by_chance("solarize", lambda node: {"threshold": node.threshold / 255}),
    "RandomVerticalFlip": _by_chance("vflip"),
    "Resize": _size,
    "TrivialAugmentWide": _trivial_augment,
}
