# Everything runs in the project's own virtual environment. `make` alone lists the targets.
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup check test test-fast fuzz storm demo dev bench format lifecycle-doc timeline-doc api-examples policy-docs histories mutants lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(STAMP) ## make the virtual environment with the packages of the lock file

$(STAMP): requirements.lock
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer was found; install one." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
	@echo "Installing the packages in requirements.lock (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -q activities connectors console incidents models policies rehearsal rules \
		runtime states web workflows
	@touch $(STAMP)

check: setup ## check lint, format, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

test: setup ## run all tests side by side, in one process more than there are cores (at most four)
	$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal

test-fast: setup ## run the tests of rules, models and states (half a minute)
	$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal --ignore-glob='*_oracle.py' \
		tests/rules tests/models tests/states

fuzz: setup ## try new random cases in the tests that have any (minutes)
	$(BIN)/python -m pytest -q -n logical --maxprocesses 4 --dist worksteal --hypothesis-profile=new $$(grep -rl hypothesis tests --include='test_*.py')

storm: setup ## run the storm tests at full size: 1,000 incidents, 5,000 alerts (minutes)
	STORM=full $(BIN)/python -m pytest -q tests/scenarios/paging/test_storm.py tests/scenarios/alerts/test_alert_group.py -k storm

demo: setup ## run one real incident from alert to closure, in under a minute
	@$(BIN)/python starter.py demo

dev: setup ## run the embedded stack for real use: server with UI, worker, web server
	@$(BIN)/python starter.py dev $(if $(STATE),--state $(STATE))

bench: setup ## measure the engine against a bare Temporal workflow
	@$(BIN)/python -m benchmarks

format: setup ## format the code, and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lifecycle-doc: setup ## write docs/lifecycle.md from the transition table
	@$(BIN)/python -c "from pathlib import Path; from states.diagram import markdown; Path('docs/lifecycle.md').write_text(markdown())"

timeline-doc: setup ## write docs/timeline.md from the table of kinds
	@$(BIN)/python -c "from pathlib import Path; from models.incident.timeline_page import markdown; Path('docs/timeline.md').write_text(markdown())"

api-examples: setup ## write what the API answers to its examples into web/http/examples.json
	@$(BIN)/python -m tests.web.api.played_examples

policy-docs: setup ## write the schema of policies, and the default policy as a document
	@$(BIN)/python starter.py policy schema --output policies/policy.schema.json
	@$(BIN)/python starter.py policy render policies/default.yaml --output docs/example-policy.md

histories: setup ## record the histories that the replay test replays
	@$(BIN)/python -m tests.histories.record
	@$(BIN)/python -m tests.histories.record_groups

mutants: setup ## change the rules bit by bit, list changes that no test notices (hours; NAMES="rules.clocks.runs*")
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check mutmut
	$(BIN)/mutmut run $(if $(NAMES),"$(NAMES)")
	@$(BIN)/mutmut results

lock: setup ## resolve pyproject.toml into a new requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--group dev --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean: ## remove the virtual environment, caches and all local state
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
