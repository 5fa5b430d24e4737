"""What the site has beside docs/: a front page out of README.md, recipes/, the change log; and links that fit there.

Pages are written to be read in the repository. Here a link to what the site has leads to its page, and one to what it
has not (a test, a module) is left as words.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from pymdownx.slugs import slugify

ROOT = Path(__file__).parents[2]
FROM_ROOT = {"index.md": "README.md", "changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}
EXAMPLES = "examples.md"
_LINK = re.compile(r"(!?)\[([^\]]+)\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
_NAMED_FENCE = re.compile(r"^```(\w+) ([^\n{]+)$", re.MULTILINE)


def on_config(config: Any) -> Any:
    """Anchors as forges make them, so that a link to a heading works in both places."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = slugify(case="lower")
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are not in docs/."""
    for place, source in FROM_ROOT.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text(encoding="utf-8")))
    files.append(File.generated(config, EXAMPLES, content=_examples()))
    return files


def on_page_markdown(markdown: str, page: Any, files: Files, **_: Any) -> str:
    """Links that fit, and the names of files over their code."""
    here = page.file.src_uri
    origin = FROM_ROOT.get(here, f"docs/{here}")

    def linked(match: re.Match[str]) -> str:
        mark, words, target, anchor = match[1], match[2], match[3], match[4] or ""
        found = _place(posixpath.normpath(posixpath.join(posixpath.dirname(origin), target)), anchor) if target else ""
        if found is None:
            return words
        if not target:
            return match[0]
        return f"{mark}[{words}]({posixpath.relpath(found[0], posixpath.dirname(here) or '.')}{found[1]})"

    named = _NAMED_FENCE.sub(lambda match: f'```{match[1]} title="{match[2]}"', markdown)
    return _LINK.sub(linked, named)


def _place(path: str, anchor: str) -> tuple[str, str] | None:
    """Where the site has a file of the repository; None where it has it not."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/"), anchor
    if path.startswith("recipes/") and path.endswith(".yaml"):
        return EXAMPLES, "#" + slugify(case="lower")(posixpath.basename(path), "-")
    for place, source in FROM_ROOT.items():
        if path == source:
            return place, anchor
    return None


def _examples() -> str:
    lines = ["# Example recipes\n", "They come with augkit, in `recipes/`. The first line of each is the command.\n"]
    for path in sorted((ROOT / "recipes").glob("*.yaml")):
        lines.append(f"## {path.name}\n\n```yaml\n{path.read_text(encoding='utf-8').strip()}\n```\n")
    return "\n".join(lines)
