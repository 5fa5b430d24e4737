"""Broken on purpose: how often the checks of ``augkit.train.checks`` find a fault, under its right name.

    python -m tests.benchmarks.faults --seeds 100 110        # prints the confusion matrix of docs/checks.md

Thresholds were chosen on seeds 0 to 4, and the table in the docs is of seeds from 100 on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import torch

from tests.benchmarks.faulty import FAULTS, NETWORKS, found, healthy

MODALITIES = ("pictures", "sounds")


def named(fault: str, modality: str, network: str, seed: int) -> tuple[str, list[str]]:
    """The first finding, which is to be the cause, and all of them."""
    _, broken = FAULTS[fault]
    names = [finding.name for finding in found(broken(healthy(modality, network, seed))) if not finding.fine]
    return (names or ["nothing"])[0], names


def table(results: list[dict]) -> str:
    """Rows are faults, columns what was found first; then both rates."""
    counts = {fault: Counter(row["first"] for row in results if row["fault"] == fault) for fault in FAULTS}
    columns = list(dict.fromkeys(name for row in counts.values() for name in row))
    lines = ["| broken on purpose | runs | right name | found first |", "|---|---|---|---|"]
    for fault, row in counts.items():
        right = sum(count for name, count in row.items() if name in (FAULTS[fault][0] or ("nothing",)))
        told = ", ".join(f"{name} {row[name]}" for name in sorted(columns, key=lambda name: -row[name]) if row[name])
        lines.append(f"| {fault} | {row.total()} | {right / max(1, row.total()):.0%} | {told} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs=2, default=(100, 110))
    parser.add_argument("--healthy", type=int, default=3, help="so many times as many seeds for healthy runs")
    parser.add_argument("--faults", nargs="*", default=list(FAULTS))
    parser.add_argument("--out", type=Path, help="a file of JSON lines, which is gone on with")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    done = (
        [json.loads(line) for line in options.out.read_text().splitlines()]
        if options.out and options.out.exists()
        else []
    )
    first, last = options.seeds
    for seed in range(first, first + (last - first) * options.healthy):
        for fault in options.faults:
            if fault != "healthy" and seed >= last:
                continue
            for modality in MODALITIES:
                for network in NETWORKS:
                    place = {"fault": fault, "modality": modality, "network": network, "seed": seed}
                    if any(place.items() <= row.items() for row in done):
                        continue
                    started = time.process_time()
                    name, names = named(**place)
                    done.append(
                        place | {"first": name, "all": names, "seconds": round(time.process_time() - started, 2)}
                    )
                    if options.out:
                        with options.out.open("a") as out:
                            print(json.dumps(done[-1]), file=out)
                    right = name in (FAULTS[fault][0] or ("nothing",))
                    print("." if right else f"\n{place}: {names}", end="", file=sys.stderr, flush=True)
    print(table(done))


if __name__ == "__main__":
    main()
