"""Series: the carrier."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

import augkit
from augkit.errors import DataError
from augkit.sample import Axis, Options

_FORMS = 'expected (values, rate) or {"values": …, "rate": …}, values float32 of shape (samples, channels)'


class SeriesOptions(Options):
    """``rate``: of files, which do not say it themselves, and what every series must have."""

    rate: Annotated[float | None, augkit.Limits(1e-6, 1e9, unit="Hz", doc="samples a second in the files")] = None


@dataclasses.dataclass(frozen=True, eq=False)
class Series(augkit.Target):
    """``values``: (samples, channels) float32 in any unit; ``rate``: samples a second, Hz, also a fraction."""

    kind, axes, carrier = "series", augkit.TIME, True
    options_type = SeriesOptions

    values: np.ndarray
    rate: float
    options: Any = dataclasses.field(default=SeriesOptions(), kw_only=True)

    def frame(self):
        return {Axis.TIME: (len(self.values), self.rate)}

    @classmethod
    def read(cls, value, options, frame):
        """From ``(values, rate)`` or a mapping of both; other types, and what is not finite, raise DataError."""
        if isinstance(value, cls):
            return value, "target"
        mapping = isinstance(value, Mapping)
        if mapping and set(value) == {"values", "rate"}:
            values, rate = value["values"], value["rate"]
        elif isinstance(value, tuple | list) and len(value) == 2:
            values, rate = value
        else:
            raise DataError(f"series: got {type(value).__name__}; {_FORMS}.")
        _check(values, rate, options)
        return cls(values, rate, options=options), "mapping" if mapping else "pair"

    def write(self, form, frame):
        match form:
            case "target":
                return self
            case "mapping":
                return {"values": self.values, "rate": self.rate}
        return self.values, self.rate

    @classmethod
    def batch(cls, targets):
        """``values`` (b, channels, longest) float32, shorter ones padded with zeros; ``lengths`` (b,); ``mask``."""
        if len({(target.values.shape[1], target.rate) for target in targets}) > 1:
            raise DataError("series: a batch needs series of one rate and as many channels.")
        lengths = np.array([len(target.values) for target in targets], dtype=np.int64)
        values = np.zeros((len(targets), targets[0].values.shape[1], int(lengths.max())), dtype=np.float32)
        for row, target in zip(values, targets, strict=True):
            row[:, : len(target.values)] = target.values.T
        return {"values": values, "lengths": lengths, "mask": np.arange(values.shape[2]) < lengths[:, None]}


def _check(values, rate, options):
    if not isinstance(values, np.ndarray) or values.dtype != np.float32:
        raise DataError(f"series: values are {getattr(values, 'dtype', type(values).__name__)}; {_FORMS}.")
    if values.ndim != 2 or 0 in values.shape:
        raise DataError(f"series: values of shape {values.shape}; {_FORMS}, not empty.")
    if not np.isfinite(values).all():
        row, channel = np.argwhere(~np.isfinite(values))[0].tolist()
        raise DataError(f"series: row {row} of channel {channel} is {values[row, channel]}; expected finite numbers.")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate < np.inf:
        raise DataError(f"series: the rate is {rate!r}; expected samples a second, above 0.")
    if options.rate is not None and rate != options.rate:
        raise DataError(f"series: the rate is {rate} Hz, and `sample` says {options.rate:g}.")
