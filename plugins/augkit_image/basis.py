"""Basis: the directions in which pictures of one size vary most, measured once and never changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from augkit.errors import DataError, FieldError
from augkit_image.border import Array

LARGEST = 4096

_AT_ONCE = 256
_FLAT = 1e-10  # of the largest variance: below it a direction holds rounding, not pictures


class Basis(Mapping[str, Any]):
    """Principal components of pictures: ``shape`` (c, h, w), ``mean`` (d,), ``components`` (k, d) of length 1, the
    largest ``spread`` (k,: the standard deviation along each) first.

    As a mapping it holds plain lists, which read back the same. Its arrays are float32 and read-only; two are equal
    when their numbers are.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        if set(given) != {"shape", "mean", "components", "spread"}:
            raise FieldError(f"basis: got {sorted(given)}; expected shape, mean, components and spread.", "basis")
        if isinstance(given, Basis):
            given = given.arrays()
        try:
            self.shape = tuple(int(side) for side in given["shape"])
            self.mean, self.components, self.spread = (
                _locked(given[name]) for name in ("mean", "components", "spread")
            )
        except (TypeError, ValueError):
            raise FieldError("basis: shape, mean, components and spread are lists of numbers.", "basis") from None
        count, d = len(self.spread), int(np.prod(self.shape))
        if len(self.shape) != 3 or self.mean.shape != (d,) or self.components.shape != (count, d) or not count:
            raise FieldError(
                f"basis: a shape {list(self.shape)} (c, h, w) of {d} numbers, a mean of {list(self.mean.shape)}, "
                f"components of {list(self.components.shape)} and a spread of {list(self.spread.shape)} do not fit.",
                "basis",
            )

    def arrays(self) -> dict[str, Array]:
        """What it is made of."""
        shape = np.array(self.shape, dtype=np.int64)
        return {"shape": shape, "mean": self.mean, "components": self.components, "spread": self.spread}

    def __getitem__(self, name: str) -> Any:
        return self.arrays()[name].tolist()

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays())

    def __len__(self) -> int:
        return 4

    @cached_property
    def digest(self) -> str:
        """16 hex digits of all numbers."""
        hashed = hashlib.blake2b(repr(self.shape).encode(), digest_size=8)
        for array in (self.mean, self.components, self.spread):
            hashed.update(np.ascontiguousarray(array).tobytes())
        return hashed.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Basis) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Basis({len(self.spread)} components of {list(self.shape)}, {self.digest})"

    def coefficients(self, values: Array) -> Array:
        """How far (k,) a picture (c, h, w) lies from the mean along each component; DataError for another shape."""
        if values.shape != self.shape:
            met = f"met one of {_told(values.shape)}; put `resize` before it."
            raise DataError(f"measured on pictures of {_told(self.shape)}, {met}")
        # einsum sums in one order whatever the number of threads; BLAS does not.
        return np.einsum("kd,d->k", self.components, values.reshape(-1) - self.mean)

    def picture(self, coefficients: Array) -> Array:
        """The sum (c, h, w) of the components, each so many times; without the mean."""
        return np.einsum("k,kd->d", coefficients.astype(np.float32), self.components).reshape(self.shape)


def _locked(numbers: Any) -> Array:
    array = np.array(numbers, dtype=np.float32)
    array.flags.writeable = False
    return array


def _told(shape: Iterable[int]) -> str:
    c, h, w = shape
    return f"{h} × {w} px, {c} channel{'s' if c > 1 else ''}"


def measure(pictures: Iterable[Array], components: int | None) -> Basis:
    """The basis of float32 ``pictures`` (c, h, w), which are read once, 256 at a time.

    ``components``: the first so many, or all in which the pictures vary at all. Sums are float64; another order of the
    pictures changes their last digits, and no more. DataError: none, or of several shapes, or of more than 4,096
    numbers, or that vary in fewer directions.
    """
    count, shape, first, second = _sums(pictures)
    mean = first / count
    variances, vectors = np.linalg.eigh(second / count - np.outer(mean, mean))
    variances, vectors = variances[::-1], vectors.T[::-1]
    rank = min(int((variances > _FLAT * max(variances[0], _FLAT)).sum()), count - 1)
    kept = rank if components is None else components
    if kept > rank or not rank:
        raise DataError(
            f"{count} pictures of {_told(shape)} vary in {rank} directions; components: at most {rank}, not {kept}."
        )
    signs = np.sign(vectors[np.arange(kept), np.abs(vectors[:kept]).argmax(axis=1)])
    shift = 0.5  # taken away while summing
    return Basis(
        {
            "shape": shape,
            "mean": mean + shift,
            "components": vectors[:kept] * signs[:, None],
            "spread": np.sqrt(variances[:kept]),
        }
    )


def _sums(pictures: Iterable[Array]) -> tuple[int, tuple[int, int, int], Array, Array]:
    """Count, shape, sum and sum of products of the pictures less 0.5, which keeps the products small."""
    pictures = iter(pictures)
    head = next(pictures, None)
    if head is None:
        raise DataError("no picture to measure.")
    shape, d = head.shape, head.size
    if d > LARGEST:
        raise DataError(
            f"a picture of {_told(shape)} has {d:,} numbers, each of which would vary with each: at most {LARGEST:,}. "
            "Put `resize` (to 32 px, say) or a reader's `mode: gray` before it."
        )
    count, first, second = 0, np.zeros(d), np.zeros((d, d))
    chunk = [head, *islice(pictures, _AT_ONCE - 1)]
    while chunk:
        rows = _rows(chunk, shape)
        count, first, second = count + len(rows), first + rows.sum(axis=0), second + rows.T @ rows
        chunk = list(islice(pictures, _AT_ONCE))
    return count, shape, first, second


def _rows(chunk: list[Array], shape: tuple[int, ...]) -> Array:
    other = next((picture.shape for picture in chunk if picture.shape != shape), None)
    if other is not None:
        raise DataError(
            f"pictures of {_told(shape)} and of {_told(other)} cannot be measured together; put `resize` before it."
        )
    return np.stack(chunk).reshape(len(chunk), -1).astype(np.float64) - 0.5
