"""What a benchmark may be asked on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.benchmarks.side_by_side import CLOCKS


def arguments(about: str, rows: int) -> argparse.Namespace:
    """``rounds``, ``rows`` (numbers from 1), ``clock`` and ``markdown``; ``about`` is the benchmark's docstring."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=25, help="rounds of blocks (25)")
    parser.add_argument("--quick", action="store_const", const=5, dest="rounds", help="5 rounds")
    parser.add_argument("--rows", type=int, nargs="+", default=range(1, rows + 1), help=f"which rows, 1 to {rows}")
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="cpu", help="cpu seconds of this process, or wall")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables as a page")
    return parser.parse_args()
