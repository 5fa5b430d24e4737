"""The frame of a report: one HTML file, light or dark as the reader's system is, nothing loaded from elsewhere."""

from __future__ import annotations

from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1e; --soft: #6a6a70; --line: #d9d9de; --card: #f6f6f8; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf0; --soft: #9a9aa2; --line: #3a3a40; --card: #232327; --paper: #18181b; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1800px; color: var(--ink); background: var(--paper);
  font: 14px/1.45 system-ui, sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; } h2 { font-size: 15px; margin: 28px 0 8px; overflow-wrap: anywhere; }
h2 small, .soft { color: var(--soft); font-weight: normal; } code, pre { font: 12px/1.5 ui-monospace, monospace; }
pre { overflow: auto; padding: 12px; background: var(--card); border-radius: 8px; }
label { margin-right: 14px; user-select: none; } summary { cursor: pointer; color: var(--soft); margin: 10px 0; }
.row { display: flex; flex-wrap: wrap; gap: 14px; }
.card { padding: 10px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; min-width: 180px;
  max-width: 320px; }
.card.original { border-color: var(--ink); }
.card h3 { font-size: 12px; margin: 0 0 8px; } .card h3 span { color: var(--soft); font-weight: normal; }
.card ul { margin: 8px 0 0; padding: 0; list-style: none; font-size: 12px; max-width: 240px; overflow-wrap: anywhere; }
.card li.skipped, .none { color: var(--soft); } .problem { color: #d11; max-width: 300px; overflow-wrap: anywhere; }
.pic { position: relative; margin: 0 0 6px; }
.pic img { position: absolute; inset: 0; width: 100%; height: 100%; }
.pic.small img, .mask { image-rendering: pixelated; }
.box { position: absolute; border: 2px solid; }
.box b { position: absolute; left: -2px; bottom: 100%; padding: 0 3px; color: #fff; font: 10px/13px system-ui; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 10px; margin: 0 0 6px; font-size: 11px; max-width: 240px; }
.legend i { display: inline-block; width: 9px; height: 9px; margin-right: 4px; border-radius: 2px; }
.dot { position: absolute; width: 9px; height: 9px; margin: -4.5px; border-radius: 50%; background: var(--c);
  border: 1.5px solid #fff; box-shadow: 0 0 2px #000; }
.dot.hidden { background: none; border-color: var(--c); }
.clip { position: relative; width: 280px; margin: 0 0 6px; } .clip path { fill: var(--soft); }
.spectrum, .wave { position: relative; height: 110px; overflow: hidden; } .wave { height: 40px; margin-top: 3px; }
.spectrum img, .wave svg { position: absolute; inset: 0; width: 100%; height: 100%; }
@media (prefers-color-scheme: dark) { .spectrum img { filter: invert(1); } }
.clip audio { width: 100%; height: 28px; } .clip small { display: flex; justify-content: space-between;
  color: var(--soft); }
.event { position: absolute; top: 0; height: 100%; min-width: 2px; border: 1.5px solid var(--c);
  background: color-mix(in srgb, var(--c) 12%, transparent); }
.event b { position: absolute; z-index: 1; left: 0; padding: 0 2px; color: #fff; background: var(--c);
  font: 10px/12px system-ui; white-space: nowrap; } .event b.above { bottom: 100%; } .event b.inside { top: 0; }
.beat { position: absolute; top: 0; height: 100%; border-left: 1px solid var(--c); }
.word { position: absolute; bottom: 0; padding: 0 2px; overflow: hidden; white-space: nowrap; font: 10px/13px system-ui;
  border-left: 1px solid var(--c); background: color-mix(in srgb, var(--c) 28%, transparent); }
.frames { position: relative; height: 14px; margin-top: 3px; }
.curve { position: absolute; inset: 0; width: 100%; height: 100%; } .curve polyline { fill: none; stroke: var(--c);
  stroke-width: 2px; vector-effect: non-scaling-stroke; }
.wave .event { border-width: 0 0 0 2px; background: color-mix(in srgb, var(--c) 28%, transparent); }
.text { max-width: 300px; white-space: pre-wrap; overflow-wrap: anywhere; } .text p { margin: 0 0 6px; }
mark { color: inherit; background: color-mix(in srgb, var(--c) 30%, transparent); border-bottom: 2px solid var(--c); }
mark small { margin-left: 2px; font-size: 9px; color: var(--soft); user-select: none; }
ins { text-decoration: none; font-weight: 600; color: #0a7d38; } del { color: #c22; opacity: .75; }
@media (prefers-color-scheme: dark) { ins { color: #5fd38d; } del { color: #ff8080; } }
.tags span { display: inline-block; border-bottom: 2px solid var(--c, transparent); }
.tags small { display: block; font-size: 9px; color: var(--soft); }
.outline { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.outline * { fill: none; stroke: var(--c); stroke-width: 2px; vector-effect: non-scaling-stroke; }
.outline polyline { stroke-width: 4px; } .polygons polygon { fill: color-mix(in srgb, var(--c) 25%, transparent); }
body:has(#show-masks:not(:checked)) .masks, body:has(#show-heatmap:not(:checked)) .heatmap,
body:has(#show-depth:not(:checked)) .depth, body:has(#show-polygons:not(:checked)) .polygons,
body:has(#show-oriented_boxes:not(:checked)) .oriented_boxes,
body:has(#show-mask:not(:checked)) .semantic, body:has(#show-boxes:not(:checked)) .box,
body:has(#show-events:not(:checked)) .event,
body:has(#show-keypoints:not(:checked)) .dot, body:has(#show-drawn:not(:checked)) del,
body:has(#show-drawn:not(:checked)) .card ul { display: none; }
"""


def page(title: str, body: str, style: str = "") -> str:
    """A whole HTML document; ``style`` is laid over the usual one."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}{style}</style>\n'
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
