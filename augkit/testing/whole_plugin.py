"""All laws over all that one plugin registers: what ``augkit test-plugin`` runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from augkit.errors import AugkitError, PluginError
from augkit.plugins import catalogue, loaded
from augkit.testing.laws import Report, check
from augkit.testing.suite import examples_of
from augkit.words import suggestion


@dataclass(frozen=True)
class Judged:
    """One name that a plugin registers: the ``report`` of a step, or the ``error`` that it cannot be had."""

    role: str
    name: str
    report: Report | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether it can be had, and breaks no law; there may be none that applies."""
        return not self.error and (self.report is None or not self.report.broken)


def judged(plugin: str, laws: tuple[str, ...] | None = None, examples: int | None = None) -> Iterator[Judged]:
    """Every name of a plugin, imported; and every step proved, once for each of its ``law_examples``.

    PluginError: no plugin of that name, one that does not load, or one that registers nothing.
    """
    info = next((info for info in loaded()[1] if info.name == plugin), None)
    if info is None:
        names = [info.name for info in loaded()[1]]
        raise PluginError(
            f"no plugin {plugin!r} is installed.{suggestion(plugin, names)} There are: {', '.join(names)}."
        )
    if not info.ok:
        raise PluginError(f"plugin {plugin!r} does not load: {info.error}")
    entries = [entry for entry in catalogue().all_entries() if entry.plugin == plugin]
    if not entries:
        raise PluginError(f"plugin {plugin!r} registers nothing: a test of nothing would pass.")
    for entry in entries:
        try:
            entry.load()
            steps = examples_of(entry.name) if entry.role == "transform" else ()
        except AugkitError as error:
            yield Judged(entry.role, entry.name, error=str(error))
            continue
        if entry.role != "transform":
            yield Judged(entry.role, entry.name)
        for step in steps:
            yield Judged(entry.role, entry.name, check(step, laws, examples))
