#!/usr/bin/env bash
# Makes .venv and installs Knapper with its development tools there, in the versions of constraints.txt.
# PYTHON names the interpreter to use; without it the first one that is new enough is taken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

NEW_ENOUGH='import sys; sys.exit(sys.version_info < (3, 11))'

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

find_python() {
  local name
  for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$name" -c "$NEW_ENOUGH" 2>/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  return 1
}

make_venv() {
  local python
  python=$(find_python) || fail "${PYTHON:-Python} is missing or older than 3.11." \
    "Install Python 3.11 or newer, or name one: PYTHON=/path/to/python3 make setup"
  rm -rf .venv
  "$python" -m venv .venv && return
  rm -rf .venv
  fail "$python cannot make virtual environments: its module venv or ensurepip is missing." \
    "On Debian or Ubuntu: apt-get install python3-venv"
}

.venv/bin/python -c "$NEW_ENOUGH" 2>/dev/null && .venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv
echo 'setup: installing into .venv; this is done once'
.venv/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
# Without them all else works, and `make testbed` tries again.
.venv/bin/python -m tools.libraries || true
