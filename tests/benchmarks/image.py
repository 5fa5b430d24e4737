"""Images: augkit beside albumentations, torchvision and kornia, on the same recipes and the same files.

One process, one thread; the libraries take turns. Prints how many times faster augkit is than each of them, and how
far apart the pictures are when all are given the same drawn numbers.

    python tests/benchmarks/image.py [--quick] [--rounds N] [--rows 1 3] [--markdown docs/benchmarks.md]
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from pathlib import Path

# Read when the libraries are loaded, hence before the imports below.
os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")})
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

import cv2
import torch

from tests.benchmarks.command import arguments
from tests.benchmarks.image_peers import by_augkit, report
from tests.benchmarks.image_peers.agreement import apart, peers, plans_apart
from tests.benchmarks.image_peers.photographs import Photographs, photographs
from tests.benchmarks.image_peers.report import Result
from tests.benchmarks.image_peers.work import WORKS, Form, Work, installed
from tests.benchmarks.side_by_side import Effort, finalists, heats, race

_PICTURES = {"small": 24, "large": 8}


def forms(work: Work, photos: Photographs) -> list[Form]:
    """Every way in which augkit and the peers that are installed do a work."""
    made = [form for plan in by_augkit.PLANS for form in by_augkit.forms(work, photos, plan)]
    if installed("albumentations"):
        from tests.benchmarks.image_peers import by_albumentations

        made += by_albumentations.forms(work, photos)
    if installed("torchvision"):
        from tests.benchmarks.image_peers import by_torchvision

        made += by_torchvision.forms(work, photos)
    if installed("kornia"):
        from tests.benchmarks.image_peers import by_kornia

        made += by_kornia.forms(work, photos)
    return made


def result(work: Work, photos: Photographs, rounds: int, clock: str) -> Result:
    """The times and the agreement of one work."""
    effort = Effort(rounds, _PICTURES[work.pictures], clock)
    tried = heats(forms(work, photos), effort)
    times = race(finalists(tried), effort)
    agreement = {
        plan: {name: apart(work, photos, plan, peer) for name, peer in peers().items()} for plan in by_augkit.PLANS
    }
    agreement["fast"]["augkit exact"] = plans_apart(work, photos, "fast")
    return Result(work, tried, times, agreement)


def main() -> None:
    """Print the tables, and write them down where asked."""
    asked = arguments(__doc__, len(WORKS))
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")  # peers warn of what they will change; this is about times
    chosen = [WORKS[number - 1] for number in asked.rows]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        sets = {name: photographs(name, Path(folder)) for name in {work.pictures for work in chosen}}
        for work in chosen:
            print(f"{work.name} …", file=sys.stderr, flush=True)
            results.append(result(work, sets[work.pictures], asked.rounds, asked.clock))
    print(report.text(results, asked.rounds, asked.clock))
    if asked.markdown:
        asked.markdown.write_text(report.markdown(results, asked.rounds, asked.clock), encoding="utf-8")


if __name__ == "__main__":
    main()
