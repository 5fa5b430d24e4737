"""Every transfer policy on small real data, over several seeds, beside the same network from random weights.

python tests/benchmarks/transfer.py [--pairs digits-5 …] [--seeds 3] [--markdown docs/transfer.md]

Each finished run is a line in the results, and is not run again: a benchmark that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

from augkit.data import open_recipe
from augkit.errors import AugkitError
from augkit.train import fit
from augkit.train.engine import model_of
from augkit.train.job import job_of
from augkit.train.progress import Progress, quiet
from augkit.train.transfer import Policy
from tests.benchmarks.tables import Table, machine
from tests.benchmarks.transfer_data import PAIRS, Pair

POLICIES: list[Any] = ["linear", "stages", {"last": 2}, "discriminative", "full", "lp_ft"]
RANDOM = "full, random weights"
NEAR = 0.02


def named(policy: Any) -> str:
    """As in the table: where the stages are measured, their numbers are left out."""
    parsed = Policy.parse(policy)
    return "stages" if parsed.name == "stages" else str(parsed)


def reached(pair: Pair, policy: Any, seed: int, folder: Path, pretrained: bool = True) -> float:
    """The validation accuracy after the last epoch."""
    given = {"train.transfer": policy, "train.pretrained": pretrained, "seed": seed}
    with tempfile.TemporaryDirectory() as out:
        run = fit(pair.recipe(folder), Path(out) / "run", overrides=given, progress=Progress(silent=True))
    return float(run.metrics["last"]["val_accuracy"])


def chosen(pair: Pair, seed: int, folder: Path) -> dict[str, Any]:
    """What ``auto`` decides, without training."""
    with quiet():
        job = job_of(open_recipe(pair.recipe(folder), {"train.transfer": "auto", "seed": seed}))
        decision = model_of(job).decision
    assert decision is not None
    return decision.to_json()


def run_all(pair: Pair, seeds: Sequence[int], results: Path, folder: Path) -> None:
    """Everything of a pair that is not among the results yet, seed by seed."""
    done = {(row["pair"], row["arm"], row["seed"]) for row in rows_of(results)}
    for seed in seeds:
        arms: list[tuple[str, Any, bool]] = [(named(policy), policy, True) for policy in POLICIES]
        arms.append((RANDOM, "full", False))
        if (pair.name, "auto", seed) not in done:
            decision = chosen(pair, seed, folder)
            name = named(decision["policy"])
            note(results, pair=pair.name, arm="auto", seed=seed, chose=name, decision=decision)
            arms += [(name, decision["policy"], True)] * (name not in {arm for arm, _, _ in arms})
        for name, policy, pretrained in arms:
            if (pair.name, name, seed) not in done:
                score = reached(pair, policy, seed, folder, pretrained)
                note(results, pair=pair.name, arm=name, seed=seed, accuracy=score)


def note(results: Path, **row: Any) -> None:
    """A line at the end of the results."""
    with results.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")


def rows_of(results: Path) -> list[dict[str, Any]]:
    """All lines so far."""
    return [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []


def table(rows: Sequence[dict[str, Any]], seeds: Sequence[int]) -> Table:
    """A row for each pair whose every policy has run with every seed: means, and how far ``auto`` is from the best."""
    arms = [*map(named, POLICIES), RANDOM]
    found = {(row["pair"], row["arm"], row["seed"]): row for row in rows}
    lines = []
    for pair in PAIRS:
        if any((pair, arm, seed) not in found for arm in (*arms, "auto") for seed in seeds):
            continue
        means = {arm: fmean(found[pair, arm, seed]["accuracy"] for seed in seeds) for arm in arms}
        choices = [found[pair, "auto", seed]["chose"] for seed in seeds]
        auto = fmean(found[pair, choice, seed]["accuracy"] for choice, seed in zip(choices, seeds, strict=True))
        best = max(value for arm, value in means.items() if arm != RANDOM)
        told = ", ".join(f"{name} {choices.count(name)}" for name in dict.fromkeys(choices))
        behind = auto - best
        cells = [f"**{value:.3f}**" if value == best else f"{value:.3f}" for value in means.values()]
        lines.append([pair, *cells, f"{auto:.3f}", told, f"{behind:+.3f}" + ("" if behind >= -NEAR else " ✗")])
    return Table("Accuracy", ["data", *arms, "auto", "auto chose (seeds)", "auto − best"], lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", nargs="+", default=list(PAIRS), choices=list(PAIRS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=Path("transfer.jsonl"))
    parser.add_argument("--markdown", type=Path, help="write the table as a page")
    parser.add_argument("--table", action="store_true", help="of what there is; run nothing")
    given = parser.parse_args()
    seeds = range(given.seeds)
    for name in () if given.table else given.pairs:
        with tempfile.TemporaryDirectory() as folder:
            try:
                run_all(PAIRS[name], seeds, given.results, Path(folder))
            except (AugkitError, ImportError) as error:
                print(f"{name}: left out: {error}", file=sys.stderr)
    made = table(rows_of(given.results), seeds)
    print(made.text())
    if given.markdown:
        given.markdown.write_text(page(made, given.seeds), encoding="utf-8")


def page(made: Table, seeds: int) -> str:
    """The table with what it is of."""
    about = "\n".join(f"* `{name}`: {pair.about}" for name, pair in PAIRS.items())
    versions = "\n".join(f"* {line}" for line in machine(["torch", "timm", "transformers", "scikit-image"]))
    return PAGE.format(seeds=seeds, table=made.markdown(), about=about, machine=versions)


PAGE = """# Transfer policies, measured

Validation accuracy after the last epoch, mean over {seeds} seeds, which draw split, first weights, order and
augmentation. All policies of a row share the recipe: epochs, `lr`, `head_lr_factor`, steps. `auto` trains what it chose
to the bit, so its runs are those of the policy that it names. ✗: more than two points behind the best.
Made by `python tests/benchmarks/transfer.py --markdown docs/transfer.md`.

{table}
What this shows, and what it does not: [training](training.md#what-auto-measures).

## The data

{about}

## The machine

{machine}
"""

if __name__ == "__main__":
    main()
