"""torchaudio itself, and torch: imported on first use, its transforms by name, its generator lent and restored."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from typing import Any

import numpy as np

from augkit.errors import FieldError, MissingDependency
from augkit.rng import lent_globals
from augkit.words import suggestion
from augkit_audio.torchaudio_table import REFUSED, SPECTROGRAM, WAVEFORM

_INSTALL = "pip install 'augkit[torchaudio]'"


def transforms() -> Any:
    """``torchaudio.transforms``; MissingDependency where it, or torch, is not installed."""
    try:
        import torchaudio.transforms
    except ImportError as error:
        raise MissingDependency(f"`torchaudio` needs {error.name or error}. Install it: {_INSTALL}") from error
    return torchaudio.transforms


def make(name: str, arguments: Mapping[str, Any]) -> Any:
    """A transform; a name or an argument that the library does not know raises FieldError."""
    if name in REFUSED:
        raise FieldError(f"torchaudio/{name}: cannot be used: {REFUSED[name]}.", "name")
    if name not in WAVEFORM and name not in SPECTROGRAM:
        hint = suggestion(name, [*WAVEFORM, *SPECTROGRAM])
        raise FieldError(f"torchaudio {metadata.version('torchaudio')} has no transform {name!r}.{hint}", "name")
    made_by = getattr(transforms(), name)
    known = {key: value for key, value in inspect.signature(made_by.__init__).parameters.items() if key != "self"}
    for argument in arguments:
        if argument not in known:
            hint = suggestion(argument, known)
            raise FieldError(
                f"torchaudio/{name}: unknown field {argument!r}.{hint} Fields: {', '.join(known)}.", argument
            )
    for argument, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and argument not in arguments:
            raise FieldError(f"torchaudio/{name}: field {argument!r} is required.", argument)
    try:
        made = made_by(**arguments)
        applied(made, _tried(name, arguments), 0)
    except (TypeError, ValueError, RuntimeError, AssertionError) as error:
        words = " ".join(str(error).split())
        only = next(iter(arguments)) if len(arguments) == 1 else None
        raise FieldError(f"torchaudio/{name}: got {dict(arguments)!r}: {words}", only) from error
    return made


def _tried(name: str, arguments: Mapping[str, Any]) -> np.ndarray:
    """Something long enough for every argument: many a wrong one shows only when it is used."""
    longest = sum(abs(value) for value in arguments.values() if isinstance(value, int))
    return np.ones((2, 64, 64) if name in SPECTROGRAM else (1, 1 + longest), np.float32)


def applied(made: Any, values: np.ndarray, subseed: int) -> np.ndarray:
    """What ``made`` makes of a copy of ``values`` while torch draws from ``subseed``."""
    import torch

    with _lent(subseed), torch.no_grad():
        return np.ascontiguousarray(made(torch.from_numpy(np.array(values, dtype=np.float32, order="C"))).numpy())


@contextmanager
def _lent(subseed: int) -> Iterator[None]:
    import torch

    with lent_globals(subseed):  # which lets one thread in at a time
        kept = torch.get_rng_state()
        torch.default_generator.manual_seed(subseed >> 1)  # torch takes 63 bits, and this leaves GPUs alone
        try:
            yield
        finally:
            torch.set_rng_state(kept)
