# Make is the manual: every command of this project, from a bare machine to a proven build.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-week pages wheel docs reference test lint chromium systemd pictures bench chaos sources lock

BIN := .venv/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip --quiet install --no-input
HASHED := $(PIP) --require-hashes --no-build-isolation --requirement
EDITABLE := $(PIP) --no-deps --no-build-isolation --editable .
# Test workers: three keep two cores busy, for tests wait for processes of their own; a file stays
# with one worker (one browser each).
WORKERS ?= 3

help: ## what can be typed here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.installed ## see it work: a full issue sent to the sandbox, every link in it alive
	@$(BIN)/python tools/demo.py

demo-week: .venv/.installed ## a Friday nobody watches: the service sends the next issue by itself
	@$(BIN)/python -m tools.demo_week

pages: .venv/.installed ## the demo's inbox and pages again, until Ctrl-C: click the links in its mails
	@$(BIN)/python tools/demo.py --serve

wheel: .venv/.tested-with ## the mailer as one file to install elsewhere, in dist/
	@$(BIN)/python -m hatchling build --target wheel --directory dist

docs: .venv/.tested-with ## the docs as pages, in dist/docs/
	@$(BIN)/python -m sphinx -W --keep-going -q docs dist/docs
	@echo "open dist/docs/index.html"

reference: .venv/.tested-with ## write docs/commands.md and docs/configuration.md anew from the code
	@$(BIN)/python -m tools.reference

test: .venv/.tested-with chromium systemd lint ## prove it: style, types, import directions, then every test
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile

lint: .venv/.tested-with ## the static part of the proof, a few seconds
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff --quiet .; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@said=$$($(BIN)/lint-imports --no-cache --no-logo) || { echo "$$said"; exit 1; }

systemd: .venv/.tested-with # what judges the service's unit
	@$(BIN)/python -m tools.systemd

chromium: .venv/.tested-with # a browser for the tests, and a font with the emoji our issues use
	@$(BIN)/python tools/chromium.py

bench: .venv/.tested-with ## how fast, and what a message costs, beside the field's limits (MILLION=1: a million)
	@$(BIN)/python tools/postfix.py
	@$(BIN)/python tools/wrk.py
	@$(BIN)/python -m benchmarks $(if $(MILLION),--million)

chaos: .venv/.tested-with ## campaigns killed, cut off, lied to and starved of disk: nobody may be lost (half an hour)
	@$(BIN)/python tools/postfix.py
	@$(BIN)/python -m chaos
	@SLOTS=20 $(BIN)/python -m pytest -q tests/running/test_slots.py
	@READERS=20000 $(BIN)/python -m pytest -q tests/desk/test_backup_under_load.py
	@READERS=5000 $(BIN)/python -m pytest -q tests/running/test_stopping.py

pictures: .venv/.tested-with chromium ## the docs' pictures of an issue and of every page, taken anew
	@$(BIN)/python tools/screenshots.py
	@PICTURES=docs/images/pages $(BIN)/python -m pytest -q tests/web/test_life_in_a_browser.py tests/web/test_every_page_in_a_browser.py

sources: .venv/.installed ## law and standards: where each is obeyed, where tested, and by nobody
	@$(BIN)/python tools/sources.py

lock: .venv/.tested-with ## write the lock files anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@$(COMPILE) --group pyproject.toml:build --output-file requirements.lock
	@$(COMPILE) --group pyproject.toml:build --group pyproject.toml:dev \
	  --constraint requirements.lock --output-file requirements-dev.lock

# Every platform and Python in one file, every file by its hash, no registry's name.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras \
  --generate-hashes --no-emit-index-url --no-annotate --no-header $(UPGRADE) pyproject.toml

.venv/pyvenv.cfg: | tools/venv.sh
	@tools/venv.sh .venv

.venv/.installed: .venv/pyvenv.cfg requirements.lock pyproject.toml
	@echo "Installing what the mailer needs into .venv …"
	@$(HASHED) requirements.lock --only-binary :all:
	@$(EDITABLE)
	@touch $@

# dkimpy comes as source only; it is built with the setuptools that the first lock brought.
.venv/.tested-with: .venv/.installed requirements-dev.lock
	@echo "Installing what its tests need …"
	@$(HASHED) requirements-dev.lock --use-pep517
	@touch $@
