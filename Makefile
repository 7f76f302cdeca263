# What one does here. `make help` lists it.
#
# Nothing is needed but Python 3.11 with its venv module, git and make. Everything goes into .venv;
# a step that was done and whose inputs did not change is not done again.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
DONE := .venv/.done
UV := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python
SERVE ?= 1
export PYTHONUNBUFFERED := 1
# Kept compiled, a module is there in a moment; without, every process compiles Django anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo dev system-packages check test test-app test-quick browser fmt messages docs clean

help:  ## list these commands
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

setup: $(DONE)/warm $(DONE)/translations  ## make the environment in .venv
	@echo "Aanchal is set up. Try: make demo"

demo: setup  ## a made-up district, its list for today, and the site on http://localhost:8000 (SERVE=0: the list only)
	@$(BIN)/aanchal demo $(if $(filter 0,$(SERVE)),--no-serve)

dev: $(DONE)/dev $(DONE)/translations  ## the environment with what tests and checks need

system-packages:  ## PostgreSQL, Chromium, Java and fonts for the tests (installed when missing and permitted)
	@tools/system-packages

check: dev  ## style, types, borders, migrations, generated pages, translations
	@$(BIN)/python -m tools.check

test: system-packages dev $(DONE)/spark check  ## everything: the checks, then the whole suite on SQLite and PostgreSQL
	@$(BIN)/python -m pytest --dist each --max-worker-restart 2 \
	  --tx popen//id=sqlite//env:AANCHAL_TEST_DATABASE=sqlite \
	  --tx popen//id=postgres//env:AANCHAL_TEST_DATABASE=postgres

# An app's own tests, the pages people do its work on, and what holds for every app.
ROOMS_access := access
ROOMS_cases := concerns
ROOMS_demo :=
ROOMS_kernel := upkeep shell
ROOMS_lib :=
ROOMS_notices := notices home
ROOMS_people := children classes
ROOMS_places := places
ROOMS_registers := registers classes
ROOMS_watch := watch visits
HOUSE := $(filter-out tests/house/test_changed_records.py,$(wildcard tests/house/test_*.py))

test-app: dev  ## one app's tests on SQLite, in under two minutes: make test-app APP=cases
	@test -d aanchal/$(APP) -a -n "$(APP)" || { echo "Say which app: make test-app APP=cases" >&2; exit 1; }
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(wildcard tests/$(APP) $(ROOMS_$(APP):%=tests/web/%)) $(HOUSE)

test-quick: dev  ## the suite on SQLite alone, two at a time, without the browser
	@$(BIN)/python -m pytest -n 2 --ignore tests/browser

browser: dev system-packages  ## the journeys in a real Chromium (pictures: AANCHAL_TEST_SCREENSHOTS=folder)
	@$(BIN)/python -m pytest tests/browser

fmt: dev  ## put code into shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

messages: dev  ## bring the translation files up to date with the sentences in code and pages
	@$(BIN)/python -m tools.translations extract

docs: dev  ## write docs/reference/ from the code
	@$(BIN)/python -m tools.generate_docs

clean:  ## remove the environment and what can be made again (never var/)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find aanchal tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
	find aanchal -name '*.mo' -delete

# --- steps, each with a mark of being done ---

$(DONE)/venv:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "Aanchal needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version). Say: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements/runtime.lock pyproject.toml | $(DONE)/venv
	@echo "Installing what Aanchal runs on"
	@$(UV) --require-hashes -r requirements/runtime.lock
	@$(UV) --no-deps --editable .
	@touch $@

$(DONE)/dev: requirements/dev.lock $(DONE)/runtime
	@echo "Installing what tests and checks need"
	@$(UV) --require-hashes -r requirements/dev.lock
	@touch $@

# PySpark is 400 MB: only the whole suite needs it, to show that it scores as one machine does.
$(DONE)/spark: requirements/spark.lock $(DONE)/dev
	@echo "Installing PySpark for the tests"
	@$(UV) --require-hashes -r requirements/spark.lock
	@touch $@

MESSAGES := $(shell find aanchal -name '*.po')
$(DONE)/translations: $(MESSAGES) tools/translations.py $(DONE)/runtime
	@$(BIN)/python -m tools.translations compile
	@touch $@

KERNELS := $(wildcard aanchal/lib/early_warning/*.py)
$(DONE)/warm: $(KERNELS) $(DONE)/runtime
	@$(BIN)/python -m tools.warm
	@touch $@
