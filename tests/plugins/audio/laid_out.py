"""All sound data that docs/sound-data.md names, tiny."""

import json
from pathlib import Path

import pyarrow
from pyarrow import parquet

from tests.plugins.audio.recorded import lines, write

_RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies"


def lay_out(place: Path) -> None:
    """Write them below ``place``."""
    files = ["a.wav", "b.wav", "1-100032-A-0.wav", "1-100038-A-14.wav"]
    for name in [f"audio/{file}" for file in files] + [
        f"words/{word}/{n}.wav" for word in ("yes", "no") for n in "abc"
    ]:
        write(place / name)
    lines(place / "esc50.csv", "filename,fold,category", "1-100032-A-0.wav,1,dog", "1-100038-A-14.wav,2,rain")
    lines(place / "parts.csv", "file,begins,ends,word", *(f"a.wav,{n / 4},{n / 4 + 0.5},yes" for n in range(4)))
    rows = [
        {"audio": {"bytes": write(place / "c.wav").read_bytes(), "path": f"{n}.wav"}, "label": n % 2} for n in range(6)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), place / "clips.parquet")
    lines(place / "events.tsv", "filename\tonset\toffset\tevent_label", "a.wav\t0.5\t1.25\tdog_bark", "b.wav\t\t\t")
    lines(place / "durations.tsv", "filename\tduration", *(f"{file}\t2.0" for file in files))
    for name in "abcd":
        for folder in ("tracks", "field", "songs"):
            write(place / folder / f"{name}.wav")
        lines(place / "tracks" / f"{name}.txt", "0.5\t1.0\tdog", "\\\t100\t900")
        row = "1\tSpectrogram 1\t1\t0.5\t1.0\t100\t900\towl"
        lines(place / "tables" / f"{name}.Table.1.selections.txt", _RAVEN, row)
        (place / "songs" / f"{name}.jams").write_text(json.dumps(_song()))


def _song() -> dict:
    chord = {"time": 0, "duration": 2, "value": "C:maj", "confidence": 1.0}
    beats = [{"time": 0.5 * n, "duration": 0, "value": n % 4 + 1, "confidence": None} for n in range(4)]
    return {"annotations": [{"namespace": "chord", "data": [chord]}, {"namespace": "beat", "data": beats}]}
