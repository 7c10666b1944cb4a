# make study: the whole way, from an empty machine to the report. make test: the tests. make lint: the style.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/requirements.installed
DEV_READY := $(VENV)/requirements-dev.installed
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: docs study test test-slow test-all coverage worlds worlds-sample lint deps lock clean

study:
	@$(PYTHON) -m pipeline study

# Compiled modules are kept: a test starts many processes, and each would compile the project anew.
test test-slow test-all coverage worlds worlds-sample: export PYTHONDONTWRITEBYTECODE :=

PYTEST := python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(DEV_READY)
	@$(PYTEST) -m "not slow"

# What takes long and rarely breaks: whole studies, attacks, simulations.
test-slow: $(DEV_READY)
	@$(PYTEST) -m slow

test-all: test test-slow

# What the ladder says in worlds whose truth is known: hours, and goes on where it was stopped. CI runs the sample (minutes).
worlds: $(DEV_READY)
	@python -m benchmarks.worlds

worlds-sample: $(DEV_READY)
	@python -m benchmarks.worlds --sample

# Branch coverage of all tests but the slow ones, with the processes they start, in copies of the project too; a line a file,
# the least covered first. It fails where both gates and the records are not covered whole, or all of pipeline/ below 95%.
WHOLE := pipeline/disclosure/*,pipeline/ingest/*,pipeline/results/*
coverage: $(DEV_READY)
	@rm -f .coverage .coverage.*
	@python -m coverage run -m pytest -m "not slow" -p no:xdist
	@python -m coverage combine --quiet
	@python -m coverage report --skip-covered --sort=cover
	@python -m coverage report --skip-covered --show-missing --include="$(WHOLE)" --fail-under=100
	@python -m coverage report --format=total --fail-under=95

# The site, into docs/_build/html.
docs: $(DEV_READY)
	@python -m sphinx -q -b html docs docs/_build/html && echo "The site is docs/_build/html/index.html."

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

$(READY): requirements.lock
	@$(PYTHON) -m pipeline.project.packages requirements.lock

$(DEV_READY): requirements-dev.lock $(READY)
	@$(PYTHON) -m pipeline.project.packages requirements-dev.lock

clean:
	rm -rf $(VENV)
