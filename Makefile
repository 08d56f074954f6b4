# Two commands do all set-up on a fresh machine: `make app` starts the lab, `make test` runs what CI runs.

# The first interpreter of a supported version; a name on the PATH need not start (version managers).
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
APP := .venv/.app-installed
DEV := .venv/.dev-installed
PORT ?= 8501

.PHONY: app test audit lint types unit unit-jax browser format face-finder robust-accuracy smallest-distances fast-precision skin-tones scale class first-page bench accelerator fuzz clean

app: $(APP)
	@echo "The lab starts at http://127.0.0.1:$(PORT) (Ctrl+C stops it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

test: lint types unit unit-jax browser audit

# Without the internet it says that nothing is known, and passes.
audit: $(DEV)
	$(BIN)/python -m tools.audit

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

# Two processes at most: each holds several models, and each file's tests stay in one.
PARALLEL := --numprocesses=auto --maxprocesses=2 --dist=loadfile

unit: $(DEV)
	$(BIN)/pytest tests $(PARALLEL) -m "not browser"

# The core tests on the other backend, but for what no backend takes part in, which is tried once;
# the peers' oracles are TensorFlow programs.
WITHOUT_BACKEND := jobs runs test_archives.py test_datasets.py test_downloads.py test_faces.py \
	test_fuzzed_images.py test_house.py test_images.py test_mendeley.py test_portraits.py \
	test_published.py test_readme.py test_samples.py test_scale.py

unit-jax: $(DEV)
	KERAS_BACKEND=jax $(BIN)/pytest tests/core $(PARALLEL) $(WITHOUT_BACKEND:%=--ignore=tests/core/%) \
		-m "not peers and not slow and not ray"

browser: $(DEV)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || tools/install-chromium
	$(BIN)/pytest tests/browser -m browser

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

face-finder: $(DEV)
	$(BIN)/python benchmarks/face_finder.py

robust-accuracy: $(DEV)
	$(BIN)/python -m benchmarks.robust_accuracy

smallest-distances: $(DEV)
	$(BIN)/python -m benchmarks.smallest_distances

fast-precision: $(DEV)
	$(BIN)/python -m benchmarks.fast_precision

skin-tones: $(DEV)
	$(BIN)/python -m benchmarks.skin_tones

scale: $(DEV)
	$(BIN)/python -m benchmarks.scale

class: $(DEV)
	$(BIN)/python -m benchmarks.class_of_thirty --minutes 60

first-page: $(DEV)
	$(BIN)/python -m benchmarks.first_page

bench: $(DEV)
	$(BIN)/python -m benchmarks.attack_speed

# On a machine with a GPU that JAX sees.
accelerator: $(DEV)
	KERAS_BACKEND=jax $(BIN)/python -m benchmarks.accelerator

# For a night: the damaged uploads of `make test` and fifty times as many, and every property on
# examples that it was not tried on before.
fuzz: $(DEV)
	$(BIN)/pytest tests/core/pictures/test_fuzzed_images.py --fuzz-cases 1000000
	$(BIN)/pytest tests/core tests/ui $(PARALLEL) -m "not slow" --hypothesis-profile others

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed; install one and retry."; exit 1; }
	$(PYTHON) -m venv .venv

$(APP): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt requirements-ray.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(APP) $@
