# Lantern's commands. All of them make and use the environment in .venv; `make` alone lists them.

PORT ?= 8000
PYTHON ?=
# Test processes. Each starts servers of its own; there is one where the environment names the servers.
PROCESSES ?= $(if $(DATABASE_URL)$(REDIS_URL),0,2)
VENV := .venv
PY := $(VENV)/bin/python
# Wheels only, each with the hash that the lock gives: no compiler is needed and nothing else gets in.
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)
PRODUCTION := LANTERN_DEMO=0 LANTERN_HTTPS=1 LANTERN_HOSTS=lantern.example

# The rooms of `make coverage`, their parts with commas between them.
comma := ,
between = $(subst $() $(),$(comma),$(strip $(1)))
UPLOAD_PATH := $(addprefix signals/,kinds/* $(addsuffix .py,applying approving checking columns counting dates decoding \
	error_file faults harm_choice intake jobs limits mapping merge reader rows staging threatexchange uploads withdrawing))
FIGURES := $(addprefix transparency/,figures/* privacy/* $(addsuffix .py,answers facts periods rollups running sources standing))
ROOMS := accounts/* participants/policies.py $(call between,lantern/lib/seal.py lantern/lib/key_files.py) \
	$(call between,$(UPLOAD_PATH)) $(call between,$(FIGURES))

.PHONY: help run test check coverage mutate fmt bench load chaos fuzz lock sbom python
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo 'make run    everything on this machine: servers, demo world, web, worker and beat; PORT=8000 chooses the port'
	@echo 'make test   the whole test suite; ARGS="tests/signals -x" is handed to pytest'
	@echo 'make check  format, lint, types, layers, templates, migrations, deployment'
	@echo 'make fmt    formats code and templates'
	@echo 'make coverage  lines and branches that the tests reach where trust rests on it, at least 95 %'
	@echo 'make mutate    changes that code place by place: at least 80 % of the changes must fail a test; ROOM=seal names one'
	@echo 'make bench  the benchmarks, one line per figure'
	@echo 'make load   200 analysts at work for twice ten minutes, alone and beside an import; ARGS="--minutes 1"'
	@echo 'make chaos  breaks a running installation 1,000 times and counts; FAULTS=100, UPLOADS=10, SEED=1'
	@echo 'make fuzz   reads 200,000 mutated files, sends 100,000 hostile requests,'
	@echo '            tells 1,000 stories of members who do anything; FILES, REQUESTS and STORIES say how many'
	@echo 'make sbom   the software bill of materials, build/lantern.cdx.json'
	@echo 'make lock   makes requirements*.txt again; UPGRADE=--upgrade takes newer versions'

run: $(VENV)/.run
	@exec $(PY) manage.py run --port "$(PORT)"

test: $(VENV)/.dev
	$(PY) -m pytest -n $(PROCESSES) --no-loadscope-reorder --durations 20 --durations-min 5 $(ARGS)

check: $(VENV)/.dev
	@! grep -nE '://|^[[:space:]]*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)' requirements*.in requirements*.txt \
		|| { echo 'The requirements must not name an address: whoever installs chooses where from.' >&2; exit 1; }
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(PY) -m djlint --quiet --lint --check templates
	$(PY) manage.py migrate --verbosity 0
	$(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

# Lines and branches of the rooms on which trust rests, each for itself.
coverage: $(VENV)/.dev
	$(PY) -m coverage run -m pytest -q tests/accounts tests/keys tests/lib tests/operations tests/participants tests/signals \
		tests/transparency $(ARGS)
	@for room in $(foreach room,$(ROOMS),'$(room)'); do \
		$(PY) -m coverage report --skip-covered --fail-under 95 --include "$$room" || exit; done

# In copies of the project, which go afterwards; what no test noticed is listed.
mutate: $(VENV)/.dev
	$(PY) -m tests.mutation $(ROOM) $(ARGS)

fmt: $(VENV)/.dev
	$(PY) -m ruff check --fix --exit-zero --quiet .
	$(PY) -m ruff format .
	-$(PY) -m djlint --quiet --reformat templates

# In an installation of its own, which goes afterwards.
bench: $(VENV)/.run
	@$(PY) -c 'import os, subprocess, sys; from lantern.installation.temporary import temporary_home as home; \
	place = home(); os.environ["LANTERN_HOME"] = str(place.__enter__()); \
	code = subprocess.call([sys.executable, "manage.py", "bench", *sys.argv[1:]]); \
	place.__exit__(None, None, None); sys.exit(code)' $(ARGS)

load: $(VENV)/.dev
	$(PY) -m tests.load $(ARGS)

# Needs root for the fault of a full disk; elsewhere that one is left out and said to be.
chaos: $(VENV)/.dev
	$(PY) -m tests.chaos --faults $${FAULTS:-1000} --uploads $${UPLOADS:-50} $${SEED:+--seed $$SEED} $(ARGS)

fuzz: $(VENV)/.dev
	LANTERN_FUZZ_FILES=$${FILES:-200000} LANTERN_FUZZ_REQUESTS=$${REQUESTS:-100000} LANTERN_FUZZ_WIRE=$${REQUESTS:-100000} \
		LANTERN_FUZZ_STORIES=$${STORIES:-1000} $(PY) -m pytest -q tests/signals/test_mutated_files.py tests/hostile $(ARGS)

lock: $(VENV)/.dev
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt requirements-dev.in

# From the lock, so with the hash of every file; CycloneDX 1.6.
sbom: $(VENV)/.dev
	@mkdir -p build
	$(VENV)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible --output-format JSON \
		--output-file build/lantern.cdx.json

# What `make run` needs; the lock for tests and checks holds all of that and more.
$(VENV)/.run: requirements.txt | python
	@$(call install,requirements.txt)

$(VENV)/.dev: requirements-dev.txt | python
	@$(call install,requirements-dev.txt)

# One line while it installs, one when it is done.
define install
echo 'Installing $(1) into $(VENV); the first time takes a minute or two.' >&2; begun=$$(date +%s); \
$(PIP) -r $(1) || { echo 'The installation did not work: see above, then run make again.' >&2; exit 1; }; \
echo "Installed in $$(($$(date +%s) - begun)) s." >&2; touch $@
endef

# The environment, made once with PYTHON or the first Python that is new enough; the locks are made for 3.11.
python:
	@if [ -x $(VENV)/bin/pip ]; then \
		$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit 0; \
		echo 'The environment in $(VENV) does not work or is too old: remove it and run make again.' >&2; exit 1; \
	fi; \
	if [ -n "$(PYTHON)" ]; then set -- "$(PYTHON)"; else set -- python3.11 python3.12 python3.13 python3 python; fi; \
	seen=; \
	for python; do \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue; \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
			echo "Making the environment in $(VENV) with $$python ($$version)." >&2; \
			"$$python" -m venv $(VENV) >/dev/null && exit 0; \
			echo "$$python cannot make environments: install its venv module (Debian: apt install python3-venv)." >&2; exit 1; \
		fi; \
		seen="$$seen $$python is $$version."; \
	done; \
	echo "Lantern needs Python 3.11 or newer.$${seen:- There is no $${1%3.11} here that runs.} Install it, or name it: PYTHON=/path/to/python3" >&2; exit 1
