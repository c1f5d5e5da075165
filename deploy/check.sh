#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }

step "format";           "$bin/ruff" format --check .
step "lint";             "$bin/ruff" check .
step "types";            "$bin/mypy"
step "import contracts"; "$bin/lint-imports"
if [ "${1:-}" = "--all" ]; then
  step "tests"
  "$bin/python" -m pytest tests --ignore=tests/bench
else
  step "tests (quick part)"
  rings=()
  for ring in unit contract properties; do [ -d "tests/$ring" ] && rings+=("tests/$ring"); done
  "$bin/python" -m pytest "${rings[@]}"
fi
