# `make` alone lists what can be made.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --upgrade

.DEFAULT_GOAL := help
.PHONY: help demo test cover servers lint bench fuzz renew

help:
	@echo 'make demo    install into $(VENV), try broken and healthy endpoints on this machine, write a report'
	@echo 'make test    install the servers that the tests need (as root), then lint and tests'
	@echo 'make cover   the tests once more, counting the branches that they take: half as slow again'
	@echo 'make lint    ruff, mypy and the import contracts'
	@echo 'make bench   CPU time of a cold start against openssl s_client and sslyze'
	@echo 'make fuzz    mutated handshakes, certificates, files, answers and observations, for FUZZ_SECONDS (600)'
	@echo 'make renew   newest versions into constraints.txt and the files like it, kept outputs written again'
	@echo 'PYTHON=...   the interpreter for a new $(VENV), 3.11 or newer (now: $(PYTHON))'

demo: $(STAMP)
	$(BIN)/probe demo

test: $(STAMP) servers
	$(MAKE) lint
	$(BIN)/pytest -n 3 --dist worksteal

cover: $(STAMP) servers
	$(BIN)/pytest -n 3 --dist worksteal --cov --cov-report=term

# Without root nothing is installed: the script names what is missing and fails.
servers:
	@if [ "$$(id -u)" = 0 ]; then tests/install-servers; else tests/install-servers --check; fi

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP) bench/.venv/.installed
	$(BIN)/python -m bench.cold_start

# Where atheris does not install, the inputs are mutated without looking at the coverage.
fuzz: $(STAMP) tests/fuzz/.venv/.installed
	PYTHONPATH=tests/fuzz/.venv $(BIN)/python -m tests.fuzz

renew: $(STAMP)
	$(COMPILE) --extra dev --output-file constraints.txt pyproject.toml
	$(COMPILE) --output-file bench/sslyze.txt bench/sslyze.in
	$(COMPILE) --output-file tests/fuzz/atheris.txt tests/fuzz/atheris.in

# Two calls, because hashes and a directory do not go together in one.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	@echo 'Installing into $(VENV): about a minute, depending on the network.'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# sslyze wants another range of cryptography, therefore it lives in its own environment.
bench/.venv/.installed: bench/sslyze.txt
	$(PYTHON) -m venv bench/.venv
	bench/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r bench/sslyze.txt
	@touch $@

tests/fuzz/.venv/.installed: tests/fuzz/atheris.txt $(STAMP)
	@mkdir -p $(@D)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --upgrade --target $(@D) -r $< || echo 'atheris does not install here'
	@touch $@
