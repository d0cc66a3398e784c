# Needs only make and Python 3.11 or newer; everything else goes into .venv. Works with GNU make 3.81 (macOS).
PORT := 8501
VENV := .venv
PY := $(VENV)/bin/python
BENCHMARKS := scoring rerun_latency pages projection embedding_map embedding embedding_quality api kill kill_imports growth writers faults servers openapi formats budgets kcenter label_efficiency coral neighbors rounds map_gains evidence limits similar cluster storage

.PHONY: help run test coverage fuzz test-lowest test-postgres check lint types docs bench chromium nginx clean
help:
	@echo "make run        start the dashboard at http://127.0.0.1:$(PORT) (another port: make run PORT=8502)"
	@echo "make test       run the linter, the type checker and every test, including those in a real browser"
	@echo "make coverage   the same, with the lines and branches of al_core that no test runs; fails below the least share"
	@echo "make test-postgres  run the tests of the API, the store and remote workspaces, and a whole job in a browser, with PostgreSQL"
	@echo "make fuzz       damage files in new ways, ten times as often as make test, and see that each is read or refused"
	@echo "make test-lowest  run the tests without a browser with the lowest versions that pyproject.toml declares"
	@echo "make check      run the linter, the type checker and the tests that need no browser"
	@echo "make docs       build the documentation into site/, without the network"
	@echo "make bench      measure what the documentation claims: $(BENCHMARKS)"
	@echo "make clean      delete .venv and caches"

run: $(VENV)/.kernels
	@$(PY) -c 'import socket, sys; sys.exit(socket.socket().connect_ex(("127.0.0.1", $(PORT))) == 0)' || \
		{ echo "Port $(PORT) is in use. Stop the program that uses it, or choose another: make run PORT=$$(($(PORT) + 1))"; exit 1; }
	@echo "Starting the dashboard at http://127.0.0.1:$(PORT) (stop it with Ctrl-C)"
	@exec $(PY) -m streamlit run app.py --server.port $(PORT)

TEST_NEEDS := $(VENV)/.dev $(VENV)/.kernels chromium nginx lint types

test: $(TEST_NEEDS)
	$(PY) -m pytest -n 2 --dist worksteal

# Measuring takes 40 % more CPU time, so that only continuous integration always does, and not in the tests of the
# dashboard and others where it takes up to 100 % more (tests/conftest.py).
coverage: $(TEST_NEEDS)
	$(PY) -m pytest -n 2 --dist worksteal -m "not unmeasured" --cov --cov-report=term
	$(PY) -m pytest -n 2 --dist worksteal -m unmeasured

fuzz: $(VENV)/.dev
	$(PY) -m pytest -n 2 --dist worksteal --hypothesis-profile=search tests/formats/test_fuzz.py

check: $(VENV)/.dev lint types
	$(PY) -m pytest -m "not e2e"

test-postgres: $(VENV)/.dev $(VENV)/.kernels chromium
	$(PY) tests/postgres.py -n 2 --dist worksteal -m "not sqlite" tests/api tests/store tests/remote tests/e2e/test_beyond_one_machine.py

test-lowest: $(VENV)/.dev
	$(PY) -m venv --clear .venv-lowest
	$(PY) -m tools.lowest_versions > .venv-lowest/requirements.txt
	.venv-lowest/bin/python -m pip install --disable-pip-version-check --progress-bar off -r .venv-lowest/requirements.txt
	.venv-lowest/bin/python -m pytest -n 2 --dist worksteal -m "not e2e"

lint: $(VENV)/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: $(VENV)/.dev
	$(PY) -m mypy

docs: $(VENV)/.dev
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@echo "Read it with: $(PY) -m http.server --directory site 8000"

bench: $(VENV)/.dev $(if $(wildcard requirements-bench.txt),$(VENV)/.bench)
	@for name in $(BENCHMARKS); do echo "== $$name"; $(PY) -m benchmarks.$$name || exit 1; done

chromium: $(VENV)/.dev
	@$(PY) tests/e2e/chromium.py

nginx: $(VENV)/.dev | chromium # one apt-get at a time
	@$(PY) -m tests.e2e.nginx

clean:
	rm -rf $(VENV) .venv-lowest site .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp per requirements file: packages are reinstalled only when the file changes.
define install
@echo "Installing $< into $(VENV) (the first time this takes a few minutes)"
@$(PY) -m pip install --disable-pip-version-check --progress-bar off -r $< || \
	{ echo "Could not install $<. pip needs the network (or PIP_INDEX_URL); its error is shown above."; exit 1; }
@touch $@
endef

$(VENV)/.app: requirements.txt | $(PY)
	$(install)

$(VENV)/.kernels: $(shell grep -rlE "^(from|import) numba" --include="*.py" al_core) | $(VENV)/.app
	@find al_core \( -name "*.nbi" -o -name "*.nbc" \) -delete # numba would keep a kernel whose own file is unchanged
	@echo "Installing the command al-core and compiling its kernels (once, about half a minute)"
	@$(PY) -m pip install --disable-pip-version-check -q --no-deps -e . || \
		{ echo "Could not install al_core itself; pip's error is shown above."; exit 1; }
	@$(VENV)/bin/al-core warm
	@touch $@

# After .app, since two installations at once into one folder break it.
$(VENV)/.dev: requirements-dev.txt requirements-docs.txt requirements-postgres.txt requirements.txt | $(VENV)/.app
	$(install)

$(VENV)/.bench: requirements-bench.txt requirements.txt | $(PY)
	$(install)

# Not the first python3 but the first that is new enough: pyenv and macOS put older ones first in PATH.
$(PY):
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	done; \
	[ -n "$$found" ] || { echo "Python 3.11 or newer is needed; this machine's python3 is: $$(python3 --version 2>&1)."; \
		echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python), or choose one: make run PYTHON=/path/to/python3"; exit 1; }; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$$("$$found" --version) cannot create virtual environments. Debian, Ubuntu: apt install python3-venv"; exit 1; }; \
	echo "Creating $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV)
