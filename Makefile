# Everything sets itself up: a machine needs Python 3.11 or newer, and make.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Some machines forbid compiled modules: every start would then take seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo serve test test-demo smoke lint format bench gallery lock clean deploy-local deploy-local-stop

setup: $(VENV)/.done

$(VENV)/.done: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/dunwell demo

serve: setup
	$(BIN)/dunwell demo --keep

# More workers than cores: half of the tests' time is waiting for servers.
test: setup
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not deploy and not demo"

# The whole demo, as a newcomer types it: it takes as long as a fifth of all the other tests.
test-demo: setup
	$(BIN)/python -m pytest -m demo

# The whole set-up: a scheduled night, a worker killed in the middle of a shard.
smoke: setup
	$(BIN)/python -m pytest -m deploy

# The real thing without containers: PostgreSQL, Prefect's server, two workers, schedules on. State in .local.
deploy-local: setup
	$(BIN)/python deployments/local.py start

deploy-local-stop: setup
	$(BIN)/python deployments/local.py stop

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python -m benchmarks

gallery: setup
	$(BIN)/dunwell letters gallery --to docs/gallery

lock: setup
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements/run.txt pyproject.toml
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra dev -c requirements/run.txt -o requirements/dev.txt pyproject.toml
	$(BIN)/python requirements/with_extras.py requirements/run.txt requirements/dev.txt

clean:
	rm -rf $(VENV) build dist
