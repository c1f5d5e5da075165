#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }

quick=(tests/unit tests/contract tests/properties)
first=("${quick[@]}" tests/e2e)  # two halves that take about as long, run side by side
second=()  # every other ring, so that none is forgotten
for ring in tests/*/; do
  case " ${first[*]} tests/bench tests/soak tests/support tests/__pycache__ " in
    *" ${ring%/} "*) ;;
    *) second+=("${ring%/}") ;;
  esac
done

step "format";           "$bin/ruff" format --check .
step "lint";             "$bin/ruff" check .
step "types";            "$bin/mypy"
step "import contracts"; "$bin/lint-imports"
if [ "${1:-}" != "--all" ]; then
  step "tests (quick part)"
  exec "$bin/python" -m pytest "${quick[@]}"
fi

step "tests: ${first[*]}; beside them ${second[*]}, shown afterwards"
said=$(mktemp)
"$bin/python" -m pytest "${second[@]}" -o cache_dir=.pytest_cache/second >"$said" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null || true; rm -f "$said"' EXIT
failed=0
"$bin/python" -m pytest "${quick[@]}" || failed=1
step "tests: tests/e2e"  # a process of its own: its labs answer slowly beside the models of the others
"$bin/python" -m pytest tests/e2e || failed=1
step "tests: ${second[*]}"
wait "$beside" || failed=1
cat "$said"
exit "$failed"
