"""``augkit bench``: a table of times, and costs written into a recipe without touching anything else."""

import json
from pathlib import Path

import pytest

from augkit.data import open_recipe
from augkit.data.timing import timings, visits
from augkit.recipe import read_recipe

HEAD = "augkit: 1  # the format\nsource: {image_folder: {root: photos}}\nsample: {image: image, label: label}\n"
STEPS = (
    "steps:\n  - resize: {size: 16}\n  - rotate: {degrees: [-9, 9]}\n  - resize: {size: 256, id: grow}  # too late\n"
)
SILLY = "plan:\n  mode: fast\n  costs:\n    warp: 0.000001  # surely wrong\n"


@pytest.fixture(autouse=True)
def _photos(photos: Path) -> None:
    """Pictures for every recipe here."""


@pytest.fixture
def written(tmp_path):
    def write(text, name="r.yaml"):
        (tmp_path / name).write_text(text, newline="")
        return tmp_path / name

    return write


def test_every_step_has_its_row_beside_the_whole(run, written):
    written(HEAD + STEPS)
    shown = run("bench", "r.yaml", "--samples", "3")
    assert shown.exit_code == 0, shown.output
    rows = [line.split("  ")[0] for line in shown.output.splitlines()]
    assert rows[1:] == [
        *("ms", "read and decode", "+ image/resize", "+ image/rotate", "+ grow", "a sample", "samples a second"),
        "The recipe says plan: exact.",
    ]


def test_the_numbers_add_up(run, written):
    written(HEAD + STEPS)
    told = json.loads(run("bench", "r.yaml", "--samples", "3", "--json").output)
    assert told["hash"] == read_recipe("r.yaml").hash
    for mode in ("exact", "fast"):
        parts = [told["read_ms"][mode], *(step["ms"][mode] for step in told["steps"])]
        assert sum(parts) == pytest.approx(told["whole_ms"][mode])
        assert told["samples_per_second"][mode] == pytest.approx(1000 / told["whole_ms"][mode])


def test_what_costs_much_is_told_to_cost_much(written):
    path = written(HEAD + "steps: [hflip, resize: {size: 1500}, vflip, gaussian_blur: {sigma: 8}]\n")
    spent = {name: each["exact"] for name, each in timings(open_recipe(path), 3).steps}
    assert spent["image/gaussian_blur"] > 3 * max(spent["image/hflip"], 0)


def test_samples_are_spread_and_come_again_in_other_epochs(written):
    opened = open_recipe(written(HEAD + "steps: [hflip]\nsplit: {val: 0}\n"))
    assert visits(opened, 3) == [(0, 0), (0, 4), (0, 8)]
    assert visits(opened, 13) == [*((0, index) for index in range(12)), (1, 0)]


@pytest.mark.parametrize(("on_error", "code", "said"), [("skip", 0, ": 10 samples,"), ("raise", 2, "not an image")])
def test_what_cannot_be_read_is_left_out_where_the_loader_says_so(on_error, code, said, run, written, photos):
    for number in (1, 4):
        (photos / "cat" / f"{number}.png").write_bytes(b"no picture")
    written(f"{HEAD}steps: [hflip]\nsplit: {{val: 0}}\nloader: {{on_error: {on_error}}}\n")
    shown = run("bench", "r.yaml", "--samples", "12")
    assert (shown.exit_code, said in shown.output) == (code, True), shown.output


def test_calibrated_costs_change_their_numbers_and_nothing_else(run, written):
    path = written(HEAD + SILLY + STEPS)
    path.chmod(0o640)
    before = open_recipe(path)
    shown = run("bench", "r.yaml", "--calibrate", "--samples", "3")
    assert shown.exit_code == 0, shown.output
    after = open_recipe(path)
    assert f"{before.hash} becomes {after.hash}" in shown.output
    text, kept = path.read_text(), (HEAD + SILLY + STEPS).splitlines()
    assert [line for line in kept if line not in text.splitlines()] == ["    warp: 0.000001  # surely wrong"]
    assert "  # surely wrong" in text
    assert after.recipe.settings.how.costs["warp"] > 1e-4
    assert path.stat().st_mode & 0o777 == 0o640
    for index in range(4):
        drawn = [opened.dataset("train").traced((2, index)) for opened in (before, after)]
        assert drawn[0][1].entries == drawn[1][1].entries


def test_costs_that_choose_alike_are_not_written(run, written):
    path = written(HEAD + SILLY + STEPS)
    run("bench", "r.yaml", "--calibrate", "--samples", "3")
    text = path.read_text()
    shown = run("bench", "r.yaml", "--calibrate", "--samples", "3")
    assert (shown.exit_code, path.read_text()) == (0, text)
    assert "choices drawn here stay as they are, so nothing is written." in shown.output


def test_a_dry_run_shows_and_writes_nothing(run, written):
    path = written(HEAD + SILLY + STEPS)
    path.chmod(0o444)
    shown = run("bench", "r.yaml", "--calibrate", "--dry-run", "--samples", "3")
    assert shown.exit_code == 0, shown.output
    assert "-    warp: 0.000001  # surely wrong" in shown.output
    assert "Nothing is written (--dry-run)." in shown.output
    assert path.read_text() == HEAD + SILLY + STEPS


def test_json_tells_what_was_done(run, written):
    path = written(HEAD + SILLY + STEPS)
    told = json.loads(run("bench", "r.yaml", "--calibrate", "--json", "--samples", "3").output)
    assert told["written"] and told["otherwise"] == told["choices"] == 3
    assert told["hash_after"] == read_recipe(path).hash != told["hash"]
    assert read_recipe(path).settings.how.costs == told["costs_measured"]


def test_a_plan_from_a_recipe_below_is_said_anew(run, written):
    base = written(HEAD + SILLY + STEPS, "base.yaml").read_text()
    path = written("extends: base.yaml\naugkit: 1\n# mine\nseed: 3\n")
    shown = run("bench", "r.yaml", "--calibrate", "--samples", "3")
    assert shown.exit_code == 0, shown.output
    assert path.read_text().startswith("extends: base.yaml\naugkit: 1\n# mine\nseed: 3\nplan: {mode: fast, costs: {")
    assert (path.parent / "base.yaml").read_text() == base
    assert read_recipe(path).hash in shown.output


def test_a_link_stays_a_link(run, written, tmp_path):
    written(HEAD + SILLY + STEPS, "real.yaml")
    (tmp_path / "r.yaml").symlink_to("real.yaml")
    assert run("bench", "r.yaml", "--calibrate", "--samples", "3").exit_code == 0
    assert (tmp_path / "r.yaml").is_symlink()
    assert "0.000001" not in (tmp_path / "real.yaml").read_text()


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (HEAD + STEPS, "r.yaml:1:1: plan: exact joins nothing"),
        (HEAD + "plan: exact\n" + STEPS, "r.yaml:4:7: plan: exact joins nothing"),
        (HEAD + "plan: {mode: fast, fuse: off}\n" + STEPS, "r.yaml:4:26: plan: fuse: off joins nothing"),
        ("augkit: 1\nplan: fast\nsample: {said: text}\nsteps: [typo]\n", "said: text: has no image"),
        ("augkit: 1\nplan: fast\nsample: {image: image}\nsteps: [hflip]\n", "there is no `source`"),
    ],
)
def test_what_cannot_be_calibrated_is_said(recipe, said, run, written):
    written(recipe)
    shown = run("bench", "r.yaml", "--calibrate")
    assert shown.exit_code == 2
    assert said in shown.output


def test_a_read_only_recipe_is_left_alone(run, written):
    path = written(HEAD + SILLY + STEPS)
    path.chmod(0o444)
    shown = run("bench", "r.yaml", "--calibrate", "--samples", "3")
    assert shown.exit_code == 2
    assert "r.yaml: is read-only; nothing is written." in shown.output
    assert path.read_text() == HEAD + SILLY + STEPS


def test_a_recipe_without_choices_stays(run, written):
    path = written(HEAD + "plan: fast\nsteps: [hflip]\n")
    shown = run("bench", "r.yaml", "--calibrate")
    assert shown.exit_code == 0
    assert "none of its steps leave a choice" in shown.output
    assert path.read_text() == HEAD + "plan: fast\nsteps: [hflip]\n"


def test_a_dry_run_of_nothing_is_wrong_usage(run, written):
    written(HEAD + STEPS)
    assert run("bench", "r.yaml", "--dry-run").exit_code == 2
