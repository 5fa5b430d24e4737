"""Params, Transform and kernels: a transform draws Params, Params say how the world moved, kernels let targets
follow.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from augkit.distributions import Range
from augkit.fields import Checked, FieldInfo, Limits, fields_of
from augkit.rng import Stream
from augkit.sample import Axis, Frame, Target


@dataclass(frozen=True)
class Params:
    """What was drawn. A subclass is a frozen dataclass of numbers, texts and tuples of them, so that it logs as
    JSON.
    """

    axes: ClassVar[frozenset[Axis]] = frozenset()

    def then(self, later: Params) -> Params | None:
        """This change followed by ``later`` as one change, or None where they cannot be composed without loss."""
        return None

    def inverse(self) -> Params | None:
        """The change that undoes this one, or None."""
        return None

    def qualities(self) -> frozenset[str]:
        """The qualities that this very draw changes, as far as its numbers tell; see ``Transform.changes``."""
        return frozenset()

    def frame(self, frame: Frame) -> Frame | None:
        """The frame afterwards; None when only applying tells."""
        return frame

    def log(self) -> dict[str, Any]:
        """JSON that is enough to replay."""
        return {f.name: _jsonable(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_log(cls, logged: Mapping[str, Any]) -> Self:
        """The inverse of ``log``."""
        return cls(**{name: _frozen(value) for name, value in logged.items()})


def _jsonable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_jsonable(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _jsonable(item) for name, item in value.items()}
    return value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


RESERVED = ("p", "id", "on", "only", "strength", "off_last", "accept", "on_conflict", "weight")
"""What a recipe may say around every step; no transform has fields of these names."""

P = TypeVar("P", bound=Params)
Kernel = Callable[[Any, Any], Target]
_kernels: dict[tuple[type[Params], type[Target]], Kernel] = {}
_nearest: dict[tuple[type[Params], type[Target]], Kernel | None] = {}


def moves(params: type[Params], *targets: type[Target]) -> Callable[[Kernel], Kernel]:
    """Declare how targets of these kinds follow Params of this type: ``kernel(target, params) -> target``."""

    def declare(kernel: Kernel) -> Kernel:
        for target in targets:
            _kernels[params, target] = kernel
        _nearest.clear()
        return kernel

    return declare


def kernel_for(params: type[Params], target: type[Target]) -> Kernel | None:
    """The nearest declared kernel: the target's own kind before its parents', then the Params' parents.

    Where there is none, what the target derives from the kernels of its parts.
    """
    if (params, target) not in _nearest:
        found = _look_up(params, target)
        _nearest[params, target] = found or target.derived(params, lambda kind: kernel_for(params, kind))
    return _nearest[params, target]


def _look_up(params: type[Params], target: type[Target]) -> Kernel | None:
    for params_type in params.__mro__:
        for target_type in target.__mro__:
            found = _kernels.get((params_type, target_type))
            if found is not None:
                return found
    return None


class Transform(Checked, Generic[P]):
    """A step's knowledge: fields, and ``draw``. A subclass names its Params: ``class Rotate(Transform[Affine2D])``.

    Class attributes, all optional: ``changes`` (qualities: ``handedness``, ``orientation``, ``colour``, …); ``needs``
    (kinds whose content ``draw`` must see); ``converts`` (kind → kind that leaves the step); ``structural`` (it
    makes a format rather than a change, so it has no strength and zero strength is no identity); ``still`` (where a
    structural step draws: the step that makes the same format without chance, and the fields that it takes over);
    ``partners`` (how many other samples it mixes in: its Params are then a ``Mixture`` and its kernels take the targets
    of all of them, see ``mixes``); ``paths`` (the fields that name files or folders: in a recipe relative ones start
    from the folder of the file that the step is written in).
    """

    params_type: ClassVar[type[Params]] = Params
    changes: ClassVar[frozenset[str]] = frozenset()
    needs: ClassVar[tuple[str, ...]] = ()
    converts: ClassVar[Mapping[str, str]] = {}
    structural: ClassVar[bool] = False
    still: ClassVar[tuple[str, tuple[str, ...]] | None] = None
    partners: ClassVar[int] = 0
    paths: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        taken = [name for name in RESERVED if name in inspect.get_annotations(cls)]
        if taken:
            raise TypeError(f"{cls.__name__}: a field cannot be named {taken[0]!r}, which every step has; rename it.")
        super().__init_subclass__(**kwargs)
        for origin in cls.__dict__.get("__orig_bases__", ()):  # not those of a parent, who may have been narrowed
            arguments = get_args(origin) if get_origin(origin) is Transform else ()
            if arguments and isinstance(arguments[0], type):
                cls.params_type = arguments[0]
        cls.changes = frozenset(cls.changes)

    def draw(self, rng: Stream, frame: Frame, content: Mapping[str, Target] | None = None) -> P:
        """The Params for one sample: the only place with chance.

        ``frame`` is that of the group of fields that move together; ``content`` maps its fields to targets when the
        step declares ``needs``, else it is None. Raise ``SkipStep(reason)`` when there is nothing to do.
        """
        raise TypeError(f"{type(self).__name__} does not define draw(rng, frame, content).")

    # What the compile check asks. They are methods because a bridge answers by the transform it wraps.

    def moved_axes(self) -> frozenset[Axis]:
        """The axes that the drawn Params may move."""
        return self.params_type.axes

    def changed_qualities(self) -> frozenset[str] | None:
        """The qualities it changes; None means that it may change everything."""
        return self.changes

    def keeps_frame(self) -> bool:
        """Whether what comes out is always as large as what went in. A step that moves an axis has to say so."""
        return self.params_type.frame is Params.frame

    def kernel(self, target: type[Target]) -> Kernel | None:
        """How one kind of target follows: the step's own ``apply_<kind>(target, params)``, the declared kernel, or
        what the kind derives from those of its parts.
        """
        own = getattr(self, f"apply_{target.kind}", None)
        if own is not None:
            return own  # type: ignore[no-any-return]
        declared = _look_up(self.params_type, target)
        # What a kind derives is about one target; a mix hands over those of all samples.
        return declared if self.partners else declared or target.derived(self.params_type, self.kernel)

    def converted(self, target: type[Target]) -> str | None:
        """The kind that a target of this kind leaves the step as, where it ``converts``; a film by its frames."""
        part = self.converts.get(target.made_of) if target.made_of else None
        return self.converts.get(target.kind, target.made_into.get(part) if part else None)

    def why_not(self, target: type[Target]) -> str | None:
        """Why a kind on the moved axis cannot follow, where there is more to say than that it has no kernel."""
        return None

    def unfit(self, kinds: frozenset[str]) -> str | None:
        """Why a sample of all these kinds together cannot take the step, or None."""
        return None

    def conflict(self, kinds: frozenset[str]) -> str | None:
        """What may go wrong on some samples only (a cut word, a lost event), or None; see ``on_conflict``.

        ``kinds`` are those of the fields that follow; a field's options may say more, or less: see ``Options.at_risk``.
        """
        return None

    def default_id(self, name: str) -> str:
        """The step's id unless the recipe gives one; ``name`` is the registered full name."""
        return name

    def strength_scales(self) -> str | None:
        """What ``strength`` scales: "fields" (towards their neutral values), "p" where there are none, None where
        neither makes sense.
        """
        if self.structural:
            return None
        return "fields" if any(info.limits.neutral is not None for info in fields_of(type(self)).values()) else "p"

    def at_strength(self, strength: float) -> Self:
        """The same step with every field that has a neutral value moved towards it; 0 does nothing, 1 is as written."""
        changed: dict[str, Any] = {}
        for info in fields_of(type(self)).values():
            value, neutral = getattr(self, info.name), info.limits.neutral
            if neutral is not None and value is not None:
                changed[info.name] = _toward(value, neutral, strength)
        return dataclasses.replace(self, **changed)

    def ranged(self) -> dict[str, FieldInfo]:
        """The fields that state how far a policy may take them, by name; none where it can only run or not run."""
        stated = {name: info for name, info in fields_of(type(self)).items() if info.limits.strongest is not None}
        return {name: info for name, info in stated.items() if getattr(self, name) is not None}

    def at_magnitude(self, magnitude: float, kept: Collection[str] = ()) -> Self:
        """The same step at a policy's magnitude, 0 to 1: every field that states ``Limits.strongest`` is there.

        Fields named in ``kept`` stay as they are. Where a field has two strongest values, each draw takes either.
        """
        changed = {
            name: _reached(getattr(self, name), info.limits, magnitude)
            for name, info in self.ranged().items()
            if name not in kept
        }
        return dataclasses.replace(self, **changed) if changed else self


def _reached(value: Any, limits: Limits, magnitude: float) -> Any:
    if isinstance(value, tuple):
        return type(value)(_reached(item, limits, magnitude) for item in value)
    strongest = limits.at(1.0)
    if isinstance(value, Range):
        # The range of magnitude 1, scaled: what lies between need not be a value that could be written.
        full = (
            Range(strongest[0]) if len(strongest) == 1 else Range(min(strongest), max(strongest), "choice", strongest)
        )
        return full.toward(limits.neutral or 0.0, magnitude)
    reached = limits.at(magnitude)[0]
    return round(reached) if isinstance(value, int) else reached


def _toward(value: Any, neutral: float, strength: float) -> Any:
    if isinstance(value, Range):
        return value.toward(neutral, strength)
    if isinstance(value, tuple):
        return type(value)(_toward(item, neutral, strength) for item in value)
    moved = neutral + strength * (value - neutral)
    return round(moved) if isinstance(value, int) else moved
