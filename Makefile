# Everything runs in .venv, which is made on first use. Another Python: make PYTHON=python3.12 …

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed
BENCHMARKS := $(addprefix tests/benchmarks/, image.py audio.py text.py start.py)

.DEFAULT_GOAL := help
.PHONY: help demo test check laws-long fuzz bench agreement docs clean

help:  ## what can be made
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/' | expand -t 12

demo: $(READY)  ## train recipes/digits.yaml with and without augmentation, over 3 seeds
	$(BIN)/augkit compare recipes/digits.yaml --seeds 3

test: $(READY)  ## the whole test suite
	$(BIN)/python -m pytest

check: $(READY)  ## format, lint, types, import contract, tests
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy --strict augkit
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

laws-long: $(READY)  ## the tests that take minutes
	$(BIN)/python -m pytest -m long

fuzz: $(READY)  ## every property-based test, with many more examples
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz

bench: $(READY)  ## tables of ratios, side by side with other libraries
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[bench]'
	@set -e; for script in $(BENCHMARKS); do echo "$$script"; $(BIN)/python "$$script"; done

agreement: $(READY)  ## the tables in docs/albumentations.md and docs/audiomentations.md, measured anew (minutes)
	PYTHONPATH=. $(BIN)/python -W ignore -m tests.plugins.image.agreement_table
	PYTHONPATH=. $(BIN)/python -W ignore -m tests.plugins.audio.bridge_table

docs: $(READY)  ## the site of docs/, in build/site
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --config-file docs/site/mkdocs.yml

clean:  ## what was built, cached and run; .venv too
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no $(PYTHON). Install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3.12"; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "augkit needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" -V 2>&1). Try: make PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/pip || "$(PYTHON)" -m venv --clear .venv || { \
	  rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@echo "Setting up .venv: this happens once and takes a few minutes (PyTorch is large) ..."
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[all,dev]'
	@touch $@
