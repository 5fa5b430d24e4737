"""Real short runs that are made to show each pathology, and how often ``diagnose`` names it.

    python -m tests.benchmarks.diagnoses --seeds 200 217      # prints the table of docs/diagnosis.md

Thresholds were chosen on digits (seeds 0 to 11), learnt by a perceptron; the table in the docs is of patches and tones,
and of seeds from 200 on.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional

from augkit.train.checks import Guessing
from augkit.train.diagnosis import diagnose
from tests.benchmarks.faulty import piped, tone

Data = tuple[np.ndarray, np.ndarray]


@cache
def digits() -> Data:
    data = load_digits()
    return data.images.reshape(-1, 64).astype(np.float32) / 8 - 1, data.target


@cache
def patches() -> Data:
    """Of 16 x 16 pixels out of four photographs, and which of them each is from."""
    from skimage import data as photos

    rng, rows, named = np.random.default_rng(3), [], []
    pictures = [photos.rocket(), photos.brick(), photos.grass(), photos.text()]
    for number, picture in enumerate(pictures):
        gray = picture.mean(2) if picture.ndim == 3 else picture.astype(float)
        for _ in range(900):
            top, left = rng.integers(0, gray.shape[0] - 16), rng.integers(0, gray.shape[1] - 16)
            rows.append(gray[top : top + 16, left : left + 16].ravel() / 64 - 2)
            named.append(number)
    return np.float32(rows), np.array(named)


@cache
def tones() -> Data:
    """Spectrograms of tones in noise, from which a network hears whether they rise, fall, stay or are noise."""
    rng = np.random.default_rng(7)
    named = rng.integers(0, 4, 1400)
    pipeline = piped("audio", [{"add_noise": {"snr_db": [5, 20]}}, {"log_mel": {"n_mels": 16, "hop_ms": 32}}], 0)
    rows = [
        pipeline(audio=tone(rng, int(label)), key=str(n))["audio"]["values"].ravel() for n, label in enumerate(named)
    ]
    values = np.stack(rows)
    return ((values - values.mean()) / values.std()).astype(np.float32), named


DATA = {"digits": digits, "patches": patches, "tones": tones}


@dataclass(frozen=True)
class Recipe:
    """How a run is made. ``noise`` is augmentation. ``wrong`` is the share of labels that are drawn, ``easy``: in
    training alone; ``strange``: in validation alone, of which training says nothing. ``constant`` is the schedule.
    """

    train: int = 600
    val: int = 400
    width: int = 48
    lr: float = 3e-3
    epochs: int = 30
    decay: float = 1e-2
    dropout: float = 0.2
    noise: float = 0.0
    strange: float = 0.0
    smoothing: float = 0.0
    easy: bool = False
    wrong: float = 0.0
    constant: bool = False


def drawn(pathology: str, rng: np.random.Generator) -> Recipe:
    """The run of a pathology; sizes, rates and lengths differ from run to run."""
    common = Recipe(width=int(rng.choice([32, 64, 128])), noise=float(rng.choice([0.0, 0.3])))
    epochs = int(rng.integers(25, 45))
    if pathology == "underfit_flat":
        return replace(common, width=1, wrong=float(rng.uniform(0.3, 0.6)), epochs=epochs, train=900, dropout=0.0)
    if pathology == "underfit_still_falling":
        return replace(common, lr=float(rng.uniform(1.5e-4, 4e-4)), constant=True, epochs=epochs // 3, dropout=0.0)
    if pathology == "overfit":
        many = {"epochs": 2 * epochs, "train": int(rng.integers(60, 140)), "width": 256}
        return replace(common, **many, decay=0.0, dropout=0.0, noise=0.0, wrong=0.2)
    if pathology == "unrepresentative_train":
        return replace(common, train=900, strange=float(rng.uniform(0.25, 0.45)), smoothing=0.15, epochs=epochs)
    if pathology == "unrepresentative_val":
        rough = replace(common, wrong=0.3, train=900, decay=0.3, epochs=epochs, width=32, dropout=0.3)
        if rng.random() < 0.5:
            return replace(rough, easy=True)
        return replace(rough, val=int(rng.integers(4, 9)), constant=True, lr=1e-2)
    return replace(common, train=2400, decay=0.1, epochs=epochs)


def curves(data: str, recipe: Recipe, seed: int) -> dict[str, list[float]]:
    """Losses of a run: training as it was learnt, clean, and validation."""
    rng = np.random.default_rng(seed)
    inputs, labels = DATA[data]()
    order = rng.permutation(len(labels))
    count = min(recipe.train, len(labels) * 2 // 3)
    known, asked = order[:count], order[count : count + recipe.val]
    classes = int(labels.max()) + 1
    x, y = torch.from_numpy(inputs[known]), torch.from_numpy(_noisy(labels[known], recipe.wrong, classes, rng)).long()
    wrong = 0.0 if recipe.easy else max(recipe.wrong, recipe.strange)
    vy = torch.from_numpy(_noisy(labels[asked], wrong, classes, rng)).long()
    vx = torch.from_numpy(inputs[asked])
    torch.manual_seed(seed)
    model = network(data, inputs.shape[1], recipe, classes)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.lr, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, recipe.epochs)
    rows: dict[str, list[float]] = {"train": [], "clean": [], "val": []}
    for _ in range(recipe.epochs):
        rows["train"].append(_epoch(model, optimizer, x, y, recipe))
        if not recipe.constant:
            schedule.step()
        model.eval()
        with torch.no_grad():
            rows["clean"].append(float(functional.cross_entropy(model(x[:256]), y[:256])))
            rows["val"].append(float(functional.cross_entropy(model(vx), vy)))
    return rows


def network(data: str, size: int, recipe: Recipe, classes: int) -> nn.Module:
    """A perceptron for digits; for the others convolutions, which no threshold was chosen on. Of width 1, one unit."""
    if data == "digits" or recipe.width == 1:
        hidden = [nn.Linear(size, recipe.width), nn.ReLU(), nn.Dropout(recipe.dropout)]
        return nn.Sequential(*hidden, nn.Linear(recipe.width, classes))
    width = recipe.width // 4
    layers = [nn.Unflatten(1, (1, 16, size // 16)), nn.Conv2d(1, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU()]
    layers += [nn.Conv2d(width, 2 * width, 3, 2, 1), nn.ReLU(), nn.Flatten(), nn.Dropout(recipe.dropout)]
    model = nn.Sequential(*layers, nn.LazyLinear(classes))
    model(torch.zeros(2, size))
    return model


def _epoch(model: nn.Module, optimizer: torch.optim.Optimizer, x: Tensor, y: Tensor, recipe: Recipe) -> float:
    model.train()
    total, order = 0.0, torch.randperm(len(x))
    for part in order.split(32):
        outputs = model(x[part] + recipe.noise * torch.randn(len(part), x.shape[1]))
        loss = functional.cross_entropy(outputs, y[part], label_smoothing=recipe.smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += float(loss.detach()) * len(part)
    return total / len(x)


def _noisy(labels: np.ndarray, wrong: float, classes: int, rng: np.random.Generator) -> np.ndarray:
    other = rng.integers(0, classes, len(labels))
    return np.where(rng.random(len(labels)) < wrong, other, labels)


PATHOLOGIES = (
    "underfit_flat",
    "underfit_still_falling",
    "overfit",
    "unrepresentative_train",
    "unrepresentative_val",
    "good_fit",
)


def table(rows: list[dict]) -> str:
    """Rows are what was made, columns what was said."""
    said = [*PATHOLOGIES, "inconclusive"]
    lines = ["| made to be | runs | right | said |", "|---|---|---|---|"]
    for made in PATHOLOGIES:
        told = Counter(row["said"] for row in rows if row["made"] == made)
        listing = ", ".join(f"{name} {told[name]}" for name in sorted(said, key=lambda name: -told[name]) if told[name])
        lines.append(f"| {made} | {told.total()} | {told[made] / max(1, told.total()):.0%} | {listing} |")
    right = sum(row["said"] == row["made"] for row in rows)
    return "\n".join([*lines, f"| all | {len(rows)} | {right / max(1, len(rows)):.0%} | |"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="*", default=["patches", "tones"])
    parser.add_argument("--seeds", type=int, nargs=2, default=(200, 217))
    parser.add_argument("--out", type=Path, help="a file of JSON lines with the curves")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    for seed in range(*options.seeds):
        for data in options.data:
            for made in PATHOLOGIES:
                recipe = drawn(made, np.random.default_rng([seed, len(data), len(made)]))
                run = curves(data, recipe, seed)
                known = Guessing.of(np.bincount(DATA[data]()[1]).tolist()).prior
                found = diagnose(run["train"], run["val"], run["clean"], guessing=known)
                rows.append({"data": data, "seed": seed, "made": made, "said": found.verdict})
                if options.out:
                    with options.out.open("a") as out:
                        print(json.dumps(rows[-1] | run), file=out)
                print(
                    "." if found.verdict == made else f"\n{rows[-1]} {found.numbers}",
                    end="",
                    file=sys.stderr,
                    flush=True,
                )
    print(table(rows))


if __name__ == "__main__":
    main()
