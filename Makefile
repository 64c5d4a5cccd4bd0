# Stockroom's commands. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON := python3.11
BIN := .venv/bin
DEV := .venv-dev/bin
UV := .venv/bin/uv
export UV_COMPILE_BYTECODE := 1
export UV_LINK_MODE := copy

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Stockroom needs Python 3.11 as $(PYTHON); found: $$(python3 --version 2>&1)"; exit 1; }
	@echo "==> Creating .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-setup.txt

.venv/.product: .venv/bin/uv requirements.txt pyproject.toml
	@echo "==> Installing what Stockroom runs on (about 250 packages, 1.3 GB)"
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --require-hashes -r requirements.txt
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.product requirements-test.txt
	@echo "==> Installing what the tests import"
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --require-hashes -r requirements-test.txt
	@touch $@

.venv-dev/.tools: .venv/bin/uv requirements-dev.txt
	@echo "==> Installing the linters in .venv-dev"
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv-dev
	@VIRTUAL_ENV=.venv-dev $(UV) pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: setup
setup: .venv/.product  ## Create .venv and install everything that is pinned

.PHONY: run
run: .venv/.product  ## Run the main job on the sample store (AS_OF=2011-06-20 replays another day, MORNINGS=1 the last morning alone)
	@$(BIN)/stockroom run $(if $(AS_OF),--as-of $(AS_OF),$(if $(filter 1,$(MORNINGS)),,--two-mornings))

.PHONY: up
up: .venv/.product  ## Run the main job and leave everything running; prints the addresses
	@$(BIN)/stockroom up $(if $(AS_OF),--as-of $(AS_OF))

.PHONY: down
down:  ## Stop what `make up` left running
	@test ! -x $(BIN)/stockroom || $(BIN)/stockroom down

.PHONY: test
test: .venv/.test  ## Run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: lint
lint: .venv/.test .venv-dev/.tools  ## Check style, types, layers, SQL and dbt conventions; prove the pins
	@.ci/lint

.venv-bench/.peers: .venv/bin/uv requirements-bench.txt
	@echo "==> Installing what the benchmarks measure against in .venv-bench"
	@$(UV) venv --quiet --clear --python $(PYTHON) .venv-bench
	@VIRTUAL_ENV=.venv-bench $(UV) pip install --quiet --require-hashes -r requirements-bench.txt
	@touch $@

# One program a target, in make's own place (exec), so that whoever stops make stops it, and it cleans up behind itself.
BENCHES := $(wildcard benchmarks/bench_*.py)
SOAKS := $(wildcard benchmarks/soak_*.py)
.NOTPARALLEL:

.PHONY: bench $(BENCHES)
bench: $(BENCHES)  ## Measure speed and worth against peers and promises (takes hours; benchmarks/README.md has one alone)
$(BENCHES): .venv/.test .venv-bench/.peers
	@echo "==> $@"
	@exec $(BIN)/python $@ $(ARGS)

.PHONY: soak $(SOAKS)
soak: $(SOAKS)  ## Let everything misbehave for MINUTES (10 to 20), killing processes; compare the books at the end
$(SOAKS): .venv/.test
	@echo "==> $@"
	@exec $(BIN)/python $@ $(if $(MINUTES),--minutes $(MINUTES))

.PHONY: compile
compile: .venv/bin/uv  ## Pin the versions: requirements*.in to requirements*.txt, with hashes
	@for name in requirements-setup requirements requirements-test requirements-dev requirements-bench; do \
	  $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-header --output-file $$name.txt $$name.in || exit 1; done

.PHONY: clean
clean: down  ## Delete environments and everything the runs produced
	@test ! -x $(BIN)/stockroom || $(BIN)/stockroom clean
	@rm -rf .venv .venv-dev .venv-bench .stockroom
