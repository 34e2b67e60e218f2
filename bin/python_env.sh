# Sourced by the commands in bin/: finds Python, makes .venv from a lock file with hashes, once.
#   ensure_venv runtime|dev   afterwards $PYTHON is the interpreter inside
set -euo pipefail
export TOLLGATE_CALLED_FROM=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PYTHON=.venv/bin/python

fail() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3 python3.14; do
    if command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$name"
      return
    fi
  done
  return 1
}

lock_file() { if [ "$1" = dev ]; then echo requirements-dev.lock; else echo requirements.lock; fi; }

is_current() { # the stamp of the wanted lock, or of the development lock, which holds all of it
  [ -L .venv ] && return 0
  "$PYTHON" -c '' 2>/dev/null || return 1
  local kind
  for kind in dev "$1"; do
    [ "$(cat ".venv/stamp-$kind" 2>/dev/null)" = "$(cksum <"$(lock_file "$kind")")" ] && return 0
  done
  return 1
}

take_turn() { # two commands at once: the second waits for the first
  while ! mkdir .venv.lock 2>/dev/null; do
    [ -d .venv.lock ] || fail "The folder $PWD can't be written to, and .venv has to be made in it."
    kill -0 "$(cat .venv.lock/pid 2>/dev/null || echo $$)" 2>/dev/null || rm -rf .venv.lock
    sleep 0.3
  done
  echo $$ >.venv.lock/pid
  trap 'rm -rf .venv.lock' EXIT
  trap 'exit 130' INT TERM HUP
}

make_venv() {
  local python said
  python=$(find_python) || fail "Python 3.11 or newer is needed and was not found: install it (Debian, Ubuntu: apt-get install python3 python3-venv)."
  [ "$(df -Pk . | awk 'NR == 2 {print $4}')" -gt 400000 ] || fail "The disk is full: making .venv in $PWD needs 400 MB."
  echo "Making .venv from $(lock_file "$1"), once; this takes a minute or two." >&2
  if ! "$PYTHON" -m pip --version >/dev/null 2>&1; then
    said=$("$python" -m venv --clear .venv 2>&1) ||
      fail "$python can't make a virtual environment (Debian, Ubuntu: apt-get install python3-venv): $(echo "$said" | tail -n 1)"
  fi
  said=$("$PYTHON" -m pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps --require-hashes \
    -r "$(lock_file "$1")" 2>&1) || fail "The packages can't be installed: $(echo "$said" | tail -n 1)"
  "$PYTHON" -m compileall -q -j 0 .venv/lib >/dev/null 2>&1 || true # here and in parallel, not at every first import
  cksum <"$(lock_file "$1")" >".venv/stamp-$1"
}

ensure_venv() {
  is_current "$1" && return
  take_turn
  is_current "$1" || make_venv "$1"
  rm -rf .venv.lock
  trap - EXIT INT TERM HUP
}
