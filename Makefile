# make study: the whole way, from an empty machine to the report. make test: the tests. make lint: the style.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: study test lint deps lock clean

study: $(READY)
	@git rev-parse --git-dir >/dev/null 2>&1 || dvc config --local core.no_scm true
	@DVC_STAGE=check python -m pipeline check # as DVC's own stage does: DVC would wait without end at a pipe among the raw files
	@dvc repro
	@rm -f data/quarantine_report.csv # of a batch refused before: DVC may have restored a good one without running it
	@python -m pipeline summary

test: $(READY)
	@python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(READY)
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports

# Rewrites the deps of dvc.yaml after imports have changed.
deps: $(READY)
	@python -m tests.dvc_deps

# Rewrites requirements.lock from pyproject.toml (needs uv; hashes, and no addresses).
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet -o requirements.lock

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with: make study PYTHON=python3.11")'
	@echo "Setting up $(VENV) (a minute or two, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $(READY)

clean:
	rm -rf $(VENV)
