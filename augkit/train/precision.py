"""Precision: what of ``train.precision`` this machine can do. Nothing is computed otherwise than asked for."""

from __future__ import annotations

from typing import Literal

import torch

from augkit.errors import FieldError
from augkit.train.config import RunConfig


def device_type() -> str:
    """What a training on this machine computes on: ``cuda``, ``mps`` or ``cpu``."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def lightning_name(config: RunConfig) -> Literal["32-true", "bf16-mixed", "16-mixed"]:
    """As Lightning has it. Raises FieldError where this machine, or the optimizer, cannot."""
    if config.precision == 32:
        return "32-true"
    device, wanted = device_type(), config.precision
    why = _refused(device, wanted)
    if why:
        raise FieldError(f"precision: {wanted} is not for this machine: {why}.", "precision")
    if wanted == "16-mixed" and config.optimizer_name == "LBFGS":
        said = "16-mixed scales the loss, which LBFGS, computing it several times a step, cannot take back; write 32."
        raise FieldError(f"precision: {said}", "precision")
    return wanted


def autocast(config: RunConfig, device: str) -> torch.autocast:
    """What operators compute in inside, as in training; losses are not scaled."""
    kind = torch.float16 if config.precision == "16-mixed" else torch.bfloat16
    return torch.autocast(device, kind, enabled=config.precision != 32)


def _refused(device: str, wanted: str) -> str | None:
    if device == "cpu" and wanted == "16-mixed":
        return "a CPU has no 16-mixed training; write bf16-mixed or 32"
    if device == "cuda" and wanted == "bf16-mixed" and not torch.cuda.is_bf16_supported():
        return f"{torch.cuda.get_device_name()} knows no bfloat16; write 16-mixed or 32"
    if device == "mps" and wanted == "bf16-mixed":
        return "bfloat16 is not for every Mac; write 16-mixed or 32"
    return None
