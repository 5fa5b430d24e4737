"""Trainings that are broken on purpose, and healthy ones, over pictures and sounds; see ``faults``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import timm
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import augkit
from augkit.sample import Target
from augkit.train.checks import Expected, Finding, destroyed, leakage, print_of
from augkit.train.checks.before import of_inputs, of_model, plain
from augkit.vocab.space import Image
from augkit.vocab.timeline import Audio

RATE = 8000
STATS = {"timm": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))}
MEAN, STD = STATS["timm"]


@dataclass
class Trial:
    """What is trained: samples before and after augmentation as targets, inputs and labels, a network, a rate."""

    modality: str
    rng: np.random.Generator
    before: list[Any]
    after: list[Any]
    labels: Tensor
    val: list[Any]
    model: nn.Module
    lr: float
    optimizer: str
    batch: int
    loss: Callable[[Tensor, Tensor], Tensor] = functional.cross_entropy
    change: Callable[[Tensor], Tensor] = field(default=lambda inputs: inputs)
    normalise: bool = True


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Real digits, (n, 24, 24, 3) uint8, and which they are."""
    data = load_digits()
    pixels = np.kron(data.images, np.ones((3, 3)))[..., None].repeat(3, -1)
    return (pixels * 15.9375).astype(np.uint8), data.target


def tone(rng: np.random.Generator, label: int) -> Any:
    """Half a second that rises, falls, stays or is noise, in noise of its own."""
    count = RATE // 2
    ends = np.sort(rng.uniform(300, 3000, 2))
    low, high = ends if ends[1] > 1.3 * ends[0] else (ends[0], 1.5 * ends[0])
    hertz = np.linspace(*((low, high), (high, low), (low, low), (low, low))[label], count)
    sound = rng.standard_normal(count) if label == 3 else np.sin(np.cumsum(2 * np.pi * hertz / RATE))
    return (0.3 * sound + 0.02 * rng.standard_normal(count)).astype(np.float32), RATE


MILD: dict[str, list[Any]] = {
    "pictures": [{"rotate": {"degrees": [-10, 10]}}, {"brightness": {"factor": [0.8, 1.2]}}],
    "sounds": [{"gain": {"db": [-6, 6]}}, {"add_noise": {"snr_db": [15, 30]}}],
}
DESTRUCTIVE: dict[str, list[Any]] = {
    "pictures": [{"brightness": {"factor": 0.0, "p": 0.2}}],
    "sounds": [{"gain": {"db": -120, "p": 0.2}}],
}


def healthy(modality: str, network: str, seed: int) -> Trial:
    """Data, network, rate, optimizer and batch size are drawn."""
    rng = np.random.default_rng([seed, len(modality), len(network)])
    per_class, classes = int(rng.choice([12, 30, 60])), 10 if modality == "pictures" else 4
    if modality == "pictures":
        pixels, labels = digits()
        order = rng.permutation(len(pixels))[: per_class * classes + 100]
        samples, named = [pixels[i] for i in order], labels[order]
    else:
        named = rng.integers(0, classes, per_class * classes * 2 + 100)
        samples = [tone(rng, int(label)) for label in named]
    after = augmented(modality, samples[100:], MILD[modality], seed)
    torch.manual_seed(seed)
    kind = str(rng.choice(["AdamW", "SGD"]))
    lr = float(rng.choice([3e-4, 1e-3, 3e-3] if kind == "AdamW" else [0.01, 0.03]))
    labels = torch.tensor(named[100:]).long()
    made = NETWORKS[network](classes)
    return Trial(modality, rng, samples[100:], after, labels, samples[:100], made, lr, kind, int(rng.choice([16, 32])))


def augmented(modality: str, samples: list[Any], steps: list[Any], seed: int) -> list[Any]:
    """Through real steps."""
    name = "image" if modality == "pictures" else "audio"
    pipeline = piped(name, steps, seed)
    return [pipeline(**{name: sample}, key=str(number))[name] for number, sample in enumerate(samples)]


def piped(name: str, steps: list[Any], seed: int) -> augkit.Pipeline:
    """The steps as of a recipe."""
    return augkit.load({"augkit": 1, "seed": seed, "sample": {name: name}, "steps": steps})


def plain_network(classes: int) -> nn.Module:
    """Convolutions and ReLU, no norm, He's initialisation as torch has it by default."""
    convolutions = [nn.Conv2d(3, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU()]
    return nn.Sequential(*convolutions, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(),
                         nn.Linear(64, classes))  # fmt: skip


def residual_network(classes: int) -> nn.Module:
    """timm's smallest, with BatchNorm and shortcuts."""
    return timm.create_model("test_resnet", num_classes=classes)  # type: ignore[no-any-return]


NETWORKS: dict[str, Callable[[int], nn.Module]] = {"plain": plain_network, "residual": residual_network}


def inputs_of(trial: Trial, samples: list[Any]) -> Tensor:
    """What the network is fed: normalized pictures, or spectrograms that were made such by the audio plugin's steps."""
    if trial.modality == "pictures":
        levels = torch.from_numpy(np.stack(samples)).permute(0, 3, 1, 2).float() / 255
        mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (MEAN, STD))
        return trial.change((levels - mean) / std if trial.normalise else levels)
    steps: list[Any] = [{"log_mel": {"n_mels": 24, "hop_ms": 20}}]
    steps += [{"picture": {"like": "timm/test_resnet"}}] if trial.normalise else []
    pipeline = piped("audio", steps, 0)
    values = [pipeline(audio=sample, key=str(n))["audio"]["values"] for n, sample in enumerate(samples)]
    spectra = torch.from_numpy(np.stack(values))
    return trial.change(spectra if trial.normalise else spectra.expand(-1, 3, -1, -1))


def found(trial: Trial) -> list[Finding]:
    """What the checks say of it, in their order."""
    subject = plain(trial.model, trial.loss, 10 if trial.modality == "pictures" else 4)
    fed = inputs_of(trial, trial.after)
    expected = Expected(MEAN, STD, (0.0, 1.0) if trial.modality == "pictures" else None)
    findings = list(of_inputs(subject, [(fed, trial.labels)], expected))
    kind: type[Target] = Image if trial.modality == "pictures" else Audio
    before, after, val = ([targets_of(kind, each) for each in many] for many in (trial.before, trial.after, trial.val))
    findings.append(destroyed(zip(before, after, strict=True)))
    prints = [[print_of(str(n), each) for n, each in enumerate(many)] for many in (before, val)]
    findings.append(leakage(*prints))
    data = TensorDataset(inputs_of(trial, trial.before), trial.labels)
    loader = DataLoader(data, trial.batch, shuffle=True, generator=torch.Generator().manual_seed(0))

    def optimizer() -> torch.optim.Optimizer:
        more = {"momentum": 0.9} if trial.optimizer == "SGD" else {}
        return getattr(torch.optim, trial.optimizer)(trial.model.parameters(), lr=trial.lr, **more)  # type: ignore[no-any-return]

    return [*findings, *of_model(subject, loader, optimizer, findings[:1], trial.lr)]


def targets_of(kind: type[Target], value: Any) -> dict[str, Target]:
    """One carrier."""
    return {"x": kind.read(value, kind.options_type(), {})[0]}


def _biased(trial: Trial) -> Trial:
    with torch.no_grad():
        layers = list(trial.model.modules())
        norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
        hidden = norms or [layer for layer in layers if isinstance(layer, nn.Conv2d | nn.Linear)][:-1]
        for layer in hidden:
            layer.bias.fill_(-20)  # type: ignore[union-attr, operator]
    return trial


def _scaled_weights(trial: Trial, factor: float) -> Trial:
    with torch.no_grad():
        for layer in trial.model.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                layer.weight.mul_(factor)
    return trial


def _leaking(trial: Trial) -> Trial:
    """A tenth of the validation: half of it copies, half nearly so."""
    taken = trial.rng.choice(len(trial.before), 10, replace=False)
    copies = [trial.before[i] for i in taken]
    gentle = [{"brightness": {"factor": 0.95}}] if trial.modality == "pictures" else [{"gain": {"db": -2}}]
    near = augmented(trial.modality, copies[5:], gentle, 1)
    return replace(trial, val=[*trial.val[:-10], *copies[:5], *near])


def _other_normalisation(trial: Trial) -> Trial:
    """Not at all, or for pictures also as of mean = std = 0.5."""
    if trial.modality == "sounds" or trial.rng.random() < 0.5:
        return replace(trial, normalise=False)
    return replace(trial, normalise=False, change=lambda levels: 2 * levels - 1)


def _nan(inputs: Tensor) -> Tensor:
    inputs = inputs.clone()
    inputs[0, 0, 0, 0] = float("nan")
    return inputs


def _destroyed(trial: Trial) -> Trial:
    return replace(trial, after=augmented(trial.modality, trial.before, DESTRUCTIVE[trial.modality], 1))


def _shuffled(trial: Trial) -> Trial:
    return replace(trial, labels=trial.labels[torch.from_numpy(trial.rng.permutation(len(trial.labels)))])


FAULTS: dict[str, tuple[tuple[str, ...], Callable[[Trial], Trial]]] = {
    "healthy": ((), lambda trial: trial),
    "inputs × 1000": (("inputs-scale",), lambda trial: replace(trial, change=lambda inputs: inputs * 1000)),
    "NaN in inputs": (("inputs-nan",), lambda trial: replace(trial, change=_nan)),
    "wrong normalisation": (("inputs-normalisation", "inputs-scale"), _other_normalisation),
    "destroyed samples": (("samples-destroyed",), _destroyed),
    "leakage": (("leakage",), _leaking),
    "zero init": (("zero-init",), lambda trial: _scaled_weights(trial, 0.0)),
    "huge init (× 50)": (("huge-init",), lambda trial: _scaled_weights(trial, 50.0)),
    "biases -20": (("dead-units",), _biased),
    "rate × 200": (("updates-large",), lambda trial: replace(trial, lr=trial.lr * 200)),
    "rate 1e-7": (("updates-small",), lambda trial: replace(trial, lr=1e-7)),
    "double softmax": (
        ("double-softmax",),
        lambda trial: replace(trial, loss=lambda out, y: functional.cross_entropy(out.softmax(1), y)),
    ),
    "shuffled labels": (("labels-unrelated",), _shuffled),
}
"""By name: what it should be called, and how a healthy trial becomes it. Sounds that were left in dB are off scale."""
