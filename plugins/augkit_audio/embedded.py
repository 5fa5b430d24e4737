"""Sounds that stand in a table themselves, as Hugging Face data sets hold them: ``{"bytes", "path"}`` in Parquet."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from augkit.data.table import Table, read_table
from augkit.errors import DataError, MissingDependency


@dataclass
class Held:
    """A column of sounds in a Parquet file, of which one group of rows is in memory at a time."""

    file: Path
    column: str
    _group: tuple[int, list[Any]] | None = field(default=None, repr=False)

    def cell(self, row: int) -> Any:
        """What stands in a row."""
        from pyarrow import parquet

        with parquet.ParquetFile(self.file) as opened:
            first = 0
            for group in range(opened.num_row_groups):
                count = opened.metadata.row_group(group).num_rows
                if row < first + count:
                    return self._rows(opened, group)[row - first]
                first += count
        raise DataError(f"has no row {row + 1} any more; was it written anew?", file=str(self.file))

    def _rows(self, opened: Any, group: int) -> list[Any]:
        if self._group is None or self._group[0] != group:
            self._group = group, opened.read_row_group(group, columns=[self.column])[self.column].to_pylist()
        return self._group[1]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_group": None}


def read_with_sounds(
    path: Path, delimiter: str | None = None, encoding: str | None = None
) -> tuple[Table, dict[str, Held]]:
    """A table; of Parquet, columns that hold sounds are left where they are, their cells being the ``path`` in them."""
    if path.suffix.lower() != ".parquet":
        return read_table(path, delimiter, encoding), {}
    try:
        from pyarrow import ArrowException, parquet, types
    except ImportError as error:
        raise MissingDependency(f"{path}: Parquet needs pyarrow: pip install 'augkit[train]'") from error
    try:
        schema = parquet.read_schema(path)
        inside = {one.name: {inner.name for inner in one.type} for one in schema if types.is_struct(one.type)}
        held = {name: Held(path, name) for name, names in inside.items() if _is_sound(names)}
        rest = [name for name in schema.names if name not in held]
        columns = parquet.read_table(path, columns=rest).to_pydict()
        count = parquet.read_metadata(path).num_rows
        for name in held:  # pyarrow calls the column of "audio.path" path
            paths = parquet.read_table(path, columns=[f"{name}.path"]).columns if "path" in inside[name] else ()
            columns[name] = paths[0].to_pylist() if paths else [None] * count
    except (ArrowException, OSError) as error:
        raise DataError(f"cannot be read: {error}", file=str(path)) from None
    return Table(str(path), {name: columns[name] for name in schema.names}, list(range(1, count + 1))), held


def _is_sound(inner: set[str]) -> bool:
    return bool(inner & {"bytes", "array"}) and inner <= {"bytes", "array", "path", "sampling_rate"}


def sound_in(cell: Any, place: str) -> bytes | str:
    """The bytes of a sound file, or a file's name, out of ``{"bytes", "path", "array", "sampling_rate"}``.

    DataError with ``place`` where there is neither, and where samples come without a rate.
    """
    if isinstance(cell, str):
        return cell
    if not isinstance(cell, Mapping):
        raise DataError(f"got {type(cell).__name__} for a sound; expected a file name, or bytes and path.", file=place)
    if cell.get("bytes"):
        return bytes(cell["bytes"])
    if cell.get("array") is not None:
        return _as_file(cell["array"], cell.get("sampling_rate"), place)
    if isinstance(cell.get("path"), str) and cell["path"]:
        return str(cell["path"])
    raise DataError("holds a sound of neither bytes nor path.", file=place)


def _as_file(array: Any, rate: Any, place: str) -> bytes:
    """Samples as the bytes of a WAV of float32, which is what is read from any other sound."""
    samples = np.asarray(array, dtype=np.float32)
    if samples.ndim != 1 or not len(samples):
        raise DataError(f"holds samples of shape {samples.shape}; expected (n,), not empty.", file=place)
    if isinstance(rate, bool) or not isinstance(rate, int) or rate < 1:
        raise DataError(f"holds samples at a sampling_rate of {rate!r}; expected Hz.", file=place)
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV", subtype="FLOAT")
    return file.getvalue()
