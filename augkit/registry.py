"""Names and where they live: registered as ``"module:Class"`` strings, imported on first use."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from augkit.aside import prints_aside
from augkit.errors import AugkitError, MissingDependency, PluginError
from augkit.words import printable, suggestion

Role = Literal[
    "transform",
    "target",
    "kernels",
    "reader",
    "writer",
    "source",
    "demo",
    "starter",
    "policy",
    "corruptions",
    "task",
    "calibration",
    "panel",
    "world",
    "importer",
]
_HAS: Mapping[Role, str] = {
    "transform": "from_fields",
    "target": "options_type",
    "source": "from_fields",
    "task": "config_type",
    "demo": "from_fields",
}


def told(error: BaseException) -> str:
    """An error of a stranger's as one line that a terminal can show."""
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = "(its message cannot be shown)"
    name = type(error).__name__
    return printable(f"{name}: {words}" if words else name)


def _import(module: str) -> Any:
    if module in sys.modules:
        return importlib.import_module(module)  # waits where another thread is about it
    with prints_aside:
        return importlib.import_module(module)


@dataclass(frozen=True)
class Entry:
    """One registered name. ``install`` is what to type when its import fails."""

    role: Role
    name: str
    path: str
    plugin: str
    install: str | None = None
    modality: str | None = None

    def load(self) -> Any:
        """Import what the name stands for."""
        loaded = self._imported()
        if (needed := _HAS.get(self.role)) and not hasattr(loaded, needed):
            raise PluginError(
                f"plugin {self.plugin!r} registers the {self.role} {self.name!r} as {self.path!r}, which is none: "
                f"it has no {needed!r}."
            )
        return loaded

    def _imported(self) -> Any:
        module, _, attribute = self.path.partition(":")
        try:
            loaded = _import(module)
        except ImportError as error:
            hint = f" Install it: {self.install}" if self.install else ""
            raise MissingDependency(
                f"{self.name!r} of plugin {self.plugin!r} needs {error.name or error}.{hint}"
            ) from error
        except AugkitError:
            raise
        except (Exception, SystemExit) as error:  # a path may be junk, and an import may do anything
            raise PluginError(
                f"plugin {self.plugin!r} registers {self.name!r} as {self.path!r}, which fails: {told(error)}"
            ) from error
        try:
            return getattr(loaded, attribute) if attribute else loaded
        except AttributeError:
            raise PluginError(
                f"plugin {self.plugin!r} registers {self.name!r} as {self.path!r}, but {module} has no {attribute!r}."
            ) from None


@dataclass
class Registry:
    """What one plugin registers. A name that is taken, or a path that is no ``module:Class``, raises PluginError."""

    plugin: str
    install: str | None = None
    entries: list[Entry] = field(default_factory=list)

    def transform(self, name: str, path: str, install: str | None = None) -> None:
        """A step: ``image/hflip``, ``acme/rain``. The part before the slash is its modality or the plugin's prefix."""
        if not isinstance(name, str) or name.count("/") != 1 or not all(name.split("/")):
            raise PluginError(f"plugin {self.plugin!r}: a step's name reads prefix/name, got {name!r}.")
        self._add("transform", name, path, install)

    def target(self, kind: str, path: str, modality: str | None = None) -> None:
        """A kind of target, as ``sample:`` names it. ``modality`` is the prefix of the steps that it brings into
        play.
        """
        self._add("target", kind, path, modality=modality)

    def kernels(self, module: str) -> None:
        """A module whose import declares kernels (``@moves``) for targets and Params that live elsewhere."""
        self._add("kernels", module, module)

    def reader(self, kind: str, path: str, install: str | None = None) -> None:
        """A function ``(path, **options) -> value`` that reads a file for fields of this kind."""
        self._add("reader", kind, path, install)

    def writer(self, kind: str, path: str, install: str | None = None) -> None:
        """A function ``(target, **options) -> (ending, bytes)`` that makes a file which the kind's reader reads."""
        self._add("writer", kind, path, install)

    def source(self, name: str, path: str, install: str | None = None) -> None:
        """A source of samples, as ``source: {name: {...}}`` names it."""
        self._add("source", name, path, install)

    def demo(self, name: str, path: str, install: str | None = None) -> None:
        """A source that needs no files, as ``source: {demo: name}`` opens it; its fields stand beside the name."""
        self._add("demo", name, path, install)

    def starter(self, name: str, path: str, install: str | None = None) -> None:
        """A ``recipe.starting.Starter``: ``augkit init`` asks it whether it knows the data, and for a recipe if so."""
        self._add("starter", name, path, install)

    def task(self, name: str, path: str, install: str | None = None) -> None:
        """A kind of training, as ``train: {task: name}`` names it: an ``augkit.train.task.Task``."""
        self._add("task", name, path, install)

    def policy(self, modality: str, path: str) -> None:
        """The steps that a policy without ``steps`` chooses among, for samples of this modality: a tuple of full names,
        or of ``{name: fields}``. It is one plugin's to say, so that installing another changes no recipe.
        """
        self._add("policy", modality, path)

    def corruptions(self, kind: str, path: str) -> None:
        """What a comparison does to validation samples with a carrier of this kind, to see what networks stand: a
        mapping, name → five steps with their fields, the mildest first, each as ``{full name: fields}``.
        """
        self._add("corruptions", kind, path)

    def calibration(self, modality: str, path: str) -> None:
        """A ``carriers.Calibrate``, which ``augkit bench --calibrate`` asks for the costs of this modality's runner on
        this machine.
        """
        self._add("calibration", modality, path)

    def panel(self, kind: str, path: str) -> None:
        """How ``augkit preview`` shows a carrier of this kind: a function ``(name, carrier, beside) -> HTML``, where
        ``beside`` maps the fields that move with it to their targets; text from the data must be escaped.
        """
        self._add("panel", kind, path)

    def world(self, name: str, path: str) -> None:
        """An ``augkit.testing.World``: samples of a modality, on which the laws are proved for every step that acts on
        its carrier.
        """
        self._add("world", name, path)

    def importer(self, name: str, path: str, install: str | None = None) -> None:
        """An ``augkit.recipe.foreign.Importer``: how another library's pipelines become steps of a recipe."""
        self._add("importer", name, path, install)

    def __getattr__(self, name: str) -> Any:
        known = [each for each in vars(Registry) if not each.startswith("_")]
        raise AttributeError(
            f"plugin {self.plugin!r} asks for registry.{name}, which there is not.{suggestion(name, known)} "
            f"There are: {', '.join(known)}."
        )

    def _add(self, role: Role, name: str, path: str, install: str | None = None, modality: str | None = None) -> None:
        if not isinstance(name, str) or not name or not name.isprintable():
            raise PluginError(f"plugin {self.plugin!r}: {name!r} is no name of a {role}.")
        if not isinstance(path, str) or (role != "kernels" and ":" not in path):
            raise PluginError(f"plugin {self.plugin!r}: {name!r} needs a path like 'module:Class', got {path!r}.")
        if any((entry.role, entry.name) == (role, name) for entry in self.entries):
            raise PluginError(f"plugin {self.plugin!r} registers the {role} {name!r} twice.")
        self.entries.append(Entry(role, name, path, self.plugin, install or self.install, modality))


class Catalogue:
    """All registered names of all plugins that loaded."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self.broken: dict[str, str] = {}
        self.add(entries)

    def add(self, entries: Iterable[Entry]) -> None:
        """Take in one plugin's names, all or none."""
        new: dict[tuple[str, str], Entry] = {(entry.role, entry.name): entry for entry in entries}
        for role, name in new.keys() & self._entries.keys():
            taken = self._entries[role, name]
            raise PluginError(
                f"plugin {new[role, name].plugin!r} registers the {role} {name!r}, which {taken.plugin!r} has."
            )
        self._entries |= new

    def names(self, role: Role) -> list[str]:
        """All names of a role, in order."""
        return sorted(name for r, name in self._entries if r == role)

    def entries(self, role: Role) -> list[Entry]:
        """All entries of a role, by name."""
        return [self._entries[role, name] for name in self.names(role)]

    def all_entries(self) -> list[Entry]:
        """Every entry of every role, as registered."""
        return list(self._entries.values())

    def find(self, role: Role, name: str) -> Entry:
        """The entry of an exact name, or PluginError with the nearest names."""
        entry = self._entries.get((role, name))
        if entry is None:
            raise PluginError(f"unknown {role} {name!r}.{suggestion(name, self.names(role))}{self._broken_hint()}")
        return entry

    def load(self, role: Role, name: str) -> Any:
        """What an exact name stands for."""
        return self.find(role, name).load()

    def step(self, name: str, modalities: Iterable[str] | None = None) -> Entry:
        """The step of a full or short name. Short names must be unambiguous among the ``modalities`` of the sample."""
        if "/" in name:
            if ("transform", name) not in self._entries:
                raise PluginError(
                    f"unknown step {name!r}.{suggestion(name, self.names('transform'))}{self._broken_hint()}"
                )
            return self._entries["transform", name]
        known = self.modalities()
        fitting = self.sharing(name)
        if modalities is not None:
            present = set(modalities)
            narrowed = [
                full for full in fitting if full.partition("/")[0] in present or full.partition("/")[0] not in known
            ]
            fitting = narrowed or fitting
        if len(fitting) == 1:
            return self._entries["transform", fitting[0]]
        if fitting:
            raise PluginError(f"step {name!r} is ambiguous; write one of {', '.join(fitting)}.")
        short = {full.partition("/")[2] for full in self.names("transform")}
        raise PluginError(f"unknown step {name!r}.{suggestion(name, short)}{self._broken_hint()}")

    def sharing(self, short: str) -> list[str]:
        """The full names of the steps of this short name."""
        return [full for full in self.names("transform") if full.partition("/")[2] == short]

    def modalities(self) -> set[str]:
        """The prefixes that registered kinds of target bring into play."""
        return {entry.modality for entry in self.entries("target") if entry.modality}

    def import_kernels(self, plugins: Iterable[str]) -> None:
        """Import the kernel modules of these plugins."""
        wanted = set(plugins)
        for entry in self.entries("kernels"):
            if entry.plugin in wanted:
                entry.load()

    def _broken_hint(self) -> str:
        if not self.broken:
            return ""
        listing = "; ".join(f"{name}: {reason}" for name, reason in self.broken.items())
        return f" Plugins that failed to load may have it ({listing}); see `augkit plugins`."
