"""Axes, targets and samples: what travels through a pipeline.

A *target* is one thing of a sample: an image, its mask, its boxes, a label. It lives on *axes*; a step that moves an
axis must know how every target on it follows. A *carrier* (image, mask, audio, text) also has a frame: how far its
axes reach.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Literal, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Checked


class Axis(StrEnum):
    """A direction in which the world can move."""

    SPACE = "space"
    TIME = "time"
    FREQUENCY = "frequency"
    TEXT = "text"


SPACE: frozenset[Axis] = frozenset({Axis.SPACE})
TIME: frozenset[Axis] = frozenset({Axis.TIME})
TEXT: frozenset[Axis] = frozenset({Axis.TEXT})

Frame = Mapping[Axis, Any]
"""How far a carrier reaches: ``{"space": Size(h, w)}``, ``{"time": (samples, rate)}``, ``{"text": length}``."""


KernelOf = Callable[[type["Target"]], "Callable[[Any, Any], Target] | None"]
"""The kernel of a kind of target under one step, or None."""


class Options(Checked):
    """What a recipe says of a field beside its kind, as in ``digit: {label: {sensitive_to: [handedness]}}``.

    ``sensitive_to`` names the qualities that the annotation depends on: a list, or a mapping from quality to the
    values that depend on it. ``of`` names the carrier that an annotation belongs to, where there are several.
    """

    sensitive_to: tuple[str, ...] | Mapping[str, Any] = ()
    of: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for quality, values in self.sensitive_to.items() if isinstance(self.sensitive_to, Mapping) else ():
            listed = isinstance(values, list | tuple | set | frozenset)
            if not listed or not all(isinstance(value, Hashable) for value in values):
                raise FieldError(
                    f"sensitive_to: {quality}: got {values!r}; expected the values that depend on it, as in "
                    f"{{{quality}: [6, 9]}}.",
                    "sensitive_to",
                )

    def at_risk(self, kind: str) -> frozenset[str]:
        """What a field of this kind is to steps that ask what they might break on some samples; see ``conflict``."""
        return frozenset({kind})

    def sensitive_values(self, quality: str) -> tuple[Any, ...] | None:
        """The values that depend on ``quality``; None means every value; an empty tuple none."""
        if isinstance(self.sensitive_to, Mapping):
            return tuple(self.sensitive_to.get(quality, ()))
        return None if quality in self.sensitive_to else ()


@dataclass(frozen=True, eq=False)
class Target:
    """The root of all kinds. A subclass is a frozen dataclass (``eq=False``) that names its ``kind`` and ``axes``.

    Where networks read this kind, ``normalized_by`` is the step, given ``like: <backbone>``, that a recipe with a
    backbone ends with; ``fed_as`` is what a batch of it is to a network: a ``picture`` is (b, c, h, w).
    A kind made of others (a film of images) follows by their kernels: see ``derived``;
    ``made_of`` names them where a step that ``converts`` them converts the whole, to the kind that ``made_into`` says.
    ``plain``: a text in a table is the annotation itself, as a translation's is, and not JSON.
    ``alike``: two ``sketch`` of this kind whose product reaches it are of nearly the same content. ``levels``: the
    least and greatest value that what a network reads had before it was normalized, where there are such.
    """

    kind: ClassVar[str] = ""
    axes: ClassVar[frozenset[Axis]] = frozenset()
    carrier: ClassVar[bool] = False
    options_type: ClassVar[type[Options]] = Options
    normalized_by: ClassVar[str | None] = None
    fed_as: ClassVar[str | None] = None
    made_of: ClassVar[str | None] = None
    made_into: ClassVar[Mapping[str, str]] = {}
    plain: ClassVar[bool] = False
    alike: ClassVar[float] = 0.99
    levels: ClassVar[tuple[float, float] | None] = None

    options: Any = field(default=Options(), kw_only=True)

    @classmethod
    def derived(cls, params: type[Any], kernel_of: KernelOf) -> Callable[[Any, Any], Target] | None:
        """How this kind follows ``params`` by what it is made of, where no kernel was declared for itself; or None.

        ``kernel_of`` gives what other kinds follow the same step by.
        """
        return None

    @classmethod
    def variant(cls, options: Options) -> type[Target]:
        """The class for a field of this kind with these options, where they decide how it follows."""
        return cls

    def frame(self) -> Frame:
        """How far each axis reaches; only carriers have one."""
        return {}

    def parts(self) -> Sequence[Target]:
        """What a step that is fitted gets to see: the target, or those that it is made of (the frames of a film)."""
        return (self,)

    def lost(self) -> str | None:
        """What it has come to, in words, where nothing is left to learn from (``one colour``, ``silent``), or None.

        By itself: what has a length and is empty, and what is made of parts that are all lost.
        """
        size, parts = getattr(self, "__len__", None), self.parts()
        if size is not None and size() == 0:
            return f"no {self.kind} left"
        told = [part.lost() for part in parts if part is not self]
        return told[0] if all(told) and told else None

    def sketch(self) -> Any:
        """A float32 vector of length 1 whose product with another's is nearly 1 where their contents are nearly the
        same (see ``alike``), for finding near-duplicates; None where there is nothing to compare. Of parts, that of
        the middle one.
        """
        parts = self.parts()
        middle = parts[len(parts) // 2] if len(parts) else self
        return None if middle is self else middle.sketch()

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        """A target from what a caller gave, and the form to give it back in. ``frame`` is the carriers' of its
        group.
        """
        if isinstance(value, cls):
            return value, "target"
        make: Any = cls
        if isinstance(value, Mapping):
            return make(**value, options=options), "mapping"
        return make(value, options=options), "plain"

    def write(self, form: Any, frame: Frame) -> Any:
        """The target in the form it came in, the reverse of ``read``."""
        names = [f.name for f in dataclasses.fields(self) if f.name != "options"]
        match form:
            case "mapping":
                return {name: getattr(self, name) for name in names}
            case "plain":
                return getattr(self, names[0])
        return self

    @classmethod
    def batch(cls, targets: Sequence[Self]) -> Any:
        """Many of this kind as one numpy array, a list, or a mapping of those; the loader turns arrays into tensors."""
        return [target.write("plain", {}) for target in targets]


class LabelOptions(Options):
    """Options of a label; a caption or a class may depend on a quality that a step changes."""


@dataclass(frozen=True, eq=False)
class Label(Target):
    """A class label of any hashable type, given back untouched: ``value``."""

    kind = "label"
    options_type = LabelOptions

    value: Any

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        return (value, "target") if isinstance(value, cls) else (cls(value, options=options), "plain")


@dataclass(frozen=True, eq=False)
class Labels(Label):
    """Several class labels of one sample (multi-label), as any sequence: ``value``."""

    kind = "labels"

    @classmethod
    def read(cls, value: Any, options: Options, frame: Frame) -> tuple[Self, Any]:
        if isinstance(value, str) or not (isinstance(value, (cls, Sequence)) or hasattr(value, "__len__")):
            raise DataError(f"labels: got {value!r}; expected a list. One label alone is of kind `label`.")
        return super().read(value, options, frame)


class ValueOptions(LabelOptions):
    """``quantity`` says what the value measures, so that it follows: ``tempo`` (BPM), ``duration`` and ``moment``
    (seconds), ``hz``, ``semitone`` (MIDI numbers), ``db``. An ``invariant`` one never changes.
    """

    quantity: Literal["invariant", "moment", "duration", "tempo", "hz", "semitone", "db"] = "invariant"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.sensitive_to:
            object.__setattr__(self, "sensitive_to", Value.quantities[self.quantity].depends_on)

    def at_risk(self, kind: str) -> frozenset[str]:
        """A moment may be cut away."""
        return frozenset({"moment" if self.quantity == "moment" else kind})


@dataclass(frozen=True, eq=False)
class Value(Label):
    """A number or anything else that augmentation leaves alone unless the recipe says what it depends on or measures:
    ``value``.
    """

    kind = "value"
    options_type = ValueOptions
    quantity: ClassVar[str] = "invariant"
    depends_on: ClassVar[tuple[str, ...]] = ()
    quantities: ClassVar[dict[str, type[Value]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "quantity" in vars(cls):
            Value.quantities[cls.quantity] = cls

    @classmethod
    def variant(cls, options: Options) -> type[Target]:
        """The class of the quantity."""
        return cls.quantities.get(getattr(options, "quantity", cls.quantity), cls)


Value.quantities[Value.quantity] = Value


@dataclass(frozen=True)
class Sample:
    """The targets of one visit of one sample, and what names the visit."""

    targets: Mapping[str, Target]
    key: str = ""
    epoch: int = 0
    copy: int = 0
    view: int = 0
    meta: Mapping[str, Any] = field(default_factory=dict)

    def with_targets(self, changed: Mapping[str, Target]) -> Sample:
        """The same visit with some targets replaced."""
        return dataclasses.replace(self, targets={**self.targets, **changed})


def visit_number(name: str, given: Any) -> int:
    """An epoch, a copy or a view as an int; DataError for what is no whole number from 0 on."""
    try:
        number = operator.index(given)
    except TypeError:
        raise DataError(f"{name}: got {given!r}; expected a whole number.") from None
    if number < 0:
        raise DataError(f"{name}: got {number}; they are counted from 0 on.")
    return number


def common_frame(targets: Mapping[str, Target], key: str = "") -> Frame:
    """The frame that the carriers among ``targets`` share; unequal frames raise ``DataError`` with the sample's key."""
    carriers = [(name, target) for name, target in targets.items() if target.carrier]
    if len(carriers) == 1:
        return carriers[0][1].frame()
    merged: dict[Axis, Any] = {}
    owner: dict[Axis, str] = {}
    for name, target in carriers:
        for axis, extent in target.frame().items():
            if merged.setdefault(axis, extent) != extent:
                raise DataError(
                    f"{name!r} reaches {_told(extent)} in {axis} but {owner[axis]!r} {_told(merged[axis])}; they move "
                    f"together and must agree. Independent fields go in `groups: [[{owner[axis]}], [{name}]]`.",
                    key=key,
                )
            owner.setdefault(axis, name)
    return merged


def _told(extent: Any) -> Any:
    return tuple(extent) if isinstance(extent, tuple) else extent
