"""One sample into a pack: shrunk by a plan, its files written, all else a row of a manifest."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from augkit.build import step_from
from augkit.data.arrays import as_json
from augkit.data.reading import read_values, reader_of
from augkit.data.source import Source
from augkit.data.whole import write_bytes
from augkit.errors import CompileError, DataError
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.plugins import catalogue
from augkit.sample import Axis, Sample, Target
from augkit.schema import Field, Schema

_SHRINK = "image/resize"
_FIT = re.compile(r"[\w+(][\w.+() -]*")
_UNFIT = re.compile(r"[^\w.+() -]")
_LONGEST = 200


@dataclass(frozen=True)
class Packed:
    """One sample packed: its row, the bytes of its files before (None: it had none) and now, and if it was scaled."""

    key: str
    row: Mapping[str, Any]
    files: tuple[str, ...]
    before: int | None
    after: int
    scaled: bool


@dataclass(frozen=True)
class Packer:
    """Writes samples of ``source`` below ``folder``: no side of a picture longer than ``long_side``, JPEGs of
    ``quality``; a file whose frame is small enough already is copied byte for byte.

    ``schema`` is the recipe's. Boxes and the like are not dropped for being small: that is left to who reads the pack.
    Raises CompileError for kinds that cannot be packed.
    """

    source: Source
    schema: Schema
    folder: Path
    long_side: int
    quality: int = 90
    decoder: str | None = None

    def __post_init__(self) -> None:
        for field in self.schema.fields.values():
            if field.type.carrier and Axis.TEXT not in field.type.axes and not self.writes(field):
                can = ", ".join(catalogue().names("writer"))
                raise CompileError(
                    f"sample: {field.name!r} is of kind {field.kind!r}, which a pack cannot hold ({can})."
                )
        if not any(self.writes(field) for field in self.schema.fields.values()):
            raise CompileError("sample: there is no picture in it, so that there is nothing to pack.")

    @staticmethod
    def writes(field: Field) -> bool:
        """Whether a field becomes a file."""
        return field.kind in catalogue().names("writer")

    @cached_property
    def key_column(self) -> str:
        """The column of keys: ``key``, unless something else is called so."""
        taken = {*self.schema.fields, *self.source.meta(self.source.keys[0])}
        return next(name for name in ("key", "sample_key", "augkit_key") if name not in taken)

    @cached_property
    def _door(self) -> Pipeline:
        shrink = {"long_side": self.long_side, "enlarge": False, "interpolation": "area", "accept": "a packed copy"}
        return Pipeline.of(Plan([step_from(_SHRINK, shrink)], _lenient(self.schema)))

    @cached_property
    def _names(self) -> dict[str, str]:
        return file_names(self.source.keys)

    @cached_property
    def _folders(self) -> dict[str, str]:
        return file_names(list(self.schema.fields))

    def __call__(self, key: str) -> Packed:
        """Pack one sample. DataError where it cannot be read or written."""
        loaded = self.source.load(key)
        raw = {name: loaded[name] for name in self.schema.fields if name in loaded}
        values = read_values(raw, self.schema, self.source.root, self.decoder)
        targets, forms = self._door.read(values, key)
        moved = self._door.plan(Sample(targets, key))[0].targets
        plain = self._door.write(moved, forms)
        row, before, after, files = {self.key_column: key}, 0, 0, []
        for name, field in self.schema.fields.items():
            if not self.writes(field):
                row[name] = _jsonable(plain[name], name, key)
                continue
            file = self._original(field, raw[name])
            look_at(moved[name])
            if file is not None and moved[name].frame() == targets[name].frame():
                ending, content = file.suffix.lower(), file.read_bytes()
            else:
                ending, content = self._written(field, moved[name], key)
            row[name] = f"{self._folders[name]}/{self._names[key]}{ending}"
            write_bytes(self.folder / row[name], content)
            files.append(row[name])
            before, after = before + (file.stat().st_size if file else 0), after + len(content)
        meta = {name: _jsonable(value, name, key) for name, value in self.source.meta(key).items() if name not in row}
        scaled = any(moved[name].frame() != targets[name].frame() for name in targets)
        return Packed(key, row | meta, tuple(files), before or None, after, scaled)

    def original(self, key: str, field: str) -> Path | None:
        """The file that a field of a sample is read from, if it is."""
        return self._original(self.schema.fields[field], self.source.load(key)[field])

    def _original(self, field: Field, raw: Any) -> Path | None:
        read_from_file = isinstance(raw, str | Path) and reader_of(field.kind, self.decoder) is not None
        return self.source.root / raw if read_from_file else None

    def _written(self, field: Field, target: Target, key: str) -> tuple[str, bytes]:
        write: Callable[..., tuple[str, bytes]] = catalogue().load("writer", field.kind)
        options = {"quality": self.quality} if "quality" in inspect.signature(write).parameters else {}
        try:
            return write(target, **options)
        except DataError as error:
            raise DataError(f"field {field.name!r}: {error.message}", key) from None


def look_at(target: Any) -> None:
    """Have a picture decoded that waits for somebody to look, so that a broken one is told here."""
    for field in dataclasses.fields(target) if isinstance(target, Target) else ():
        getattr(target, field.name)


def file_names(keys: Sequence[str]) -> dict[str, str]:
    """A file's path for each key, without ending: the key where that is safe and unlike all others, in any case of its
    letters; else with a hash of the key behind it.
    """
    plain = {key: _safe(key) for key in keys}
    counts = Counter(name.casefold() for name in plain.values())
    return {key: name if counts[name.casefold()] == 1 else f"{name}-{_digest(key)}" for key, name in plain.items()}


def _safe(key: str) -> str:
    """The key without its ending where it can be a path below any folder; else what of it can, and a hash."""
    parts = key.split("/")
    if all(_FIT.fullmatch(part) and len(part.encode()) < _LONGEST for part in parts):
        return key[: -len(Path(key).suffix)] if Path(key).suffix else key
    kept = [_UNFIT.sub("_", part).lstrip(".")[-_LONGEST // 4 :] for part in parts]
    return "/".join([*filter(None, kept[:-1]), f"{kept[-1]}-{_digest(key)}"])


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _lenient(schema: Schema) -> Schema:
    """The same fields, with no annotation too small to be kept."""
    fields = {}
    for name, field in schema.fields.items():
        small = hasattr(field.options, "min_size")
        options: Any = field.options
        fields[name] = dataclasses.replace(
            field, options=dataclasses.replace(options, min_size=0.0) if small else options
        )
    return dataclasses.replace(schema, fields=fields)


def _jsonable(value: Any, name: str, key: str) -> Any:
    try:
        return as_json(value)
    except DataError as error:
        raise DataError(f"{name!r}: {error.message}", key) from None
