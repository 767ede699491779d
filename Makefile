# fixgate on a fresh clone: Debian 12 with python3 (3.11 or later, python3-venv) and make. Nothing is installed outside
# the checkout. `make interop` and `make bench` also need g++ and python3-dev: quickfix is published as source only.

PYTHON ?= python3
VENV ?= .venv
FIXGATE_WHEEL_CACHE ?= .cache/wheels
FUZZ_SECONDS ?= 60

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench interop conformance certification fuzz fast test-fast lock clean

BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# --no-deps: a lock is complete, so there is nothing to resolve; it is also what makes the first run short.
INSTALL_LOCK := $(PIP) install --no-deps --require-hashes -r
QUICKFIX := $(shell sed -n 's/^quickfix==/quickfix==/p' requirements/interop.in)
INSTALL_QUICKFIX := $(PIP) install --no-deps --no-index --find-links $(FIXGATE_WHEEL_CACHE) $(QUICKFIX)

help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

run: $(STAMPS)/runtime ## the gateway and its exchange, ready for a first order
	@exec $(BIN)/fixgate demo

test: $(STAMPS)/dev ## the whole suite, but for what needs a foreign engine
	@$(BIN)/python -m pytest -n 2 --ignore=tests/interop tests

check: $(STAMPS)/dev ## ruff, mypy --strict, import arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

interop: $(STAMPS)/interop ## against stock quickfix, as client and as venue
	@$(BIN)/python -m pytest tests/interop

fuzz: $(STAMPS)/fuzz ## framer, decoder and session under atheris, FUZZ_SECONDS=60 in all
	@$(BIN)/python -m tests.fuzz $(FUZZ_SECONDS)

certification: $(STAMPS)/dev ## order state changes row by row, in memory: writes docs/CERTIFICATION.md
	@$(BIN)/python -m tests.certification_page

conformance: $(STAMPS)/interop ## the session layer case by case, over TCP and in memory: writes docs/CONFORMANCE.md
	@FIXGATE_STOCK_DICTIONARIES=$(CURDIR)/$(VENV)/share/quickfix $(BIN)/python -m tests.conformance.report

bench: $(STAMPS)/bench ## throughput and latency beside the peers
	@$(BIN)/python -m bench

fast: $(STAMPS)/dev ## the hot path compiled, into .fast/; needs gcc and python3-dev
	@$(BIN)/python -m fast.build

test-fast: fast ## the suite once more, on the compiled tree
	@PYTHONSAFEPATH=1 PYTHONPATH=$(CURDIR)/.fast:$(CURDIR) $(BIN)/python -m pytest -n 2 -p fast.suite \
	  --import-mode=append tests

lock: ## write requirements/*.lock anew from pyproject.toml and requirements/*.in
	@requirements/lock.sh

clean: ## remove what tools left behind; the environment and run/ stay
	@rm -rf .fast build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# -- the environment: each stamp says that its lock is installed as it stands ------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "fixgate needs Python 3.11 or later: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2> /dev/null \
	  || { echo "python3 has no venv here: apt-get install python3-venv" >&2; exit 1; }
	@echo "fixgate: making an environment in $(VENV), once" >&2
	@$(PYTHON) -m venv $(VENV)

$(STAMPS)/runtime: requirements/runtime.lock pyproject.toml | $(BIN)/python
	@echo "fixgate: installing what it runs on, once; about 20 s" >&2
	@$(INSTALL_LOCK) requirements/runtime.lock
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements/dev.lock $(STAMPS)/runtime
	@echo "fixgate: installing what tests and checks need, once; about 20 s" >&2
	@$(INSTALL_LOCK) requirements/dev.lock
	@touch $@

$(STAMPS)/interop: requirements/interop.lock $(STAMPS)/dev
	@mkdir -p $(FIXGATE_WHEEL_CACHE)
	@$(INSTALL_QUICKFIX) 2> /dev/null || { \
	  $(BIN)/python requirements/can_compile.py && \
	  echo "fixgate: compiling $(QUICKFIX), about 7 minutes, once; kept in $(FIXGATE_WHEEL_CACHE)" >&2 && \
	  $(PIP) wheel --no-deps --no-build-isolation --require-hashes --wheel-dir $(FIXGATE_WHEEL_CACHE) \
	    -r requirements/interop.lock && \
	  $(INSTALL_QUICKFIX); }
	@touch $@

$(STAMPS)/bench: requirements/bench.lock $(STAMPS)/interop
	@$(INSTALL_LOCK) requirements/bench.lock
	@touch $@

$(STAMPS)/fuzz: requirements/fuzz.lock $(STAMPS)/dev
	@$(INSTALL_LOCK) requirements/fuzz.lock
	@touch $@
