#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }
tests() { "$bin/python" -m pytest -o "cache_dir=.pytest_cache/$(basename "$1")" "$@"; }

quick=(tests/unit tests/contract tests/properties)
others=()  # every ring that has no line below, so that none is forgotten
for ring in tests/*/; do
  case " ${quick[*]} tests/e2e tests/faults tests/bench tests/soak tests/support tests/__pycache__ " in
    *" ${ring%/} "*) ;;
    *) others+=("${ring%/}") ;;
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

# The rings that wait for labs, brokers and databases run beside those that keep a core at work.
said=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$said"' EXIT
failed=0
step "tests: ${quick[*]}, then tests/e2e; tests/faults and ${others[*]} beside them, shown afterwards"
tests tests/faults >"$said/faults" 2>&1 & faults=$!
tests "${others[@]}" >"$said/others" 2>&1 & waiting=$!
tests "${quick[@]}" || failed=1
tests tests/e2e || failed=1
wait "$faults" || failed=1
step "tests: tests/faults"; cat "$said/faults"
wait "$waiting" || failed=1
step "tests: ${others[*]}"; cat "$said/others"
exit "$failed"
