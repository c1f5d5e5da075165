# aprejoin: everything a newcomer needs. `make help` lists it.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

MINUTES ?= 5
ROUNDS  ?= 1

.PHONY: help install demo test check bench soak fuzz explore docs lock clean

help:            ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

install: $(STAMP)  ## set up .venv with the pinned packages and the command .venv/bin/aprejoin

$(STAMP): requirements.lock pyproject.toml
	@echo "Installing into $(VENV): the packages pinned in requirements.lock, then aprejoin itself."
	@echo "Nothing outside this folder is changed and no root is needed."
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found: install Python 3.11 or say make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: install    ## simulated fleet, sweep, diagnosis, plan, remediation, verified result
	@$(BIN)/aprejoin demo

test: install    ## every test but the benchmarks
	@deploy/check.sh --all

check: install   ## the quick part: format, lint, types, import contracts, unit, contract, properties
	@deploy/check.sh

bench: install   ## timing: prints ratios, judges nothing
	@$(BIN)/python -m pytest tests/bench -q -s

soak: install    ## random faults for MINUTES=5 (SEED=... repeats one): prints violations, fails on one
	@$(BIN)/python -m tests.soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

fuzz: install    ## EXAMPLES=200 calls of each kind to the API, made up from its document: other ones each time
	@EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest tests/contract/api/test_whatever_fits.py -q

explore: install ## every property with examples that nobody has seen, ROUNDS=1 times over; ends at the first that fails
	@for round in $$(seq $(ROUNDS)); do \
	  APREJOIN_EXPLORE=1 $(BIN)/python -m pytest tests -m hypothesis -q --ignore=tests/bench || exit 1; \
	done

docs: install    ## write docs/reference anew from the code
	@$(BIN)/python -m tests.support.reference

lock:            ## renew requirements.lock from pyproject.toml
	@deploy/lock.sh

clean:           ## remove what make made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
