"""Pretrained backbones: pictures in, one row of features per picture out.

What every backbone for classification has, whatever it reads: ``features``, ``stages``, ``feature_dim``,
``layer_groups`` and ``preprocess`` (``Features``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor, nn

from augkit.errors import FieldError
from augkit.train.layers import LayerGroup, grouped
from augkit.train.names import normalization, packaged, timm_settings
from augkit.train.weights import fit_weights, weights_at_hand

Stats = tuple[tuple[float, ...], tuple[float, ...]]
NEUTRAL: Stats = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


class Features(Protocol):
    """A network without its head, of any modality. ``feature_dim`` numbers of each sample."""

    feature_dim: int

    @property
    def stage_names(self) -> list[str]:
        """What each stage is called, from the input to the head."""
        ...

    @property
    def stage_dims(self) -> list[int]:
        """The width of each stage."""
        ...

    def features(self, inputs: Any) -> Tensor:
        """(n, ``feature_dim``) of a batch of n samples."""
        ...

    def stages(self, inputs: Any, upto: int | None = None) -> list[Tensor]:
        """(n, width) of each stage, from the input to the head, each with its own width; the last are ``features``."""
        ...

    def layer_groups(self) -> list[LayerGroup]:
        """All parameters, from the input to the head."""
        ...

    @property
    def preprocess(self) -> Any:
        """What inputs must have been through for the weights to understand them."""
        ...


class Backbone(nn.Module):
    """A timm model without its head. ``stride`` keeps the stages up to that reduction and pools their last map.

    In: float32 (B, C, H, W), normalised. Out: (B, ``feature_dim``). ``preprocess``: mean and std of each channel.
    """

    def __init__(self, model: nn.Module, stride: int | None = None, preprocess: Stats = NEUTRAL) -> None:
        super().__init__()
        self.preprocess = preprocess
        self.stage = None if stride is None else _stage(model, stride)
        if self.stage is None:
            model.reset_classifier(0)  # type: ignore[operator]
            self.feature_dim = int(getattr(model, "head_hidden_size", None) or model.num_features)  # type: ignore[arg-type]
        else:
            self.feature_dim = int(model.feature_info[self.stage]["num_chs"])  # type: ignore[index]
            model.prune_intermediate_layers([self.stage], prune_norm=True, prune_head=True)  # type: ignore[operator]
        self.model = model

    @property
    def width(self) -> int:
        """As ``feature_dim``."""
        return self.feature_dim

    def forward(self, x: Tensor) -> Tensor:
        if self.stage is None:
            return self.model(x)  # type: ignore[no-any-return]
        maps = self.model.forward_intermediates(x, indices=[self.stage], intermediates_only=True)  # type: ignore[operator]
        return maps[-1].mean((2, 3))  # type: ignore[no-any-return]

    def features(self, inputs: Tensor) -> Tensor:
        """As ``forward``."""
        return self(inputs)  # type: ignore[no-any-return]

    def stages(self, inputs: Tensor, upto: int | None = None) -> list[Tensor]:
        """The mean of the last map of each stage, and the features; ``upto`` so many, and no more is computed."""
        names = self.stage_names
        count = len(names) if upto is None else upto
        if len(names) == 1:
            return [self(inputs)]
        model: Any = self.model
        if count < len(names):
            wanted = list(range(count))
            maps = model.forward_intermediates(inputs, indices=wanted, stop_early=True, intermediates_only=True)
            return [each.mean((2, 3)) for each in maps]
        if self.stage is not None:
            maps = model.forward_intermediates(inputs, indices=list(range(count)), intermediates_only=True)
            return [each.mean((2, 3)) for each in maps]
        final, maps = model.forward_intermediates(inputs)
        return [*(each.mean((2, 3)) for each in maps), model.forward_head(final)]

    @property
    def stage_names(self) -> list[str]:
        """Of each stage, from the input to the head: ``stride 16``; the last: ``features``."""
        if not hasattr(self.model, "forward_intermediates"):
            return ["features"]
        known: Any = self.model.feature_info
        strides = [f"stride {stage['reduction']}" for stage in known]
        return [*strides, "features"] if self.stage is None else strides[: self.stage + 1]

    @property
    def stage_dims(self) -> list[int]:
        """The width of each stage."""
        known: Any = getattr(self.model, "feature_info", [])
        widths = [int(stage["num_chs"]) for stage in known]
        return [*widths[: len(self.stage_names) - 1], self.feature_dim]

    def layer_groups(self) -> list[LayerGroup]:
        """As timm groups them: the stem, each stage, and what follows the last."""
        model: Any = self.model
        if not hasattr(model, "group_matcher"):
            return grouped((name, child.parameters()) for name, child in model.named_children())
        from timm.models import group_parameters

        named = dict(model.named_parameters())
        numbers = group_parameters(model, model.group_matcher(coarse=True))
        return grouped((f"group {number + 1}", [named[name] for name in numbers[number]]) for number in sorted(numbers))


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
    return Backbone(model, stride, normalization(backbone))


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
