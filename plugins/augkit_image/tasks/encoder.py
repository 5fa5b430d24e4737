"""Encoder: a network for pictures, and the maps of its stages, from fine to coarse."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from augkit.errors import FieldError
from augkit.train.backbones import build
from augkit.train.names import packaged, timm_settings


class Encoder(nn.Module):
    """A timm model without its head. In: float32 (b, c, h, w), normalised, of sides that ``coarsest`` divides.

    Out: a map (b, channels, h / stride, w / stride) for each of ``strides``, in order, the last of its stages with that
    stride.
    """

    def __init__(self, model: nn.Module, stride: int | None = None) -> None:
        super().__init__()
        stages = _stages(model, stride)
        self.model, self.indices = model, [index for index, _, _ in stages]
        self.strides = [int(reduction) for _, reduction, _ in stages]
        self.channels = [int(channels) for _, _, channels in stages]
        model.prune_intermediate_layers(self.indices, prune_norm=True, prune_head=True)  # type: ignore[operator]

    @property
    def coarsest(self) -> int:
        """The stride of the last map."""
        return self.strides[-1]

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.model.forward_intermediates(x, indices=self.indices, intermediates_only=True)  # type: ignore[no-any-return, operator]


def build_encoder(
    backbone: str,
    pretrained: bool | str = True,
    stride: int | None = None,
    size: tuple[int, int] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Encoder:
    """The encoder with its weights; random ones come from torch's global generator.

    ``size`` (h, w) of the pictures, of which networks that are made for one size are told. Raises FieldError for names
    and arguments that do not exist, weights that do not fit, and networks that tell nothing of their stages.
    """
    encoder = Encoder(build(backbone, pretrained, arguments=arguments).model, stride)
    usual = _only_size(backbone)
    wanted = None if size is None else padded(size, encoder.coarsest)
    if wanted is None or usual in (None, wanted):
        return encoder
    if hasattr(encoder.model, "set_input_size"):
        encoder.model.set_input_size(img_size=wanted)
        return encoder
    return Encoder(build(backbone, pretrained, size=wanted, arguments=arguments).model, stride)


def padded(size: tuple[int, int], stride: int) -> tuple[int, int]:
    """The smallest sides of at least ``size`` that ``stride`` divides."""
    h, w = (-(-side // stride) * stride for side in size)
    return h, w


def pad_to(x: Tensor, stride: int) -> Tensor:
    """(b, c, h, w) with its last rows and columns repeated until ``stride`` divides both sides."""
    h, w = (int(side) for side in x.shape[-2:])
    below, right = (to - side for to, side in zip(padded((h, w), stride), (h, w), strict=True))
    return functional.pad(x, (0, right, 0, below), mode="replicate") if below or right else x


def _only_size(backbone: str) -> tuple[int, int] | None:
    """The one size of pictures that a network is made for unless it is told of another; None where any will do."""
    family, _, name = backbone.partition("/")
    settings = timm_settings(packaged(name).architecture if family == "pkg" else name)
    return tuple(settings.input_size[1:]) if settings.fixed_input_size else None


def _stages(model: Any, stride: int | None) -> list[tuple[int, int, int]]:
    """Index, stride and channels of the last stage of each stride, from fine to coarse."""
    known = getattr(model, "feature_info", None) or []
    if not known or not hasattr(model, "forward_intermediates"):
        raise FieldError("backbone: it tells nothing of its stages, so nothing can be decoded from them.", "backbone")
    listed = [(index, int(stage["reduction"]), int(stage["num_chs"])) for index, stage in enumerate(known)]
    last = [list(same)[-1] for _, same in groupby(sorted(listed, key=lambda stage: stage[1]), key=lambda s: s[1])]
    kept = [stage for stage in last if stride is None or stage[1] <= stride]
    if stride is not None and stride not in [reduction for _, reduction, _ in last]:
        strides = ", ".join(str(reduction) for _, reduction, _ in last)
        raise FieldError(f"stride: the backbone has no stage of stride {stride}; it has {strides}.", "stride")
    return kept
