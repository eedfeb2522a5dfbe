# Two commands do all the set-up on a machine that has Python 3.11 or later and make:
#   make run     install into .venv, index corpus/, serve it on this machine, print the address
#   make test    install what tests need as well, and run them
# The others are for whoever works on the program; CONTRIBUTING.md says when.

PYTHON ?= python3
CONSTRAINTS ?=
PIP = .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-compile $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))
# What pip leaves out here, and would do on one core; ours as well. What cannot be compiled is no fault as long as nobody
# imports it.
COMPILE = @.venv/bin/python -m compileall -qq -j 0 .venv/lib src || true

.PHONY: run test lint types check bench clean

run: .venv/run
	.venv/bin/kb-search index
	.venv/bin/kb-search serve

# The tests start many processes, each of which would compile the program anew where the environment forbids to keep it.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/test
	.venv/bin/python -m pytest -n auto --dist loadfile

lint: .venv/lint
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/lint
	.venv/bin/mypy

check: lint types test

bench: .venv/run
	.venv/bin/python -m benchmarks.engines.compare --programs fts5,whoosh,textbook

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kb-search needs Python 3.11 or later; call make with PYTHON=python3.11 or the like")'
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo 'On Debian and Ubuntu: sudo apt install python3-venv'; exit 1; }

# One stamp for each set of packages, made anew when the list of packages changes.
.venv/run: pyproject.toml | .venv/bin/python
	$(PIP) --editable .
	$(COMPILE)
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[test]'
	$(COMPILE)
	@touch $@ .venv/run

.venv/lint: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[test,lint]'
	$(COMPILE)
	@touch $@ .venv/run .venv/test
