"""What plugins draw: a carrier of a kind that they brought, by the panel that they registered for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from augkit.plugins import catalogue
from augkit.registry import told
from augkit.report.palette import Palette
from augkit.sample import Target

Panel = Callable[[str, Target, Mapping[str, Target], Callable[[str], str]], str]
"""``panel(name, carrier, beside, colour_of)`` -> HTML. ``beside`` are the fields that move with the carrier, by name;
``colour_of(label)`` is the colour that the whole page has for a label, as ``#rrggbb``.
"""


def panels(targets: Mapping[str, Target], palette: Palette, drawn: bool, problems: list[str]) -> str:
    """The carriers of one group that plugins draw. Where nothing draws any of the group (``drawn``: others did), a note
    says what is lacking; a panel that fails is a note and a problem, and the rest of the page stays.
    """
    known = catalogue().names("panel")
    carriers = {name: target for name, target in targets.items() if target.carrier}
    shown = [_shown(name, each, targets, palette, problems) for name, each in carriers.items() if each.kind in known]
    if not shown and not drawn:
        shown = [_note(_lacking(name, each)) for name, each in carriers.items()]
    return "".join(shown)


def _shown(name: str, carrier: Target, targets: Mapping[str, Target], palette: Palette, problems: list[str]) -> str:
    beside = {other: target for other, target in targets.items() if other != name}
    try:
        panel: Panel = catalogue().load("panel", carrier.kind)
        return str(panel(name, carrier, beside, palette.of))
    except Exception as error:  # a stranger's function may do anything; the page is about more than this field
        problems.append(f"{name}: the panel for {carrier.kind!r} fails: {told(error)}")
        return _note(problems[-1])


def _lacking(name: str, carrier: Target) -> str:
    frame = ", ".join(
        f"{axis} {tuple(extent)}" for axis, extent in carrier.frame().items() if isinstance(extent, tuple)
    )
    return f"{name}: nothing here draws a {carrier.kind!r} ({frame}); its plugin lacks registry.panel."


def _note(words: str) -> str:
    return f'<p class="none">{escape(words)}</p>'
