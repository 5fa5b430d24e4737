"""Policies in a loader: the same bytes for any number of workers and in any process."""

import os
import subprocess
import sys
from pathlib import Path

from tests.data.conftest import recipe
from tests.data.test_same_bytes import digests


def given(root):
    steps = ["rand_augment", {"augmix": {"id": "mix"}}, {"trivial_augment": [{"rotate": {"id": "turn"}}, "hflip"]}]
    return recipe(root, steps=[*steps, {"center_crop": {"size": 8}}])


def test_batches_are_the_same_bytes_for_any_number_of_workers(folder):
    root = folder(cats=4, dogs=5)
    want = digests(given(root), epochs=2)
    assert len({batch for epoch in want for batch in epoch}) == 2 * 3
    assert digests(given(root), epochs=2, workers=2, start="fork") == want


def test_another_process_with_another_hash_seed_gives_the_same_bytes(folder, tmp_path):
    made = given(folder(cats=2, dogs=2))
    script = tmp_path / "run.py"
    script.write_text(
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.data.test_same_bytes import digests\n"
        f"print(digests({made!r}, epochs=1))\n"
    )
    command = [sys.executable, str(script), str(Path(__file__).parents[2])]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": "77"}, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{digests(made, epochs=1)}\n"
