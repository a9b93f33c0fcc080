# Each target does all of its own set-up: a fresh machine needs Python >= 3.11, git and make, nothing else.
# Another Python: `make test PYTHON=python3.13` (rebuilds the environment if that is another version).

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')

.PHONY: help demo test lint peers bench clean
help:
	@echo "make demo    train on handwritten digits, then see mypy refuse a wrong shape"
	@echo "make test    everything that must hold: ruff, mypy --strict, the floors, pytest"
	@echo "make lint    the same without pytest"
	@echo "make peers   compare everything with PyTorch, and write docs/correctness.md anew"
	@echo "make bench   what is measured, beside numpy (and beside PyTorch where it is installed)"
	@echo "make docs    write docs/api and docs/catalogue.md anew"
	@echo "make clean   remove the environment and the caches"

demo: $(VENV)/.ready-$(VERSION)-mypy
	@.ci/demo $(BIN)

test: $(VENV)/.ready-$(VERSION)-dev
	@.ci/check $(BIN) with-pytest

lint: $(VENV)/.ready-$(VERSION)-dev
	@.ci/check $(BIN)

peers: $(VENV)/.ready-$(VERSION)-dev
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/python -m pip install --quiet 'torch>=2.13'
	@$(BIN)/pytest -q -m peers tests/peers --write-page

bench: $(VENV)/.ready-$(VERSION)-dev
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

docs: $(VENV)/.ready-$(VERSION)-dev
	@$(BIN)/python -m docs.generate.api
	@$(BIN)/python -m docs.generate.catalogue

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build src/*.egg-info

# The environment with one of the package's extras. The stamp makes a second run instant; a changed pyproject.toml installs
# anew, and so does another version of Python, which has another stamp.
$(VENV)/.ready-$(VERSION)-%: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "typedgrad needs Python 3.11 or newer; try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "$(VERSION)")' 2>/dev/null || \
	    { echo "== Making $(VENV) with $(PYTHON)"; $(PYTHON) -m venv --clear $(VENV); } || \
	    { echo "no working venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "== Installing typedgrad[$*] into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@
