# make study: the whole way, from an empty machine to the report. make test: the tests. make lint: the style.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
DEV_READY := $(VENV)/dev-ready
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: study test lint deps lock clean

study: $(READY)
	@git rev-parse --git-dir >/dev/null 2>&1 || dvc config --local core.no_scm true
	@DVC_STAGE=check python -m pipeline check # as DVC's own stage does: DVC would wait without end at a pipe among the raw files
	@dvc repro
	@rm -f data/quarantine_report.csv # of a batch refused before: DVC may have restored a good one without running it
	@python -m pipeline summary

test: $(DEV_READY)
	@python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(DEV_READY)
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports

# Rewrites the deps of dvc.yaml after imports have changed.
deps: $(DEV_READY)
	@python -m tests.dvc_deps

# Rewrites both locks from pyproject.toml (needs uv; hashes, and no addresses).
COMPILE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --quiet
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with: make study PYTHON=python3.11")'
	@echo "Setting up $(VENV) (a minute or two, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r requirements.lock
	@touch $(READY)

$(DEV_READY): requirements-dev.lock $(READY)
	@echo "Adding what tests and style checks need (once) ..."
	@$(INSTALL) -r requirements-dev.lock
	@touch $(DEV_READY)

clean:
	rm -rf $(VENV)
