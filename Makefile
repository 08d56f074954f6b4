# Two commands do all set-up on a fresh machine: `make app` starts the lab, `make test` runs what CI runs.

# The first interpreter of a supported version; a name on the PATH need not start (version managers).
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
APP := .venv/.app-installed
DEV := .venv/.dev-installed
PORT ?= 8501
# Else each run of pytest reads and rewrites every test anew, for six seconds in each process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: app classroom test test-slow prepare audit lint types unit unit-jax browser slow slow-jax slow-browser chromium format face-finder robust-accuracy smallest-distances certificates random-defence printable-mask attack-strength foreign-files fast-precision skin-tones scale several-hosts class first-page bench ondevice thirty-devices accelerator fuzz kernels clean

app: $(APP)
	@echo "The lab starts at http://127.0.0.1:$(PORT) (Ctrl+C stops it)"
	@$(BIN)/streamlit run app.py --server.port $(PORT)

# Lets the other devices of the network in, and prints how a class joins.
classroom: $(APP)
	@$(BIN)/python -m facemask_core app --classroom --port $(PORT)

# What a newcomer runs: every rule once, in a quarter of an hour on two cores.
test: prepare lint types unit unit-jax browser

# Both wait for downloads, so they wait together.
prepare:
	@$(MAKE) --no-print-directory --jobs=2 chromium $(DEV)

# The rest: kills at many moments, fuzzing, peers, photographs, Ray, long visits, all of JAX.
test-slow: slow slow-jax slow-browser audit

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
# Of the browser tests each process has a server and a browser, which its tests share.
BROWSERS := --numprocesses=2 --dist=loadgroup

unit: $(DEV)
	$(BIN)/pytest tests $(PARALLEL) -m "not slow and not browser" --durations=10

# In the order of collection: xdist would leave files of one test, which are long ones, to the end.
slow: $(DEV)
	$(BIN)/pytest tests $(PARALLEL) --no-loadscope-reorder -m "slow and not browser" --durations=10

# Most programs of a test run once: to compile them well would cost more than it saves.
ON_JAX := KERAS_BACKEND=jax XLA_FLAGS="--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"

# The peers' oracles are TensorFlow programs.
unit-jax: $(DEV)
	$(ON_JAX) $(BIN)/pytest tests/core $(PARALLEL) -m "backend(quick=True) and not slow"

slow-jax: $(DEV)
	$(ON_JAX) $(BIN)/pytest tests/core $(PARALLEL) \
		-m "backend and not peers and not ray and not (backend(quick=True) and not slow)" --durations=10

browser: $(DEV) chromium
	$(BIN)/pytest tests/browser $(BROWSERS) -m "not slow" --durations=10

slow-browser: $(DEV) chromium
	$(BIN)/pytest tests/browser $(BROWSERS) -m slow --durations=10

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || tools/install-chromium

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

face-finder: $(DEV)
	$(BIN)/python benchmarks/face_finder.py

robust-accuracy: $(DEV)
	$(BIN)/python -m benchmarks.robust_accuracy

printable-mask: $(DEV)
	$(BIN)/python -m benchmarks.printable_mask

certificates: $(DEV)
	$(BIN)/python -m benchmarks.certificates

random-defence: $(DEV)
	$(BIN)/python -m benchmarks.random_defence

smallest-distances: $(DEV)
	$(BIN)/python -m benchmarks.smallest_distances

attack-strength: $(DEV)
	$(BIN)/python -m benchmarks.attack_strength

foreign-files: $(DEV)
	$(BIN)/python -m benchmarks.foreign_files foreign-files --prepare
	$(BIN)/python -m benchmarks.foreign_files foreign-files

fast-precision: $(DEV)
	$(BIN)/python -m benchmarks.fast_precision

skin-tones: $(DEV)
	$(BIN)/python -m benchmarks.skin_tones

scale: $(DEV)
	$(BIN)/python -m benchmarks.scale

# On Linux, where one may make network namespaces.
several-hosts: $(DEV)
	$(BIN)/python -m benchmarks.several_hosts

class: $(DEV)
	$(BIN)/python -m benchmarks.class_of_thirty --minutes 60

first-page: $(DEV)
	$(BIN)/python -m benchmarks.first_page

bench: $(DEV)
	$(BIN)/python -m benchmarks.attack_speed

thirty-devices: $(DEV)
	$(BIN)/python -m benchmarks.thirty_devices

ondevice: $(DEV)
	$(BIN)/python -m benchmarks.ondevice

# What browsers compute models with, from the C files in facemask_ui/ondevice/kernels.
kernels: $(DEV)
	$(BIN)/python -m tools.kernels

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

# Most modules are never imported: those that are, Python compiles then.
$(DEV): requirements-dev.txt requirements-ray.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@touch $(APP) $@
