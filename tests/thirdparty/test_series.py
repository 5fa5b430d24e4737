"""A whole modality from outside: series of sensors, which augkit has never heard of."""

import html
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.distributions import as_installed

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "augkit_series"
RECIPE = """augkit: 1
seed: 3
source: {series_folder: {root: data}}
sample: {series: {series: {rate: 50}}, events: events, label: label}
split: {val: 0.25, stratify: true}
steps:
  - jitter: {std: 0.05}
  - scaling
  - time_warp
  - window: {samples: 160}
loader: {batch_size: 8, workers: 0}
train: {task: series_classification, epochs: 6, lr: 0.01, width: 16, threads: 1}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the package in ``site``, as installed, and data: slow and quick swings, with the swings marked."""
    folder = tmp_path_factory.mktemp("series")
    as_installed(SOURCE, folder / "site")
    lay_out(folder)
    return folder


def lay_out(folder):
    (folder / "r.yaml").write_text(RECIPE)
    rng = np.random.default_rng(0)
    for name, hz in (("slow", 1.0), ("quick", 4.0)):
        (folder / "data" / name).mkdir(parents=True)
        for number in range(16):
            swing = np.sin(2 * np.pi * hz * np.arange(200) / 50 + rng.uniform(0, 6))
            values = np.stack([swing, -swing, 0 * swing], axis=1) + rng.normal(0, 0.1, (200, 3))
            file = folder / f"data/{name}/{number}.csv"
            np.savetxt(file, values, delimiter=",", header="x,y,z", comments="")
            file.with_suffix(".intervals.csv").write_text(f"onset,offset,label\n1.0,2.5,{name}\n")


def run(place, *words, python=sys.executable, path=None):
    shared = [place / "site", *filter(None, [os.environ.get("PYTHONPATH")])]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, shared if path is None else path))}
    return subprocess.run([str(python), *map(str, words)], cwd=place, env=env, capture_output=True, text=True)


def ask(place, code):
    done = run(place, "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


LAWS = """
import json
from augkit import steps, testing
from augkit.testing import worlds

worlds.WORLDS = ()  # the step moves sounds and spectrograms too; here is the time for one world
warp, jitter = (testing.check(step, examples=1) for step in (steps.series.time_warp(), steps.jitter()))
held = [outcome.law.id for outcome in warp.outcomes if outcome.not_applicable is None]
print(json.dumps({"broken": [str(each) for each in (*warp.broken, *jitter.broken)], "time_warp": held}))
"""


def test_all_laws_run_on_it(place):
    said = ask(place, LAWS)
    assert said["broken"] == []
    assert set(said["time_warp"]) == {"L1", "L7", "L8", "L10", "L12", "L13", "L14", "L15", "L16", "L17", "L18"}


FAULTS = """
import dataclasses, json
import numpy as np
import augkit
from augkit import steps, testing
from augkit.testing.cases import World
from augkit.vocab.timeline import TimeMove
from augkit_series import follow, series

@dataclasses.dataclass(frozen=True, eq=False)
class Taps(augkit.Target):
    kind, axes = "taps", augkit.TIME
    times: np.ndarray

@augkit.moves(TimeMove, Taps)
def taps_follow_time(taps, move):
    return dataclasses.replace(taps, times=np.sort(move.parts(taps.times, taps.times).start))

def agree(step):
    try:
        return testing.assert_targets_agree(step, lambda s, frame: Taps(s), lambda t: t.times, on="series", examples=3)
    except testing.LawBroken as broken:
        return str(broken)

def broken(step):
    return [str(outcome) for outcome in testing.check(step, laws=["L10"], examples=3).broken]

warp, foreign = steps.series.time_warp(), [steps.shift(), steps.reverse(), steps.splice(), steps.time_mask()]
said = {"sound": agree(warp), "foreign": [broken(step) for step in foreign]}

@augkit.moves(TimeMove, Taps)
def late(taps, move):
    return dataclasses.replace(taps, times=np.sort(move.parts(taps.times, taps.times).start) + 1.5 / 12.5)

said["late taps"] = agree(warp)
right = follow.series_follows_time

@augkit.moves(TimeMove, series.Series)
def two_samples_late(given, move):
    moved = right(given, move)
    return dataclasses.replace(moved, values=np.roll(moved.values, 2, axis=0))

said["late series"] = broken(steps.window(samples=160))
try:
    testing.assert_targets_agree(warp, Taps, Taps, on="seriess")
except augkit.AugkitError as error:
    said["unmarked"] = str(error)
print(json.dumps(said))
"""


def test_the_laws_see_whether_annotations_stay_also_under_the_steps_of_others(place):
    said = ask(place, FAULTS)
    assert said["sound"] > 20
    assert said["foreign"] == [[], [], [], []]  # audio's own steps move a series, by one kernel of the stranger's
    assert "a moment of 'taps'" in said["late taps"] and "ms away" in said["late taps"]
    assert "a mark is found at" in said["late series"][0]
    assert "Did you mean 'series'?" in said["unmarked"]


USE = """
import json
import augkit
from augkit.data import open_recipe
from augkit.report.preview import preview

opened = open_recipe("r.yaml")
sample, trace = opened.dataset("train").traced((1, 0, 0))
batch = next(iter(opened.loader("train")))
page = preview(opened, samples=2, draws=2)
import augkit_series.panel as mine
mine.panel = lambda *given: 1 / 0
failing = preview(opened, samples=1, draws=1)
augkit.plugins.catalogue()._entries.pop(("panel", "series"))
bare = preview(opened, samples=1, draws=1)
print(json.dumps({
    "steps": [entry.name for entry in trace.entries],
    "values": list(batch["series"]["values"].shape),
    "lengths": batch["series"]["lengths"].tolist(),
    "events": max(batch["events"], key=len).keys() >= {"onset", "offset", "label"},
    "curves": [*(page.html.count(f"<{tag}") for tag in ('svg class="series"', "polyline")), "<rect" in page.html],
    "problems": list(page.problems),
    "failing": failing.problems,
    "bare": bare.html.partition('<p class="none">')[2].partition("</p>")[0],
}))
"""


def test_its_source_steps_batches_and_panel_work_by_their_short_names(place):
    said = ask(place, USE)
    assert said["steps"] == ["series/jitter", "series/scaling", "series/time_warp", "series/window"]
    assert said["values"] == [8, 3, 160] and said["lengths"] == [160] * 8 and said["events"]
    assert said["curves"] == [2 * 4, 2 * 4 * 3, True] and said["problems"] == []
    assert said["failing"] == ["series: the panel for 'series' fails: ZeroDivisionError: division by zero"]
    assert html.unescape(said["bare"]) == (
        "series: nothing here draws a 'series' (time (200, 50.0)); its plugin lacks registry.panel."
    )


def test_what_is_wrong_is_told_at_its_place(place):
    (place / "wrong.yaml").write_text(RECIPE.replace("time_warp", "time_wrap").replace("width: 16", "widht: 16"))
    done = run(place, "-m", "augkit", "check", "wrong.yaml", "--no-data")
    assert done.returncode == 2
    assert "wrong.yaml:9:5: unknown step 'time_wrap'. Did you mean 'time_warp'?" in done.stderr
    (place / "wrong.yaml").write_text(RECIPE.replace("{series: {series: {rate: 50}}, ", "{series: series, "))
    done = run(place, "-c", "from augkit.data import open_recipe; open_recipe('wrong.yaml').dataset('train')[0]")
    assert "says no rate; write it in the recipe" in done.stderr


@pytest.mark.long
def test_in_a_clean_environment(tmp_path):
    """Wheels of augkit and of the package, installed into an environment that knows neither source tree."""
    lay_out(tmp_path)
    env = tmp_path / "env"
    assert run(tmp_path, "-m", "venv", "--without-pip", env, path=[]).returncode == 0
    [site] = (env / "lib").glob("python*/site-packages")
    others = next(folder for folder in map(Path, sys.path) if (folder / "pytest").is_dir())
    (site / "others.pth").write_text(f"{others}\n")
    for source in (ROOT, SOURCE):
        built = run(tmp_path, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path / "wheels", source, path=[])
        assert built.returncode == 0, built.stdout + built.stderr
    pip = ["-m", "pip", "--python", env / "bin/python", "install", "--no-deps", "--no-index", "--ignore-installed"]
    done = run(tmp_path, *pip, *(tmp_path / "wheels").glob("*.whl"), path=[])
    assert done.returncode == 0, done.stderr
    inside = {"python": env / "bin/python", "path": []}
    homes = run(tmp_path, "-c", "import augkit, augkit_series as s; print(augkit.__file__, s.__file__)", **inside)
    assert homes.stdout.count(str(site)) == 2, homes
    laws = run(tmp_path, "-m", "augkit", "test-plugin", "series", **inside)
    assert laws.returncode == 0, laws.stdout + laws.stderr
    trained = run(tmp_path, "-m", "augkit", "train", "r.yaml", "--out", tmp_path / "run", **inside)
    assert trained.returncode == 0, trained.stdout + trained.stderr
    [metrics] = (tmp_path / "run").rglob("metrics.json")
    told = json.loads(metrics.read_text())
    assert told["last"]["val_accuracy"] > 0.9 and told["majority_accuracy"] == 0.5
    page = (metrics.parent / "report.html").read_text()
    answers = page.partition("Truth beside prediction")[2]
    assert answers.count('<svg class="series"') == 16 and "✓ right · truth quick · prediction quick" in answers
    assert "report.html has no answers" not in trained.stderr
