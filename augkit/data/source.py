"""Sources: where samples come from. A plugin registers its own with ``registry.source(name, "module:Class")``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from augkit.errors import DataError, FieldError, PluginError
from augkit.fields import Checked
from augkit.plugins import catalogue
from augkit.words import suggestion


@runtime_checkable
class Source(Protocol):
    """Samples by key. It opens files when asked, holds nothing open, and pickles.

    ``fields_type`` declares what a recipe may say of it and ``shorthand`` the field that a bare text stands for, as
    in ``source: {demo: digits}``. ``paths``, if there is such a tuple, names the fields that are paths relative to the
    recipe. ``fields`` suggests a ``sample:`` (field → kind). ``root`` is what relative file names start from. A
    ``group``, if there is one, names the metadata that a split keeps together unless the recipe groups by another.
    ``remarks(fields)``, if there is such a method, tells what is odd about these fields and not wrong, with file, row
    and count: see ``augkit.data.remarks``.
    """

    fields_type: ClassVar[type[Checked]]
    shorthand: ClassVar[str]
    root: Path

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The source as a recipe describes it; ``base`` is the recipe's folder. Raises FieldError or DataError."""
        ...

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields it can fill, each with the kind that fits."""
        ...

    @property
    def keys(self) -> Sequence[str]:
        """The names of the samples: all different, and the same on every machine."""
        ...

    def meta(self, key: str) -> Mapping[str, Any]:
        """What is known of a sample without opening it: labels, columns."""
        ...

    def load(self, key: str) -> Mapping[str, Any]:
        """Plain values of one sample's fields; a file name where the field's kind has a reader. Raises DataError."""
        ...


def open_source(spec: Any, base: Path | str = ".") -> Source:
    """The source of ``{"image_folder": {"root": "photos"}}``; relative paths start from ``base``.

    Raises PluginError for an unknown name, FieldError (which names the field) for a wrong value, DataError for data
    that cannot be used.
    """
    name, given = _one_source(spec)
    cls = catalogue().load("source", name)
    if not isinstance(given, Mapping):
        given = {cls.shorthand: given}
    try:
        source: Source = cls.from_fields(given, Path(base).absolute())
    except FieldError as error:
        message = str(error)
        raise FieldError(message if message.startswith(name) else f"{name}: {message}", error.field) from None
    check_keys(source.keys, name)
    return source


def check_keys(keys: Sequence[str], name: str) -> None:
    """Refuse no samples at all, keys that are not texts, and keys that occur twice."""
    if not keys:
        raise DataError(f"{name}: there are no samples.")
    odd = next((key for key in keys if not isinstance(key, str) or not key), None)
    if odd is not None:
        raise PluginError(f"source {name!r} has the key {odd!r}; a key is a text that is not empty.")
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise DataError(f"{name}: {len(twice)} keys occur more than once, the first is {twice[0]!r}.", key=twice[0])


def check_fields(source: Source, wanted: Sequence[str]) -> None:
    """Refuse fields of ``sample:`` that the source cannot fill."""
    for name in wanted:
        if name not in source.fields:
            raise FieldError(
                f"sample: the source has no field {name!r}.{suggestion(name, source.fields)} "
                f"It has: {', '.join(source.fields)}.",
                name,
            )


def place(source: Source, key: str) -> str:
    """Where the source has the sample from, such as ``labels.csv, row 7``, for messages; empty if it does not tell."""
    tell = getattr(source, "place", None)
    return str(tell(key)) if tell is not None else ""


def _one_source(spec: Any) -> tuple[str, Any]:
    if isinstance(spec, Mapping) and len(spec) == 1:
        [(name, given)] = spec.items()
        return str(name), given
    names = catalogue().names("source")
    raise FieldError(
        f"source: got {spec!r}; expected one source with its fields, such as {{image_folder: {{root: photos}}}}. "
        f"Sources: {', '.join(names)}.",
        "source",
    )


def metadata(source: Source, keys: Sequence[str], field: str) -> list[Any]:
    """One field of many samples without decoding any."""
    found = []
    for key in keys:
        meta = source.meta(key)
        if field not in meta:
            raise DataError(
                f"{field!r} is not known without opening the sample; known are {', '.join(meta) or 'none'}.", key
            )
        found.append(meta[field])
    return found
