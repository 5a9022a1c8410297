# The commands of Fieldwright; README.md explains them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench install dev fmt migration clean

run: $(VENV)/.installed
	@$(BIN)/fieldwright up

# One pytest run: database tests in parallel; browser tests one after another, and tests of whole systems too (tests/conftest.py).
test: $(VENV)/.installed-dev
	@$(BIN)/pytest -n 2 --dist loadgroup

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict workflow webapp workers
	$(BIN)/lint-imports
	$(BIN)/fieldwright definitions check

bench: $(VENV)/.installed-bench
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.maintaining
	@$(BIN)/python -m tests.bench.insight
	@$(BIN)/python -m tests.bench.starting

fmt: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.support.revise "$(says)"

install: $(VENV)/.installed
dev: $(VENV)/.installed-dev

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build ./*.egg-info

# The stamps hold a hash of the lock they were installed from (.ci/install.py), so an unchanged lock costs nothing.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) .ci/install.py requirements.lock $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml
	@$(PYTHON) .ci/install.py requirements-dev.lock $@

$(VENV)/.installed-bench: requirements-bench.lock pyproject.toml
	@$(PYTHON) .ci/install.py requirements-bench.lock $@
