#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }

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
lane() {  # rings one after the other, in processes of their own
  local ring status=0
  trap 'kill $(jobs -p) 2>/dev/null; exit 1' TERM
  for ring in "$@"; do
    "$bin/python" -m pytest "$ring" -o "cache_dir=.pytest_cache/$(basename "$ring")" & wait $! || status=1
  done
  return "$status"
}
failed=0
step "tests: ${quick[*]}; beside them tests/faults tests/e2e and ${others[*]}, shown afterwards"
lane tests/faults tests/e2e >"$said/faults" 2>&1 & faults=$!
lane "${others[@]}" >"$said/others" 2>&1 & waiting=$!
"$bin/python" -m pytest "${quick[@]}" || failed=1
wait "$waiting" || failed=1
step "tests: ${others[*]}"; cat "$said/others"
wait "$faults" || failed=1
step "tests: tests/faults tests/e2e"; cat "$said/faults"
exit "$failed"
