"""``python -m augkit`` is the command line."""

from augkit.cli import main

main(prog_name="python -m augkit")
