"""How a series follows: every move of time by one kernel, what is erased by another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import augkit
from augkit.vocab.timeline import TimeErase, TimeMove
from augkit_series.series import Series

_WHOLE = 1e-6
"""Places so near to a sample are that sample: a cut or a shift moves the very numbers."""


@augkit.moves(TimeMove, Series)
def series_follows_time(series, move):
    """Every sample of the output is read where it comes from, between its two neighbours; zeros where nothing is."""
    if move.is_identity():
        return series
    moments = (np.arange(move.samples_out) + 0.5) / series.rate
    at = move.origins(moments) * series.rate - 0.5
    there = np.isfinite(at)
    at = np.clip(at[there], 0, len(series.values) - 1)
    at = np.where(np.abs(at - np.round(at)) < _WHOLE, np.round(at), at)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(series.values) - 1)
    part = (at - low).astype(np.float32)[:, None]
    values = np.zeros((move.samples_out, series.values.shape[1]), dtype=np.float32)
    values[there] = series.values[low] * (1 - part) + series.values[high] * part
    return replace(series, values=values)


@augkit.moves(TimeErase, Series)
def series_follows_erase(series, erase):
    """Zeros where it is covered."""
    covered = erase.covers((np.arange(len(series.values)) + 0.5) / series.rate)
    return (
        series
        if not covered.any()
        else replace(series, values=np.where(covered[:, None], np.float32(0), series.values))
    )
