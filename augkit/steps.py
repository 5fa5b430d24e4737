"""Steps by name, for people who want no YAML: ``steps.hflip(p=0.5)``, ``steps.one_of([...])``,
``steps.image.crop(size=64)``.

Every registered step is an attribute, under its short name and under its modality or prefix; the arguments are the
fields of the recipe. Where modalities share a short name, the fields tell which is meant: ``steps.crop(size=64)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from augkit.build import combiner_from, field_for, step_from
from augkit.combine import Combiner, Node, Step
from augkit.errors import FieldError, MissingDependency, PluginError
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.policies import usual_steps as usual_steps
from augkit.transform import RESERVED


def seq(steps: Sequence[Node], **around: Any) -> Combiner:
    """All of ``steps``, in order; ``p`` decides over all at once."""
    return combiner_from("seq", steps, around)


def one_of(steps: Sequence[Node], **around: Any) -> Combiner:
    """One of ``steps``, by their ``weight``."""
    return combiner_from("one_of", steps, around)


def some_of(n: Any, steps: Sequence[Node], **around: Any) -> Combiner:
    """``n`` of ``steps`` (a number or a range), each at most once, in the order written."""
    return combiner_from("some_of", steps, {"n": n, **around})


def random_order(steps: Sequence[Node], **around: Any) -> Combiner:
    """All of ``steps``, in an order drawn for each sample."""
    return combiner_from("random_order", steps, around)


def repeat(n: Any, steps: Sequence[Node], **around: Any) -> Combiner:
    """``steps`` ``n`` times over (a number or a range), drawn anew each time."""
    return combiner_from("repeat", steps, {"n": n, **around})


def rand_augment(steps: Sequence[Node], n: Any = 2, magnitude: Any = 0.3, **around: Any) -> Combiner:
    """``n`` of ``steps``, each chosen anew, at a ``magnitude`` of 0 to 1 (a number, a range or a ramp)."""
    return combiner_from("rand_augment", steps, {"n": n, "magnitude": magnitude, **around})


def trivial_augment(steps: Sequence[Node], **around: Any) -> Combiner:
    """One of ``steps``, at a magnitude drawn evenly from 0 to 1."""
    return combiner_from("trivial_augment", steps, around)


def augmix(
    steps: Sequence[Node],
    width: int = 3,
    depth: Any = (1, 3),
    alpha: float = 1.0,
    magnitude: Any = (0, 0.3),
    **around: Any,
) -> Combiner:
    """``width`` chains of ``depth`` of ``steps`` on the same sample, blended with each other and with the original."""
    own = {"width": width, "depth": depth, "alpha": alpha, "magnitude": magnitude}
    return combiner_from("augmix", steps, {**own, **around})


class _Prefix:
    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def __getattr__(self, name: str) -> Callable[..., Step]:
        return _maker(f"{self._prefix}/{name}")

    def __dir__(self) -> list[str]:
        return [
            full.partition("/")[2] for full in catalogue().names("transform") if full.startswith(self._prefix + "/")
        ]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if any(full.startswith(name + "/") for full in catalogue().names("transform")):
        return _Prefix(name)
    return _maker(name)


def __dir__() -> list[str]:
    names = catalogue().names("transform")
    return sorted({*globals(), *(part for full in names for part in full.split("/"))})


def _maker(name: str) -> Callable[..., Step]:
    try:
        entry = catalogue().step(name)
    except PluginError as error:
        several = catalogue().sharing(name)
        if len(several) > 1:
            return _by_fields(name, several, str(error))
        raise AttributeError(str(error)) from None

    def make(*unnamed: Any, **given: Any) -> Step:
        if unnamed:
            field = field_for(entry.load(), unnamed[0]) or "p"
            raise FieldError(
                f"{name}: got {unnamed[0]!r:.80} without a name; write {name}({field}={unnamed[0]!r:.80})."
            )
        return step_from(entry.name, given)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"The step {entry.name!r}; see ``augkit steps {entry.name}``."
    return make


def _by_fields(name: str, full_names: Sequence[str], ambiguous: str) -> Callable[..., Step]:
    """A maker of whichever of these steps has all the fields given, where one alone has them."""

    def make(**given: Any) -> Step:
        fields = given.keys() - set(RESERVED)
        fitting = [full for full in full_names if fields and fields <= _fields_of(full)]
        if len(fitting) != 1:
            raise PluginError(ambiguous)
        return step_from(fitting[0], given)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"One of the steps {', '.join(full_names)}, by the fields that it is given."
    return make


def _fields_of(full_name: str) -> set[str]:
    try:
        return set(fields_of(catalogue().step(full_name).load()))
    except MissingDependency:  # what cannot be loaded here is not meant here
        return set()
