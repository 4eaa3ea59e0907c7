# The two commands a newcomer needs are `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LISTEN ?= 127.0.0.1:8080
# Real articles and public API documents for tests; tests that need them say so where they are absent.
export GAZETTE_CORPUS ?= $(wildcard $(abspath ../shared/corpus))
export GAZETTE_SPECS ?= $(wildcard $(abspath ../shared/specs))

.PHONY: run test check proof fix bench lock clean

run: $(VENV)/.run ## The demo newsroom on a page; KEEP=1 keeps the last database and its posts
	@if [ -z "$(KEEP)" ]; then rm -rf var; fi
	@mkdir -p var
	@if [ -n "$$DATABASE_URL" ]; then exec $(BIN)/gazette run --listen $(LISTEN); \
	else exec $(BIN)/gazette run --listen $(LISTEN) --database sqlite:///var/gazette.db; fi

test: check ## Format, lint, types, imports, then all tests
	$(BIN)/pytest -n 2 -q

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

proof: $(VENV)/.dev ## The long form of the same tests
	GAZETTE_PROOF=1 $(BIN)/pytest -n 2 -q $(addprefix tests/property/test_,pieces.py zones.py ledger_machine.py year.py) $(addprefix tests/contract/test_,history.py faults.py) tests/kill

fix: $(VENV)/.dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench ## Ratios against a baseline in one run, 20 minutes; ONLY=ingest one part, MILLION=1 one more
	MILLION=$(MILLION) $(BIN)/pytest -q -s --timeout=0 -o norecursedirs=".*" tests/bench$(if $(ONLY),/test_$(ONLY).py)

lock: $(VENV)/.dev ## Lock the requirements anew, with hashes
	$(BIN)/pip install -q uv
	@for name in run dev bench; do sed -n 's/^#    \(uv pip compile.*\)/\1/p' requirements/$$name.txt | PATH="$(abspath $(BIN)):$$PATH" sh; done

$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up the environment in $(VENV) …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

clean:
	rm -rf $(VENV) var dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
