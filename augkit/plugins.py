"""Finding and loading plugins: one by one, so that a broken one is reported and the others work."""

from __future__ import annotations

import os
import time
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

import pluggy

from augkit import hooks
from augkit.aside import prints_aside
from augkit.errors import PluginError
from augkit.registry import Catalogue, Registry, told
from augkit.words import suggestion

ONLY, WITHOUT = "AUGKIT_PLUGINS", "AUGKIT_NO_PLUGINS"
"""Variables of the environment that list plugins: the only ones to load, or those to leave out."""


@dataclass(frozen=True)
class PluginInfo:
    """What became of one plugin; ``error`` is empty where it loaded, and says why where it did not or was left out."""

    name: str
    module: str
    distribution: str
    version: str
    api: int | None
    error: str
    names: tuple[str, ...]
    load_ms: float
    status: Literal["loaded", "failed", "left out"]

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
    points = sorted(entry_points(group=hooks.GROUP), key=_turn)
    for point in points:
        why = _left_out(point.name)
        infos.append(_unloaded(point, why) if why else _load(point, catalogue, {info.name for info in infos}))
    infos += [_absent(name, points) for name in _listed(ONLY) or () if all(name != point.name for point in points)]
    for info in (info for info in infos if not info.ok):
        alone = sum(info.name == other.name for other in infos) == 1
        catalogue.broken[info.name if alone else f"{info.name} of {info.distribution}"] = info.error
    return catalogue, tuple(infos)


def _listed(variable: str) -> list[str] | None:
    """The names that a variable of the environment lists; None where it is not set."""
    given = os.environ.get(variable)
    return None if given is None else [name.strip() for name in given.split(",") if name.strip()]


def _left_out(name: str) -> str:
    only, without = _listed(ONLY), _listed(WITHOUT) or ()
    if only is not None and name not in only:
        return f"{ONLY} does not name it"
    return f"{WITHOUT} (or --no-plugin) names it" if name in without else ""


def _absent(name: str, points: Sequence[EntryPoint]) -> PluginInfo:
    hint = suggestion(name, [point.name for point in points])
    return PluginInfo(name, "?", "?", "?", None, f"{ONLY} names it, but it is not installed.{hint}", (), 0.0, "failed")


def _unloaded(point: EntryPoint, why: str) -> PluginInfo:
    return PluginInfo(point.name, point.value, *_distribution(point), None, why, (), 0.0, "left out")


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else ("?", "?")


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
        with prints_aside:
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
    status: Literal["loaded", "failed"] = "failed" if error else "loaded"
    return PluginInfo(point.name, point.value, *_distribution(point), api, error, names, spent, status)


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
    _check_hooks(module, manager)
    manager.hook.augkit_register(registry=registry)


def _check_hooks(module: Any, manager: pluggy.PluginManager) -> None:
    """PluginError for an implementation of a hook that there is not, and for a module that implements none."""
    known = [name for name in vars(hooks) if name.startswith("augkit_")]
    marked = [name for name in dir(module) if manager.parse_hookimpl_opts(module, name) is not None]
    for name in marked:
        if name not in known:
            raise PluginError(f"there is no hook {name!r}.{suggestion(name, known)} Hooks: {', '.join(known)}.")
    if not marked:
        raise PluginError(
            f"{getattr(module, '__name__', module)} implements no hook, so it registers nothing; write "
            f"@augkit.hookimpl above def augkit_register(registry)."
        )
