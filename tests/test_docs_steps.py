"""docs/steps.md and docs/steps/ say what the steps say of themselves."""

import runpy
from pathlib import Path

import pytest

from augkit.build import COMBINERS
from augkit.errors import MissingDependency
from augkit.fields import fields_of
from augkit.plugins import catalogue
from augkit.transform import RESERVED

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def written():
    """The pages as the tool writes them now, by their place in docs/."""
    try:
        return runpy.run_path(str(ROOT / "docs/make_steps.py"))["pages"]()
    except MissingDependency as error:
        pytest.skip(f"not every step is installed: {error}")


def test_the_pages_are_up_to_date(written):
    stored = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs/steps").glob("*.md")} | {"steps.md"}
    assert stored == written.keys()
    old = [place for place, text in written.items() if (ROOT / "docs" / place).read_text(encoding="utf-8") != text]
    assert not old, f"{', '.join(old)}: run python docs/make_steps.py"


def test_every_step_has_its_fields_and_who_follows(written):
    for entry in (each for each in catalogue().entries("transform") if each.plugin in ("image", "audio", "text")):
        prefix, _, name = entry.name.partition("/")
        told = written[f"steps/{prefix}.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert all(f"| `{field}` |" in told for field in fields_of(entry.load())), entry.name
        assert "* follow: `" in told or "depends on `name`" in told, entry.name
    assert all(f"| `{name}` |" in written["steps.md"] for name in (*RESERVED, *COMBINERS))
