# Two commands matter: `make demo` (the main job, end to end) and `make test`.
PYTHON ?= python3
MEMBERS := instrumentation schema collector analysis alerts dashboards compose
UV := .uv/bin/uv
RUN := .venv/bin
# grafana-client brings urllib3-future, whose wheel would take the place of urllib3 in the whole environment.
export URLLIB3_NO_OVERRIDE := 1

.PHONY: help setup demo test check bench lock clean
help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 10

setup: .venv/.ready  ## uv and every pinned dependency, into .uv and .venv

$(UV): requirements-uv.lock
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	@touch $@

.venv/.ready: $(UV) requirements.lock $(MEMBERS:%=%/pyproject.toml)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip install --quiet --compile-bytecode --python .venv --require-hashes --no-binary urllib3-future -r requirements.lock
	$(UV) pip install --quiet --python .venv --no-deps $(MEMBERS:%=-e %)
	@touch $@

demo: setup  ## real traffic, percentiles and cost, an alert that fires and resolves
	$(RUN)/spanwise up --demo

test: setup  ## the whole test suite
	$(RUN)/pytest

check: setup  ## style, types, import contracts, generated files fresh
	$(RUN)/ruff check
	$(RUN)/ruff format --check
	$(RUN)/basedpyright
	$(RUN)/lint-imports
	$(RUN)/spanwise dashboards check

bench: setup  ## the numbers of docs/benchmarks.md, per CPU-second
	$(RUN)/python -m tests.bench

lock: $(UV)  ## pin again what the pyproject files ask for
	$(UV) lock --quiet
	$(UV) export --quiet --format requirements-txt --all-groups --no-emit-workspace --no-header -o requirements.lock

clean:  ## remove what setup made
	rm -rf .uv .venv
