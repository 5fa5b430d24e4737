"""What a network is fed, after augmentation, against what its weights expect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from augkit.train.checks.finding import Finding, fine

FAR = 10.0
"""Means and deviations beyond it are no normalized inputs, whatever the backbone."""

_BEYOND = 0.04
_KNOWN = {
    "0 to 1, not normalized": ((0.0,) * 3, (1.0,) * 3),
    "0 to 255, not even scaled": ((0.0,) * 3, (1 / 255,) * 3),
    "-1 to 1, as mean = std = 0.5 gives": ((0.5,) * 3, (0.5,) * 3),
    "as ImageNet's mean and std give": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}


@dataclass(frozen=True)
class Expected:
    """``mean`` and ``std`` that inputs of the backbone were normalized by, one a channel; ``levels``: the least and
    greatest value that there was before, None where there are no bounds.
    """

    mean: Sequence[float]
    std: Sequence[float]
    levels: tuple[float, float] | None = (0.0, 1.0)

    def ends(self) -> list[tuple[float, float]]:
        """The least and greatest value of each channel; without levels anything."""
        if self.levels is None:
            return [(-float("inf"), float("inf"))] * len(self.mean)
        low, high = self.levels
        return [((low - m) / s, (high - m) / s) for m, s in zip(self.mean, self.std, strict=True)]


def input_statistics(inputs: Iterable[Tensor], expected: Expected | None = None) -> Finding:
    """Of batches (b, channels, ...) of floats: ``inputs-nan``, ``inputs-scale`` (far from mean 0 and std 1),
    ``inputs-normalisation`` (scaled, but not as the backbone's inputs were), or fine.
    """
    whole = torch.cat([batch.detach().double().transpose(0, 1).flatten(1) for batch in inputs], dim=1)
    bad = int((~torch.isfinite(whole)).sum())
    if bad:
        told = f"{bad} of {whole.numel()} input values are not finite"
        return Finding("inputs-nan", "problem", told, _NAN_MEANS, _NAN_ADVICE, {"not_finite": bad})
    mean, std = whole.mean(1), whole.std(1, unbiased=False)
    ends = list(zip(whole.amin(1).tolist(), whole.amax(1).tolist(), strict=True))
    told = f"inputs have mean {_row(mean)} and std {_row(std)} by channel, from {_row(whole.amin(1))} to "
    told += _row(whole.amax(1))
    numbers = {"mean": mean.tolist(), "std": std.tolist(), "min": [e[0] for e in ends], "max": [e[1] for e in ends]}
    if float(mean.abs().max()) > FAR or float(std.max()) > FAR or 0 < float(std.max()) < 1 / FAR**2:
        return Finding("inputs-scale", "problem", told, _SCALE_MEANS, _SCALE_ADVICE, numbers)
    if expected is not None and (other := _unlike(ends, expected)):
        wanted = f"; the backbone's were normalized by mean {_listed(expected.mean)} and std {_listed(expected.std)}"
        means = f"these values run {other}"
        return Finding("inputs-normalisation", "problem", told + wanted, means, _NORM_ADVICE, numbers)
    return fine("inputs", told, **numbers)


def _unlike(ends: Sequence[tuple[float, float]], expected: Expected) -> str | None:
    """How the values run instead, where they cannot have been normalized as expected; None where they can."""
    if expected.levels is None or len(ends) != len(expected.mean):
        return None
    wanted = expected.ends()
    beyond = any(
        low < a - _BEYOND * (b - a) or high > b + _BEYOND * (b - a) for (low, high), (a, b) in _pairs(ends, wanted)
    )
    others = {name: Expected(mean[: len(ends)], std[: len(ends)]).ends() for name, (mean, std) in _KNOWN.items()}
    reached = [name for name, known in others.items() if len(known) == len(ends) and _fills(ends, known)]
    if beyond:
        return reached[0] if reached else "beyond what black and white come to"
    return reached[0] if reached and not _fills(ends, wanted) else None


def _fills(ends: Sequence[tuple[float, float]], known: Sequence[tuple[float, float]]) -> bool:
    """Whether values run from one end of ``known`` to the other, in every channel."""
    return all(
        abs(low - a) <= _BEYOND * (b - a) and abs(high - b) <= _BEYOND * (b - a)
        for (low, high), (a, b) in _pairs(ends, known)
    )


def _pairs(
    ends: Sequence[tuple[float, float]], wanted: Sequence[tuple[float, float]]
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(zip(ends, wanted, strict=True))


def _row(values: Tensor) -> str:
    return _listed(values.tolist())


def _listed(values: Sequence[float]) -> str:
    shown = [f"{value:.3g}" for value in values[:4]]
    shown = shown[:1] if len(set(shown)) == 1 else shown
    return ", ".join(shown) + (" ..." if len(values) > 4 else "")


_NAN_MEANS = "a division by a std of zero, a logarithm of zero, or broken files"
_NAN_ADVICE = "augkit preview RECIPE shows what comes out of the steps; clip or drop the samples that are named there"
_SCALE_MEANS = "inputs that are not normalized, or were twice; learning is then slow or diverges"
_SCALE_ADVICE = "end steps with normalize: {like: <backbone>} (pictures) or standardize: {fit: true} (spectrograms)"
_NORM_ADVICE = "leave normalize out, and train adds the backbone's own; or write normalize: {like: <backbone>}"
