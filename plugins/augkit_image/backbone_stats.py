"""The mean and std that backbones were trained with, so that new images reach them as the old ones did."""

from __future__ import annotations

from functools import cache

from augkit.errors import FieldError, MissingDependency
from augkit.words import suggestion

Stats = tuple[tuple[float, ...], tuple[float, ...]]

_TABLE: dict[str, Stats] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "pkg/efficientnet_lite0": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}
_TIMM = "timm/"


@cache
def stats_like(name: str) -> Stats:
    """Mean and std per channel, as fractions of the range, of ``imagenet``, ``pkg/...`` or ``timm/<model>``.

    FieldError: a name nobody knows; MissingDependency: ``timm/...`` without timm.
    """
    if name in _TABLE:
        return _TABLE[name]
    if name.startswith(_TIMM):
        return _from_timm(name.removeprefix(_TIMM))
    names = [*_TABLE, f"{_TIMM}<model>"]
    raise FieldError(f"like: unknown {name!r}.{suggestion(name, _TABLE)} One of {', '.join(names)}.", "like")


def _from_timm(model: str) -> Stats:
    try:
        import timm
        from timm.models import get_pretrained_cfg
    except ImportError:
        raise MissingDependency(f"'{_TIMM}{model}' needs timm. Install it: pip install 'augkit[train]'") from None
    architecture, _, tag = model.partition(".")
    if not timm.is_model(architecture):
        raise FieldError(f"like: timm has no model {model!r}.{suggestion(architecture, timm.list_models())}", "like")
    try:
        config = get_pretrained_cfg(model)
    except RuntimeError:
        config = None
    if config is None or config.mean is None or config.std is None:
        raise FieldError(f"like: timm knows no weights {tag!r} of {architecture!r}; leave the tag out.", "like")
    return tuple(map(float, config.mean)), tuple(map(float, config.std))
