"""The hooks: all that augkit asks of a plugin, on one page.

A plugin is a module named by an entry point in the group ``augkit.plugins``. It states ``AUGKIT_API = 1`` and
implements what it needs of the following with ``@augkit.hookimpl``. Registration must be cheap: names and
``"module:Class"`` strings, no imports, since every worker process does it anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from augkit.registry import Registry

API = 1
GROUP = "augkit.plugins"

hookspec = pluggy.HookspecMarker("augkit")
hookimpl = pluggy.HookimplMarker("augkit")


@hookspec
def augkit_register(registry: Registry) -> None:
    """Register the plugin's names: ``registry.transform``, ``.target``, ``.kernels``, ``.reader``, ``.writer``,
    ``.source``, ``.demo``, ``.starter``, ``.policy``, ``.task``, ``.calibration``, ``.panel``, ``.world``,
    ``.importer``. Each is told in docs/plugins.md.
    """
