# The only command surface. `make help` lists the targets.
# Needs git, make and Python 3.11 or later; everything else is installed into folders of
# this checkout. No AWS account, no Docker, no root, except where a target says so.

PYTHON ?= python3
# Without --no-compile a third of the time goes into bytecode that is never imported.
PIP_INSTALL = -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile
DEV = .venv/bin
SAM = .venv-sam/bin/sam
LOCAL_AWS = .venv-local-aws/bin/python
LAYERS = PYTHONPATH=layers/notation/python:layers/gate/python

export SAM_CLI_TELEMETRY = 0
# Bytecode of a test run must not make `sam build` see changed sources.
export PYTHONPYCACHEPREFIX = $(CURDIR)/build/pycache

.PHONY: help demo demo-notation test lint format types contracts check capabilities converge faults hostile load interop differential vectors fuzz bench \
	invoke \
	build-local package validate generated requirements environments clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# -- environments: one each, because SAM, the local AWS and we disagree on versions ----

define environment
	@echo "environment $(1): installing $(2) (hashes enforced; about a minute the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sealward needs Python 3.11 or later; this is %s. Set PYTHON=…" % sys.version.split()[0])'
	@$(PYTHON) -m venv --clear $(1)
	@$(1)/bin/python $(PIP_INSTALL) -r $(2)
	@touch $@
endef

.venv/ready: requirements/dev.txt
	$(call environment,.venv,$<)

.venv-sam/ready: requirements/sam.txt
	$(call environment,.venv-sam,$<)

.venv-local-aws/ready: requirements/local-aws.txt
	$(call environment,.venv-local-aws,$<)

.venv-fuzz/ready: requirements/fuzz.txt
	@$(PYTHON) -c 'import platform, sys; here = (platform.system(), platform.machine()); sys.exit(here != ("Linux", "x86_64") and "make fuzz: the fuzzer is published for Linux on x86-64 only; this is %s on %s" % here)'
	$(call environment,.venv-fuzz,$<)

environments: .venv/ready .venv-sam/ready .venv-local-aws/ready ## make all three environments

# -- the two commands of the README --------------------------------------------------

demo: ## push images into a local AWS and show what became of each (KEEP=1 leaves it up)
	@$(MAKE) --no-print-directory -j3 .venv-sam/ready .venv-local-aws/ready demo-notation
	@$(LAYERS) $(LOCAL_AWS) -m demo $(if $(KEEP),--keep)

# The one story that needs it is left out where it cannot be had.
demo-notation:
	@[ -n "$$NOTATION" ] || ! command -v go >/dev/null || \
	  $(MAKE) --no-print-directory build/notation || echo "going on without the real notation"

test: ## every test that needs neither AWS, Docker nor root
	@$(MAKE) --no-print-directory -j3 environments
	@$(DEV)/python -m pytest -n 2 --dist loadfile --junitxml=build/test.xml $(TESTS)

# -- checks --------------------------------------------------------------------------

lint: .venv/ready ## ruff: rules and format
	@$(DEV)/ruff check .
	@$(DEV)/ruff format --check .

format: .venv/ready ## let ruff rewrite what it can
	@$(DEV)/ruff check --fix . ; $(DEV)/ruff format .

types: .venv/ready ## mypy --strict
	@$(DEV)/mypy

contracts: .venv/ready ## import contracts: which module may know which
	@$(LAYERS) $(DEV)/lint-imports

validate: .venv-sam/ready ## sam validate --lint
	@$(SAM) validate --lint --region us-east-1

check: lint types contracts validate ## all of the above

# -- proofs and measures: each writes build/<target>.json ------------------------------

interop: .venv/ready build/notation build/notation-blob ## the real notation must judge as we do (needs Go, or NOTATION=path and NOTATION_BLOB=path; SIGNER_PLUGIN=path)
	@NOTATION="$${NOTATION:-$(CURDIR)/build/notation}" \
	  NOTATION_BLOB="$${NOTATION_BLOB:-$(CURDIR)/build/notation-blob}" \
	  $(LAYERS) $(DEV)/python -m tests.interop

differential: .venv/ready ## thousands of generated cases beside the reference's library (needs Go; SEED=, CASES=)
	@$(LAYERS) $(DEV)/python -m tests.differential $(if $(SEED),--seed $(SEED)) $(if $(CASES),--cases $(CASES))

capabilities: .venv/ready .venv-sam/ready .venv-local-aws/ready ## each capability with each use case, deployed, by the template's own roles (ONLY=use-case)
	@$(LAYERS) $(DEV)/python -m tests.capabilities $(if $(ONLY),--only $(ONLY))

converge: .venv/ready ## generated histories end as a model that reads only them says (SEED=, HISTORY=, REPLAY=file)
	@$(LAYERS) $(DEV)/python -m tests.converge $(if $(SEED),--seed $(SEED)) $(if $(HISTORY),--history $(HISTORY)) \
	  $(if $(REPLAY),--replay $(REPLAY)) $(if $(HISTORIES),--histories $(HISTORIES)) $(if $(HTTP),--http $(HTTP))

faults: .venv/ready ## every call of AWS fails in every way, and the process dies at every step (ONLY=use-case/operation/number/kind)
	@$(LAYERS) $(DEV)/python -m tests.faults $(if $(ONLY),--only $(ONLY))

hostile: .venv/ready ## the tests that the threats name, each with its number (THREAT=N, RAN=build/test.xml)
	@$(LAYERS) $(DEV)/python -m tests.hostile $(if $(THREAT),--threat $(THREAT)) $(if $(RAN),--ran $(RAN))

load: .venv/ready .venv-sam/ready .venv-local-aws/ready ## 10,000 pushes through the deployed stack and the handlers (an hour; IMAGES=2500)
	@$(LAYERS) $(DEV)/python -m tests.load.families build/load --families $(or $(IMAGES),2500)
	@$(LAYERS) $(DEV)/python -m tests.load.handlers build/load
	@$(LAYERS) $(DEV)/python -m tests.load.memory
	@$(LAYERS) $(LOCAL_AWS) -m tests.load.deployed build/load

upgrade: .venv-sam/ready .venv-local-aws/ready ## from one version to the next and back while images are pushed, then the way out and back
	@$(LAYERS) $(LOCAL_AWS) -m tests.upgrade

vectors: .venv/ready ## our own vectors, and the reference implementation's where ../shared/vectors exists
	@$(LAYERS) $(DEV)/python -m tests.vectors

fuzz: .venv-fuzz/ready ## any bytes end in a value or our own error, coverage-guided (SECONDS=120, ONLY=targets, REPLAY=file; Linux on x86-64)
	@$(LAYERS) .venv-fuzz/bin/python -m tests.fuzz $(if $(REPLAY),--replay $(REPLAY)) $(if $(SECONDS),--seconds $(SECONDS)) \
	  $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

bench: .venv/ready build-local $(if $(shell command -v go),build/notation) ## what docs/performance.md says, measured (on an idle machine; ONLY=subject)
	@$(LAYERS) $(DEV)/python -m tests.bench $(ONLY)

build/notation: tests/oracle/go.mod tests/oracle/go.sum
	@mkdir -p build
	@if [ -n "$$NOTATION" ]; then ln -sf "$$NOTATION" $@; \
	elif command -v go >/dev/null; then \
	  echo "building the real notation (about a minute the first time)"; \
	  cd tests/oracle && go build -o "$(CURDIR)/$@" github.com/notaryproject/notation/cmd/notation; \
	else echo "make interop needs Go 1.24 or later, or NOTATION=/path/to/notation" >&2; exit 1; fi

# What signs and verifies files with the reference's library: v1.3.2 has no such command.
build/notation-blob: tests/oracle/blob/go.mod tests/oracle/blob/go.sum tests/oracle/blob/main.go
	@mkdir -p build
	@if [ -n "$$NOTATION_BLOB" ]; then ln -sf "$$NOTATION_BLOB" $@; \
	elif command -v go >/dev/null; then cd tests/oracle/blob && go build -o "$(CURDIR)/$@" .; \
	else echo "make interop needs Go 1.24 or later, or NOTATION_BLOB=/path/to/notation (v2, with notation blob)" >&2; exit 1; fi

# -- builds --------------------------------------------------------------------------

build-local: .venv-sam/ready ## build for this machine's Python (demo, tests, sam local)
	@PATH="$$(dirname "$$(command -v $(PYTHON))"):$$PATH" SEALWARD_BUILD=local \
	  $(SAM) build --cached --build-dir build/sam-local

package: .venv-sam/ready ## build for Lambda: python3.13, arm64 (needs python3.13 on PATH)
	@SEALWARD_BUILD=package $(SAM) build --build-dir build/sam-package

invoke: .venv-sam/ready .venv-local-aws/ready .venv/ready build-local ## the built function under Lambda's runtime emulator: EVENT=events/… (Linux)
	@$(DEV)/python -m tests.emulator $(EVENT)

# -- upkeep --------------------------------------------------------------------------

generated: .venv/ready ## write anew what a program writes of the tests: seeds, vectors, events
	@$(LAYERS) $(DEV)/python -m tests.fuzz.seeds
	@$(LAYERS) $(DEV)/python -m tests.vectors.own
	@$(LAYERS) $(DEV)/python -m tests.functions.event_files

requirements: .venv/ready ## lock the requirements files anew (names, versions, hashes)
	@for name in runtime dev sam local-aws fuzz; do \
	  echo "locking requirements/$$name.txt"; \
	  (cd requirements && ../$(DEV)/uv pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-header --upgrade \
	    $$name.in -o $$name.txt >/dev/null) || exit 1; done

clean: ## remove what was built; environments stay
	@rm -rf build .aws-sam
