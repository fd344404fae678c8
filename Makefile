# Fairlead: every command sets up its own .venv; only Python 3.11+, make and pip are needed.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint validate torture year mutation bench lock peers driftpeers clients clean help

help:  ## say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: .venv/.core  ## both stand-in CRMs, a pull, the audit, the pages: opens nothing, prints the addresses
	@$(BIN)/fairlead demo $(ARGS)

test: .venv/.dev  ## every test; says plainly what it skipped
	@$(BIN)/python -m pytest $(ARGS)

lint: .venv/.dev  ## the quality gates alone
	@$(BIN)/python -m pytest tests/quality $(ARGS)

validate: .venv/.dev  ## simulate coverage, false alarms and power in full (about 20 minutes), and write the report
	@$(BIN)/python -m tests.validation $(ARGS)

torture: .venv/.dev  ## kill pulls and write-backs, 200 times at each CRM, what is done to keys, and workers at jobs (about an hour), and write the reports
	@$(BIN)/python -m tests.torture $(ARGS)

year: .venv/.dev  ## a simulated year of 100,000 leads at both CRMs, pulled every day (hours), and write the report
	@$(BIN)/python -m tests.year $(ARGS)

mutation: .venv-mutation/.ready  ## small faults put into audit, and how many the tests notice (an hour or two)
	@.venv-mutation/bin/python -m tests.mutation $(ARGS)

bench: .venv/.dev .venv-peers/.ready .venv-driftpeers/.ready  ## ours, the peers and the limit in one run (8 minutes for each of three times; ARGS=1: once; ARGS=--quick: a part in 3), and write docs/explanation/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

.venv-mutation/.ready: requirements/mutation.lock.txt pyproject.toml
	@echo "Installing what requirements/mutation.lock.txt names (once; it may take a few minutes) ..."
	$(PYTHON) -m venv .venv-mutation
	@.venv-mutation/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r requirements/mutation.lock.txt
	@touch $@

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit("Fairlead needs Python 3.11 or newer; found " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	@touch $@

# Wheels only, hashes checked and nothing resolved again: the lock is complete, and a pip that resolves may
# take a newer release for a requirement that names an extra. The project itself is linked.
.venv/.core: .venv/.python requirements/core.lock.txt pyproject.toml
	@[ .venv/.dev -nt requirements/core.lock.txt ] || echo "Installing what requirements/core.lock.txt names (once; it may take a minute or two) ..."
	@[ .venv/.dev -nt requirements/core.lock.txt ] || $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r requirements/core.lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.dev: .venv/.python requirements/dev.lock.txt pyproject.toml
	@echo "Installing what requirements/dev.lock.txt names (once; it may take a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r requirements/dev.lock.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

peers: .venv-peers/.ready  ## the libraries that tests/peers compares with, in an environment of their own

# What is not imported is never compiled, which halves the time.
.venv-peers/.ready: requirements/peers.lock.txt
	@echo "Installing what requirements/peers.lock.txt names (once; it may take a minute or two) ..."
	$(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: --no-deps --require-hashes -r requirements/peers.lock.txt
	@touch $@

driftpeers: .venv-driftpeers/.ready  ## ask Evidently and NannyML anew, in an environment of their own (2 GB), and write tests/peers/drift_golden.json
	@.venv-driftpeers/bin/python tests/peers/drift_golden.py $${FAIRLEAD_DATA:?name the folder of the public data sets}

.venv-driftpeers/.ready: requirements/driftpeers.lock.txt
	@echo "Installing what requirements/driftpeers.lock.txt names (once; it may take a few minutes) ..."
	$(PYTHON) -m venv .venv-driftpeers
	@.venv-driftpeers/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: --no-deps --require-hashes -r requirements/driftpeers.lock.txt
	@touch $@

clients: tests/clients/node_modules/.ready manifests/hubspot/node_modules/.ready manifests/salesforce/node_modules/.ready  ## clients and checkers of the CRMs' vendors, for the tests (npm; a gigabyte)

tests/clients/node_modules/.ready: tests/clients/package-lock.json
	@echo "Installing what tests/clients/package-lock.json names (once; it may take a minute or two) ..."
	@cd tests/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

manifests/hubspot/node_modules/.ready: manifests/hubspot/package-lock.json
	@echo "Installing what manifests/hubspot/package-lock.json names (once; it may take a minute or two) ..."
	@cd manifests/hubspot && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

manifests/salesforce/node_modules/.ready: manifests/salesforce/package-lock.json
	@echo "Installing what manifests/salesforce/package-lock.json names (once; it may take a minute or two) ..."
	@cd manifests/salesforce && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

lock:  ## resolve the locks anew (needs uv); they name no host
	uv pip compile --quiet pyproject.toml --group build -o requirements/core.lock.txt
	uv pip compile --quiet pyproject.toml --group dev -o requirements/dev.lock.txt
	uv pip compile --quiet pyproject.toml requirements/mutation.in --group dev -o requirements/mutation.lock.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --only-binary :all: peers.in -o peers.lock.txt
	cd requirements && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --only-binary :all: driftpeers.in -o driftpeers.lock.txt

clean:  ## remove everything that was made here
	rm -rf tests/clients/node_modules manifests/hubspot/node_modules manifests/salesforce/node_modules .venv .venv-peers .venv-driftpeers .venv-mutation .mutation .fairlead artefacts dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
