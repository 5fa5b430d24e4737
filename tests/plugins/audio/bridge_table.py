"""Measures what docs/audiomentations.md says: ``python -m tests.plugins.audio.bridge_table``."""

import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

import augkit
from augkit_audio.audiomentations_bridge import Audiomentations
from tests.plugins.audio.bridged import files, heard, lateness, moving, still, ticks
from tests.plugins.audio.clips import tones
from tests.plugins.audio.heard import onset_errors

PAGE = Path(__file__).resolve().parents[3] / "docs" / "audiomentations.md"
MARK = "<!-- measured: everything below is written by tests/plugins/audio/bridge_table.py -->"
PATHS = ("sounds_path", "ir_path")
RATES, KEYS = (8000, 16000, 44100), ("a", "bb", "ccc", "dddd", "eeeee", "ffffff")


def measured(fields, clip, errors):
    """The worst of all clips, in milliseconds."""
    aug = augkit.load(
        {
            "augkit": 1,
            "seed": 5,
            "sample": {"audio": "audio", "events": "events"},
            "steps": [{"audiomentations": fields}],
        }
    )
    worst = 0.0
    for rate in RATES:
        for key in KEYS:
            samples, onsets = clip(rate, seed=len(key))
            out = aug(audio=(samples, rate), events={"onset": onsets, "offset": onsets}, key=key)
            worst = max(worst, errors(samples, out, rate))
    return 1e3 * worst


def late(samples, out, rate):
    """How late hisses are, in the middle of them all: single ones may be masked by noise or by what clips."""
    return float(np.median(np.abs(lateness(samples, out["audio"][0], rate, np.asarray(out["events"]["onset"])))))


def off(samples, out, rate):
    """How far clicks that are heard are from their events, at worst."""
    made, moved = out["audio"][0], np.asarray(out["events"]["onset"])
    audible = moved[[heard(made, rate, moment) for moment in moved]]
    return float(np.abs(onset_errors(made, rate, audible)).max(initial=0))


def rows(folder):
    """A row for each setting of each transform."""
    for variants, clip, errors in ((still(folder), ticks, late), (moving(folder), tones, off)):
        for fields in variants:
            told = ", ".join(f"{key}: {value}" for key, value in fields.items() if key not in ("name", *PATHS))
            move = Audiomentations.from_fields(fields).move.__name__.replace("Params", "stays")
            yield f"| {fields['name']} | {told} | {move} | {measured(fields, clip, errors):.2f} |"


def main():
    with tempfile.TemporaryDirectory() as place:
        listed = sorted(rows(files(Path(place))))
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("audiomentations", "librosa", "numpy"))
    head = f"{versions}; {len(KEYS)} clips of 3 s at each of {', '.join(map(str, RATES))} Hz."
    table = ["| transform | settings | time | off by, ms |", "|---|---|---|---|", *listed]
    page = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(f"{page}{MARK}\n\n{head}\n\n" + "\n".join(table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
