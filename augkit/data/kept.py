"""What fitted steps have measured, kept beside the recipe: in ``<recipe>.fitted.json``, and large arrays in ``.npz``.

An ``.npz`` is named by its contents, ``<recipe>.fitted.<digest>.npz``, so that it never changes; the JSON says which
belongs to which step. Files are written whole.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from augkit.data.whole import write_whole
from augkit.errors import DataError
from augkit.recipe.resolved import as_written

Arrays = Mapping[str, np.ndarray]

_CHANGED = "is not what was measured"


@runtime_checkable
class HoldsArrays(Protocol):
    """A field's value that is made of arrays: they are kept by name, and the field is given a mapping of them."""

    def arrays(self) -> Arrays:
        """What it is made of."""


def kept(file: Path | None, name: str) -> dict[str, Any] | None:
    """The fields kept under ``name``, arrays read-only; None where there are none, or their arrays are gone.

    DataError for what is no JSON, and for arrays that have been changed.
    """
    entry = _read(file).get(name)
    if file is None or entry is None:
        return None
    fields = dict(entry["fields"])
    for field, value in fields.items():
        if isinstance(value, Mapping) and set(value) == {"arrays"}:
            path = _arrays_file(file, str(value["arrays"]))
            if not path.is_file():
                return None
            fields[field] = _read_arrays(path, str(value["arrays"]))
    return fields


def keep(file: Path | None, name: str, about: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Keep ``fields`` under ``name``; nothing where the folder is read-only: the next run measures the same again."""
    if file is None:
        return
    with _passing_over_read_only():
        plain = {field: _keep_arrays(file, value) for field, value in fields.items()}
        text = json.dumps({**_read(file), name: {**about, "fields": plain}}, indent=1, sort_keys=True) + "\n"
        write_whole(file, lambda new: new.write_bytes(text.encode()), _ours())


@contextlib.contextmanager
def _passing_over_read_only() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # a disk mounted read-only is no PermissionError
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise


def _read(file: Path | None) -> dict[str, Any]:
    if file is None or not file.is_file():
        return {}
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise DataError(f"is no JSON ({error}); delete it, and the steps are fitted anew.", file=str(file)) from None


def _keep_arrays(file: Path, value: Any) -> Any:
    if not isinstance(value, HoldsArrays):
        return as_written(value)
    arrays = dict(value.arrays())
    digest = _digest(arrays)
    if not _arrays_file(file, digest).is_file():
        write_whole(_arrays_file(file, digest), lambda new: _savez(new, arrays), _ours())
    return {"arrays": digest}


def _arrays_file(file: Path, digest: str) -> Path:
    return file.with_name(f"{file.name.removesuffix('.json')}.{digest}.npz")


def _read_arrays(path: Path, digest: str) -> dict[str, np.ndarray]:
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        intact = _digest(arrays) == digest
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataError(f"{_CHANGED} ({error}); delete it, and the steps are fitted anew.", file=str(path)) from None
    if not intact:
        raise DataError(f"{_CHANGED}; delete it, and the steps are fitted anew.", file=str(path))
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _digest(arrays: Arrays) -> str:
    hashed = hashlib.blake2b(digest_size=8)
    for name, array in sorted(arrays.items()):
        hashed.update(repr((name, array.shape, array.dtype.str)).encode())
        hashed.update(np.ascontiguousarray(array).tobytes())
    return hashed.hexdigest()


def _savez(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as stream:  # to a path numpy would add an ending
        np.savez(stream, **arrays)  # type: ignore[arg-type]


def _ours() -> str:
    return f"{os.getpid()}.part"  # several processes may fit the same step at once
