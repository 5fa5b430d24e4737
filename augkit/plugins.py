"""Finding and loading plugins: one by one, so that a broken one is reported and the others work."""

from __future__ import annotations

import sys
import time
from collections.abc import Container
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy

from augkit import hooks
from augkit.errors import PluginError
from augkit.registry import Catalogue, Registry, told


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
    for kind, cls in (("label", "Label"), ("labels", "Labels")):
        core.target(kind, f"augkit.sample:{cls}")
    core.target("value", "augkit.vocab.timeline.quantities:Value")
    core.source("manifest", "augkit.data.manifest:Manifest", "pip install 'augkit[train]'")
    core.source("demo", "augkit.data.demo:Demo")
    catalogue.add(core.entries)
    infos: list[PluginInfo] = []
    for point in sorted(entry_points(group=hooks.GROUP), key=_turn):
        infos.append(_load(point, catalogue, {info.name for info in infos}))
    for info in (info for info in infos if not info.ok):
        alone = sum(info.name == other.name for other in infos) == 1
        catalogue.broken[info.name if alone else f"{info.name} of {info.distribution}"] = info.error
    return catalogue, tuple(infos)


def _turn(point: EntryPoint) -> tuple[bool, str, str]:
    """By name, but first what comes with augkit: a stranger cannot take its names."""
    return point.dist is None or point.dist.name != "augkit", point.name, point.value


def catalogue() -> Catalogue:
    """All registered names."""
    return loaded()[0]


def _load(point: EntryPoint, catalogue: Catalogue, taken: Container[str]) -> PluginInfo:
    started = time.perf_counter()
    registry = Registry(point.name)
    api, error = None, ""
    try:
        if point.name in taken:
            raise PluginError(f"there is a plugin {point.name!r} already; its author must name it otherwise.")
        with redirect_stdout(sys.stderr):  # what a plugin prints does not belong into a command's output
            module = point.load()
            api = _api(module)
            _register(module, registry)
        catalogue.add(registry.entries)
    except KeyboardInterrupt:
        raise
    except BaseException as failure:  # a stranger's import may do anything; it must not stop the others
        error = told(failure)
    names = () if error else tuple(entry.name for entry in registry.entries)
    spent = (time.perf_counter() - started) * 1000
    dist = point.dist
    return PluginInfo(
        point.name, point.value, dist.name if dist else "?", dist.version if dist else "?", api, error, names, spent
    )


def _api(module: Any) -> int:
    name, api = getattr(module, "__name__", repr(module)), getattr(module, "AUGKIT_API", None)
    if api is None:
        raise PluginError(f"{name} does not state AUGKIT_API; write AUGKIT_API = {hooks.API}.")
    if not isinstance(api, int) or isinstance(api, bool) or api < 1:
        raise PluginError(f"{name} states AUGKIT_API = {api!r}; write AUGKIT_API = {hooks.API}.")
    if api > hooks.API:
        raise PluginError(f"{name} is for augkit API {api}, this augkit has {hooks.API}: update augkit.")
    return api


def _register(module: Any, registry: Registry) -> None:
    manager = pluggy.PluginManager("augkit")
    manager.add_hookspecs(hooks)
    manager.register(module)
    manager.check_pending()
    manager.hook.augkit_register(registry=registry)
