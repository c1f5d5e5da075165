#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }

busy=(tests/unit tests/contract tests/properties)  # they keep one core at work
waiting=()  # every other ring: they wait for labs, brokers and databases
for ring in tests/*/; do
  case " ${busy[*]} tests/bench tests/soak tests/support tests/__pycache__ " in
    *" ${ring%/} "*) ;;
    *) waiting+=("${ring%/}") ;;
  esac
done

step "format";           "$bin/ruff" format --check .
step "lint";             "$bin/ruff" check .
step "types";            "$bin/mypy"
step "import contracts"; "$bin/lint-imports"
if [ "${1:-}" != "--all" ]; then
  step "tests (quick part)"
  exec "$bin/python" -m pytest "${busy[@]}"
fi

step "tests: ${busy[*]}; beside them ${waiting[*]}, shown afterwards"
said=$(mktemp)
"$bin/python" -m pytest "${waiting[@]}" -o cache_dir=.pytest_cache/waiting >"$said" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null || true; rm -f "$said"' EXIT
failed=0
"$bin/python" -m pytest "${busy[@]}" || failed=1
step "tests: ${waiting[*]}"
wait "$beside" || failed=1
cat "$said"
exit "$failed"
