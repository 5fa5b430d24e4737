"""The tables of the image benchmark, and the page that explains them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.image_peers import work as w
from tests.benchmarks.image_peers.agreement import Apart
from tests.benchmarks.image_peers.work import Form, Work
from tests.benchmarks.side_by_side import Ratio, fastest, ratio
from tests.benchmarks.tables import Table, machine

_PEERS = ("albumentations", "albumentations + OpenCV", "torchvision PIL", "torchvision tensor", "kornia")
_PACKAGES = ("numpy", "opencv-python-headless", "numba", "torch", "torchvision", "albumentations", "kornia", "pillow")


@dataclass(frozen=True)
class Result:
    """One work: ``tried`` has seconds a picture of every form, ``times`` those of the finalists in every round,
    ``agreement`` by plan and peer how far the pictures are apart.
    """

    work: Work
    tried: Mapping[Form, float]
    times: Mapping[Form, list[float]]
    agreement: Mapping[str, Mapping[str, Apart]]


def text(results: Sequence[Result], rounds: int, clock: str) -> str:
    """For a terminal."""
    about = machine([*_PACKAGES, "simplejpeg"])
    return "\n".join([*about, _measured(rounds, clock), *(table.text() for table in tables(results))])


def markdown(results: Sequence[Result], rounds: int, clock: str) -> str:
    """The page ``docs/benchmarks.md``."""
    about = machine([*_PACKAGES, "simplejpeg"])
    head = [
        "# Benchmarks: images",
        "",
        "Written by `python tests/benchmarks/image.py --markdown docs/benchmarks.md`.",
        "",
    ]
    measured = [f"* {line}" for line in [*about, _measured(rounds, clock)]]
    return "\n".join([*head, *measured, "", *(table.markdown() for table in tables(results)), _READING])


def _measured(rounds: int, clock: str) -> str:
    return f"median of {rounds} rounds, one thread, {clock} seconds; the forms take turns within each round"


def tables(results: Sequence[Result]) -> list[Table]:
    """Ratios, agreement, and every form that was tried."""
    numbered = [(w.WORKS.index(found.work) + 1, found) for found in results]
    ratios = [row for number, found in numbered for row in _ratio_rows(number, found)]
    agreed = [row for number, found in numbered for row in _agreement_rows(number, found)]
    forms = [
        [str(number), found.work.name, form.library, form.how, _micro(seconds)]
        for number, found in numbered
        for form, seconds in found.tried.items()
    ]
    peers = list(dict.fromkeys(name for found in results for by_peer in found.agreement.values() for name in by_peer))
    faster = [
        "",
        "work",
        "plan",
        "augkit µs",
        "best peer",
        "µs",
        "ratio",
        "quartiles",
        *(f"÷ {name}" for name in _PEERS),
    ]
    return [
        Table("How many times faster", faster, ratios),
        Table(
            "How far apart, same drawn numbers", ["", "work", "plan", *peers], [_filled(row, peers) for row in agreed]
        ),
        Table("Every form that was tried", ["", "work", "library", "form", "µs a picture"], forms),
    ]


def _ratio_rows(number: int, found: Result) -> list[list[str]]:
    times = dict(found.times)
    there = {name: form for name in _PEERS if (form := fastest(times, name))}
    rows = []
    for plan in found.agreement:
        ours = fastest(times, f"augkit {plan}")
        if ours is None or not there:
            continue
        by_peer = {name: ratio(times[ours], times[form]) for name, form in there.items()}
        best = min(by_peer, key=lambda name: by_peer[name].median)
        named = f"{best}, {there[best].how}"
        row = [str(number), found.work.name, ours.how, _micro(times[ours]), named, _micro(times[there[best]])]
        each = [f"{by_peer[name].median:.2f}" if name in by_peer else "" for name in _PEERS]
        rows.append([*row, *_told(by_peer[best]), *each])
    return rows


def _told(found: Ratio) -> list[str]:
    return [f"{found.median:.2f}", f"{found.low:.2f} to {found.high:.2f}"]


def _micro(seconds: float | Sequence[float]) -> str:
    return f"{(seconds if isinstance(seconds, float) else statistics.median(seconds)) * 1e6:,.0f}"


def _agreement_rows(number: int, found: Result) -> list[tuple[list[str], Mapping[str, Apart]]]:
    return [([str(number), found.work.name, plan], by_peer) for plan, by_peer in found.agreement.items()]


def _filled(row: tuple[list[str], Mapping[str, Apart]], peers: Sequence[str]) -> list[str]:
    return [*row[0], *(_apart(row[1][name]) if name in row[1] else "" for name in peers)]


def _apart(found: Apart) -> str:
    told = f"{found.mean:.2f}, p99 {found.p99:.1f}"
    if found.mask is not None:
        told += f"; mask {found.mask:.2%}"
    if found.box_px is not None:
        told += f"; boxes {found.box_px:.5f} px, {found.boxes_kept_by_one} kept by one only"
    return told


_READING = f"""## How to read this

* **The work.** `random_resized_crop` to {w.SIZE} px (a quarter of the area to all of it), `hflip` half of the time,
  brightness, contrast and saturation by factors of {w.FACTORS[0]} to {w.FACTORS[1]} in random order (hue by ±0.1 turns
  where the row says so), normalisation with ImageNet's numbers to float32 (c, h, w). Eight photographs (scikit-image's
  and scikit-learn's) of 500 × 375 or 2000 × 1500, as arrays in memory, or as JPEG files of quality 90 (4:2:0) that are
  read and decoded. The last two rows move geometry alone: ±15°, ±10 % shift, 0.9 to 1.1 times the size, beside the crop
  and the flip, and end as levels.
* **ratio** is the peer's time over augkit's, round by round: the median and the quartiles of the rounds. Above 1 augkit
  is faster. `÷ name` is the same against the best form of each; the best peer of a row is the fastest of all.
* `albumentations` is its own steps from end to end; `albumentations + OpenCV` leaves out its normalisation and tensor
  steps and does that by hand, plane by plane, with OpenCV, as somebody who measures would.
* **Every peer is given its best form**: each was tried as the last table lists, and those within 10 % of their best
  went into the rounds. kornia works on batches of eight; its times are a picture's share.
* **How far apart**: each peer's functional API is driven with the numbers that augkit drew (window, flip, factors,
  order, matrix). The mean and the 99th percentile of the absolute difference are in levels of 255. albumentations and
  torchvision truncate or round after every step, augkit's `exact` plan rounds, kornia works in floats. Where a crop is
  reduced by more than 2, augkit averages as Pillow does; the others interpolate: see the 2000 × 1500 row.
* **Masks**: OpenCV's and torchvision's nearest takes the class at a pixel's upper left corner, augkit's (and kornia's
  `nearest-exact`) the one at its centre; pixels of another class lie along borders.
* **Boxes** of torchvision are filtered by size only, since it has no visible fraction; kornia filters none.
* cpu seconds count this process alone, so that neighbours on the machine disturb less. Ratios hold better than times.
"""
