# What one does with moonhop. `make help` lists the targets.

PYTHON ?= python3
PYTEST_ARGS ?= -n 2
VENV := .venv
BIN := $(VENV)/bin
SETUP_DONE := $(VENV)/.setup-done

.DEFAULT_GOAL := help
.PHONY: help setup system demo test check bench nightly clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(SETUP_DONE) ## create .venv and install moonhop with its tools (Python packages only, no root)

$(SETUP_DONE): pyproject.toml scripts/create-venv scripts/fetch-umqtt host/moonhop/boards/packages.py
	PYTHON=$(PYTHON) scripts/create-venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	scripts/fetch-umqtt
	@touch $@

system: ## install the Debian packages that the tests need (root or sudo)
	@scripts/install-system-packages

demo: setup ## run a fleet of two unlike nodes and hop a program between them
	$(BIN)/moonhop demo

test: setup system ## run the tests; PYTEST_ARGS goes to pytest, e.g. PYTEST_ARGS="-x -k hop"
	$(BIN)/python -m pytest $(PYTEST_ARGS)

nightly: setup system ## run the long tests
	$(BIN)/python -m pytest -m nightly --timeout=3600 $(PYTEST_ARGS)

check: setup ## lint, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: setup ## measure; prints figures for this machine
	$(BIN)/moonhop bench

clean: ## remove caches and build products; .venv stays
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
