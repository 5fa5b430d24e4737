"""Pretrained backbones: pictures in, one row of features per picture out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from augkit.errors import FieldError
from augkit.train.names import packaged, timm_settings
from augkit.train.weights import fit_weights, weights_at_hand


class Backbone(nn.Module):
    """A timm model without its head. ``stride`` keeps the stages up to that reduction and pools their last map.

    In: float32 (B, C, H, W), normalised. Out: (B, ``width``).
    """

    def __init__(self, model: nn.Module, stride: int | None = None) -> None:
        super().__init__()
        self.stage = None if stride is None else _stage(model, stride)
        if self.stage is None:
            model.reset_classifier(0)  # type: ignore[operator]
            self.width = int(getattr(model, "head_hidden_size", None) or model.num_features)  # type: ignore[arg-type]
        else:
            self.width = int(model.feature_info[self.stage]["num_chs"])  # type: ignore[index]
            model.prune_intermediate_layers([self.stage], prune_norm=True, prune_head=True)  # type: ignore[operator]
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        if self.stage is None:
            return self.model(x)  # type: ignore[no-any-return]
        maps = self.model.forward_intermediates(x, indices=[self.stage], intermediates_only=True)  # type: ignore[operator]
        return maps[-1].mean((2, 3))  # type: ignore[no-any-return]


def build(
    backbone: str,
    pretrained: bool | str = True,
    stride: int | None = None,
    size: tuple[int, int] | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Backbone:
    """The backbone with its weights. Random weights come from torch's global generator: seed it first.

    ``size`` (h, w) is handed to models that are built for one picture size. ``arguments`` go to the model's
    constructor. Raises FieldError for names and arguments that do not exist, for files that do not fit, and when
    weights would have to come from a hub that cannot be reached.
    """
    family, _, name = backbone.partition("/")
    package = packaged(name) if family == "pkg" else None
    architecture = package.architecture if package else name
    settings = timm_settings(architecture)
    weights = weights_at_hand(backbone, pretrained)
    more = dict(arguments or {})
    if size and settings.fixed_input_size and tuple(settings.input_size[1:]) != size:
        more.setdefault("img_size", size)
    model = _create(architecture, weights is None and pretrained is True, more)
    if weights is not None:
        source = f"pretrained: {pretrained}" if isinstance(pretrained, str) else backbone
        fit_weights(model, weights, source)
    return Backbone(model, stride)


def _create(architecture: str, pretrained: bool, more: Mapping[str, Any]) -> nn.Module:
    import timm

    try:
        return timm.create_model(architecture, pretrained=pretrained, **more)
    except TypeError as error:
        raise FieldError(f"timm/{architecture} does not take these arguments: {error}", "backbone_args") from error


def _stage(model: nn.Module, stride: int) -> int:
    stages = getattr(model, "feature_info", None) or []
    strides = [int(stage["reduction"]) for stage in stages]
    if not hasattr(model, "prune_intermediate_layers") or not strides:
        raise FieldError("stride: this backbone gives no features of its stages; leave stride out.", "stride")
    if stride not in strides:
        listing = ", ".join(map(str, sorted(set(strides))))
        raise FieldError(f"stride: the backbone has no stage of stride {stride}; it has {listing}.", "stride")
    return len(strides) - 1 - strides[::-1].index(stride)
