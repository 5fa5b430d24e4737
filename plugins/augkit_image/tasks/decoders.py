"""Decoders: from the maps of an encoder's stages to logits of every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from augkit_image.tasks.encoder import Encoder
    from augkit_image.tasks.segmentation import SegmentationConfig

_MOST = 256


class UNet(nn.Module):
    """From the coarsest map up (Ronneberger et al. 2015): each map twice as large, beside the encoder's of that size,
    and two convolutions; where the encoder has no map so fine, the convolutions alone.

    ``channels`` at full size, twice as many at each halving and 256 at most.
    """

    def __init__(self, encoder: Encoder, classes: int, channels: int = 16, dropout: float = 0.0) -> None:
        super().__init__()
        *finer, coarsest = zip(encoder.strides, encoder.channels, strict=True)
        self.skips = [stride for stride, _ in reversed(finer)]
        beside = dict(finer)
        strides = _halved(coarsest[0], self.skips)
        widths = [coarsest[1], *(min(_MOST, channels * stride) for stride in strides)]
        self.blocks = nn.ModuleList(
            nn.Sequential(_convolution(a + beside.get(stride, 0), b), _convolution(b, b))
            for stride, (a, b) in zip(strides, pairwise(widths), strict=True)
        )
        self.strides = strides
        self.dropout = nn.Dropout2d(dropout)
        self.last = nn.Conv2d(widths[-1], classes, 1)

    def forward(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Logits (b, classes, h, w) of the maps of a picture (h, w), from fine to coarse."""
        *finer, x = maps
        skips = dict(zip(self.skips, reversed(finer), strict=True))
        for stride, block in zip(self.strides, self.blocks, strict=True):
            skip = skips.get(stride)
            to = skip.shape[-2:] if skip is not None else (-(-size[0] // stride), -(-size[1] // stride))
            x = functional.interpolate(x, size=to, mode="nearest")
            x = block(x if skip is None else torch.cat((x, skip), 1))
        return self.last(self.dropout(x))  # type: ignore[no-any-return]


class FPN(nn.Module):
    """A pyramid of maps with ``channels`` each (Lin et al. 2017), every one of which has two convolutions; their sum,
    as large as the finest, is read (Kirillov et al. 2019) and enlarged.
    """

    def __init__(self, encoder: Encoder, classes: int, channels: int = 128, dropout: float = 0.0) -> None:
        super().__init__()
        first = next((n for n, stride in enumerate(encoder.strides) if stride >= 4), len(encoder.strides) - 1)
        self.first = first  # maps finer than a quarter cost much and say little
        self.lateral = nn.ModuleList(nn.Conv2d(inner, channels, 1) for inner in encoder.channels[first:])
        self.smooth = nn.ModuleList(
            nn.Sequential(_convolution(channels, channels), _convolution(channels, channels)) for _ in self.lateral
        )
        self.dropout = nn.Dropout2d(dropout)
        self.last = nn.Conv2d(channels, classes, 1)

    def forward(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """As ``UNet``'s."""
        pyramid = [lateral(x) for lateral, x in zip(self.lateral, maps[self.first :], strict=True)]
        for finer in range(len(pyramid) - 2, -1, -1):
            pyramid[finer] = pyramid[finer] + functional.interpolate(pyramid[finer + 1], size=pyramid[finer].shape[-2:])
        finest = pyramid[0].shape[-2:]
        smoothed = [smooth(x) for smooth, x in zip(self.smooth, pyramid, strict=True)]
        total = smoothed[0]
        for x in smoothed[1:]:
            total = total + _enlarged(x, finest)
        return _enlarged(self.last(self.dropout(total)), size)


def build_decoder(encoder: Encoder, config: SegmentationConfig, classes: int) -> UNet | FPN:
    """The decoder that ``config`` names."""
    if config.decoder == "fpn":
        return FPN(encoder, classes, config.decoder_channels or 128, config.dropout)
    return UNet(encoder, classes, config.decoder_channels or 16, config.dropout)


def _halved(coarsest: int, skips: Sequence[int]) -> list[int]:
    """The strides to go through from ``coarsest`` to 1: those of ``skips``, and halves where they are further apart."""
    made, now = [], coarsest
    while now > 1:
        below = [stride for stride in skips if stride < now]
        now = max(below[0] if below else 1, now // 2)
        made.append(now)
    return made


def _enlarged(x: Tensor, size: Sequence[int]) -> Tensor:
    return functional.interpolate(x, size=list(size), mode="bilinear", align_corners=False)


def _convolution(inner: int, outer: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inner, outer, 3, padding=1, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)
    )
