"""Sounds: augkit beside audiomentations, torchaudio, torch-audiomentations, pedalboard and librosa, on the same clips.

One process, one thread; the libraries take turns. Prints how many times faster augkit is than each of them, and what
comes out of each when all are given the same numbers.

    python tests/benchmarks/audio.py [--quick] [--rounds N] [--rows 1 3] [--markdown docs/benchmarks-audio.md]
"""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

# Read when the libraries are loaded, hence before the imports below.
os.environ.update({f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")})
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

import numpy as np
import torch

from tests.benchmarks.audio_peers import by_augkit, report
from tests.benchmarks.audio_peers.agreement import measured
from tests.benchmarks.audio_peers.report import Result
from tests.benchmarks.audio_peers.work import RATES, WORKS, Change, Setting, Work, clips, write_files
from tests.benchmarks.command import arguments
from tests.benchmarks.forms import Form, installed, turn
from tests.benchmarks.side_by_side import Effort, finalists, heats, race

_CLIPS = 4


def libraries() -> dict[str, Callable[[Setting], list[tuple[str, Change]]]]:
    """Those that are installed: how each makes the change of a setting."""
    found: dict[str, Callable[[Setting], list[tuple[str, Change]]]] = {"augkit": by_augkit.changes}
    if installed("audiomentations"):
        from tests.benchmarks.audio_peers import by_audiomentations

        found["audiomentations"] = by_audiomentations.changes
    if installed("torchaudio"):
        from tests.benchmarks.audio_peers import by_torch

        found["torchaudio"] = by_torch.torchaudio_changes
        found["torch-audiomentations"] = by_torch.torch_audiomentations_changes
    from tests.benchmarks.audio_peers import by_others

    peers = {"pedalboard": by_others.pedalboard_changes, "librosa": by_others.librosa_changes}
    return found | {name: changes for name, changes in peers.items() if installed(name)}


def result(work: Work, rate: int, folder: Path, effort: Effort) -> Result:
    """The times and the outputs of one work at one rate."""
    setting, same, samples = Setting(work, rate, folder), Setting(work, rate, folder, fixed=True), clips(rate)
    forms, outputs = [], {}
    for library, changes in libraries().items():
        forms += [Form(library, how, _on(samples, change)) for how, change in changes(setting)]
        if compared := changes(same):
            outputs[library] = measured(same, compared[0][1])
    tried = heats(forms, effort)
    return Result(work, rate, tried, race(finalists(tried), effort), outputs)


def _on(samples: list[np.ndarray], change: Change) -> Callable[[int], object]:
    return lambda n: change(turn(samples, n), n)


def main() -> None:
    """Print the tables, and write them down where asked."""
    asked = arguments(__doc__, len(WORKS))
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")  # peers warn of what they will change; this is about times
    effort, results = Effort(asked.rounds, _CLIPS, asked.clock), []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AUGKIT_CACHE"] = f"{folder}/cache"
        for rate in RATES:
            write_files(Path(folder), rate)
        for number in asked.rows:
            for rate in RATES:
                print(f"{WORKS[number - 1].name}, {rate} Hz …", file=sys.stderr, flush=True)
                results.append(result(WORKS[number - 1], rate, Path(folder), effort))
    print(report.text(results, asked.rounds, asked.clock))
    if asked.markdown:
        asked.markdown.write_text(report.markdown(results, asked.rounds, asked.clock), encoding="utf-8")


if __name__ == "__main__":
    main()
