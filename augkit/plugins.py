"""Finding and loading plugins: one by one, so that a broken one is reported and the others work."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from augkit import hooks
from augkit.errors import PluginError
from augkit.registry import Catalogue, Registry


@dataclass(frozen=True)
class PluginInfo:
    """What became of one plugin; ``error`` is empty where it loaded."""

    name: str
    module: str
    distribution: str
    version: str
    api: int | None
    error: str
    names: tuple[str, ...]
    load_ms: float

    @property
    def ok(self) -> bool:
        return not self.error


@cache
def loaded() -> tuple[Catalogue, tuple[PluginInfo, ...]]:
    """All names of all installed plugins, and what became of each plugin. Done once a process."""
    catalogue = Catalogue()
    core = Registry("augkit")
    for kind, cls in (("label", "Label"), ("labels", "Labels"), ("value", "Value")):
        core.target(kind, f"augkit.sample:{cls}")
    core.source("manifest", "augkit.data.manifest:Manifest", "pip install 'augkit[train]'")
    catalogue.add(core.entries)
    points = sorted(entry_points(group=hooks.GROUP), key=lambda point: (point.name, point.value))
    infos = tuple(_load(point, catalogue) for point in points)
    catalogue.broken.update({info.name: info.error for info in infos if not info.ok})
    return catalogue, infos


def catalogue() -> Catalogue:
    """All registered names."""
    return loaded()[0]


def _load(point: EntryPoint, catalogue: Catalogue) -> PluginInfo:
    started = time.perf_counter()
    registry = Registry(point.name)
    api, error = None, ""
    try:
        module = point.load()
        api = getattr(module, "AUGKIT_API", None)
        _register(module, api, registry)
        catalogue.add(registry.entries)
    except (Exception, SystemExit) as failure:  # a stranger's import may do anything; it must not stop the others
        error = f"{type(failure).__name__}: {failure}"
    names = () if error else tuple(entry.name for entry in registry.entries)
    spent = (time.perf_counter() - started) * 1000
    dist = point.dist
    return PluginInfo(
        point.name, point.value, dist.name if dist else "?", dist.version if dist else "?", api, error, names, spent
    )


def _register(module: Any, api: int | None, registry: Registry) -> None:
    if api is None:
        raise PluginError(f"{module.__name__} does not state AUGKIT_API; write AUGKIT_API = {hooks.API}.")
    if api > hooks.API:
        raise PluginError(f"{module.__name__} is for augkit API {api}, this augkit has {hooks.API}: update augkit.")
    manager = pluggy.PluginManager("augkit")
    manager.add_hookspecs(hooks)
    manager.register(module)
    manager.check_pending()
    manager.hook.augkit_register(registry=registry)
