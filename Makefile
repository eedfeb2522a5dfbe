# Two commands do all the set-up on a machine that has Python 3.11 or later and make:
#   make run     install into .venv, index corpus/, serve it on this machine, print the address
#   make test    install what tests need as well, and run them
# The others are for whoever works on the program; CONTRIBUTING.md says when.

PYTHON ?= python3
CONSTRAINTS ?=
PIP = .venv/bin/python -m pip --disable-pip-version-check install --quiet $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS))

.PHONY: run test lint types check bench clean

run: .venv/run
	.venv/bin/kb-search index
	.venv/bin/kb-search serve

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
	$(PYTHON) -m venv .venv

# One stamp for each set of packages, made anew when the list of packages changes.
.venv/run: pyproject.toml | .venv/bin/python
	$(PIP) --editable .
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[test]'
	@touch $@ .venv/run

.venv/lint: pyproject.toml | .venv/bin/python
	$(PIP) --editable '.[test,lint]'
	@touch $@ .venv/run .venv/test
