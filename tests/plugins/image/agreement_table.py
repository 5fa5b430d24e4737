"""Measures how far annotations lie from what they annotate, and writes the table in docs/albumentations.md anew.

python -m tests.plugins.image.agreement_table
"""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

from augkit import steps
from augkit_image.bridge_table import INEXACT
from tests.plugins.image.agreement import LIMITS, Deviation, measure, ours, theirs
from tests.plugins.image.agreement_cases import Case, cases, spatial_names

DOCS = Path(__file__).parents[3] / "docs" / "albumentations.md"
BELOW = "<!-- measured: everything below is written by tests/plugins/image/agreement_table.py -->"
DRAWS = 6


def main() -> None:
    rows = [row(name) for name in spatial_names()]
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("albumentations", "opencv-python-headless", "numpy")
    )
    head = [
        f"Python {platform.python_version()}, {versions}; {DRAWS} draws in each of 3 frames, as uint8 and as float32.",
        "",
        "Ours / its own:",
        "",
        "| transform | settings | mask, 1 − IoU | boxes, px | keypoints, px |",
        "|---|---|---|---|---|",
    ]
    prose = DOCS.read_text().split(BELOW)[0]
    DOCS.write_text("\n".join([prose + BELOW, "", *head, *rows]) + "\n")


def row(name: str) -> str:
    mine, its = Deviation(), Deviation()
    settings = [case for case in cases([name]) if "ellipse" not in str(case)]
    for case in settings:
        mine.merge(measure(case, ours, draws=DRAWS))
        its.merge(measure(case, theirs, draws=DRAWS))
    return f"| {name} | {len(settings)} | {' | '.join(cell(name, settings[-1], kind, mine, its) for kind in LIMITS)} |"


def cell(name: str, case: Case, kind: str, mine: Deviation, its: Deviation) -> str:
    its_own = number(its.worst[kind])
    if kind in INEXACT.get(name, {}):
        return f"**refused** / {its_own}"
    transform = steps.albumentations(name=name, arguments=case.arguments).transform
    return f"{number(mine.worst[kind])} / {its_own}" if transform.moved_axes() else "kept"


def number(value: float) -> str:
    return "lost" if value == float("inf") else f"{value:.2f}"


if __name__ == "__main__":
    main()
