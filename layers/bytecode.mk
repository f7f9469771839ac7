# How every layer and function is built. SEALWARD_BUILD chooses:
#   package  for Lambda: Python 3.13, wheels of SEALWARD_ARCHITECTURE (default)
#   local    for this machine: the python3 at hand, 3.11 or later
# Bytecode is compiled here, because imports without it take about twice as long, and
# `unchecked-hash`, because Lambda's file times say nothing.
# Only POSIX tools; works with GNU make 3.81.

# The bytecode belongs beside the source, wherever tests may keep theirs.
unexport PYTHONPYCACHEPREFIX

SEALWARD_BUILD ?= package
SEALWARD_ARCHITECTURE ?= arm64

# `make package PYTHON=…` says what makes environments, and make hands it on to here:
# without `override` a package would carry another Python's bytecode.
ifeq ($(SEALWARD_BUILD),local)
override PYTHON = python3
else ifeq ($(SEALWARD_BUILD),package)
override PYTHON = python3.13
else
$(error SEALWARD_BUILD is "$(SEALWARD_BUILD)"; write package or local)
endif

# $(call require_python): stop early and say what is missing.
define require_python
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) does not run: packages for Lambda carry bytecode of Python 3.13, local builds need python3 of 3.11 or later on PATH" >&2; \
	  echo "to build for this machine instead: make build-local" >&2; exit 1; }
endef

# $(call bytecode,folder,where it will lie)
define bytecode
	@find "$(1)" -name __pycache__ -prune -exec rm -rf {} +
	@$(PYTHON) -m compileall -q --invalidation-mode unchecked-hash -s "$(1)" -p "$(2)" "$(1)"
endef
