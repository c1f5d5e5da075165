#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }

quick=(tests/unit tests/contract tests/properties)
# What takes longest first, one by one from this list as lanes come free. What only computes gives way, so
# that nobody's clock stands still while a core is busy.
rings=(tests/integration tests/e2e tests/crashes tests/browser tests/faults tests/contract tests/unit)
computing=" tests/faults tests/unit tests/properties tests/corpus "
for ring in tests/*/; do  # and every ring that was not named, so that none is forgotten
  case " ${rings[*]} tests/bench tests/soak tests/support tests/__pycache__ " in
    *" ${ring%/} "*) ;;
    *) rings+=("${ring%/}") ;;
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

# Four rings at a time, each in a process of its own. What failed is shown whole, last.
said=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$said"' EXIT
run_ring() {
  local ring=$1 name began=$SECONDS niceness=0
  name=$(basename "$ring")
  case "$computing" in *" $ring "*) niceness=5 ;; esac
  trap 'kill $(jobs -p) 2>/dev/null; exit 1' TERM
  nice -n "$niceness" "$bin/python" -m pytest "$ring" -o "cache_dir=.pytest_cache/$name" >"$said/$name" 2>&1 &
  wait $! || touch "$said/$name.failed"
  grep '^SKIPPED' "$said/$name" || true
  printf '%-18s%s; %d s in all\n' "$ring" "$(tail -n 1 "$said/$name" | tr -d =)" $((SECONDS - began))
}
step "tests, four rings at a time, in minutes: ${rings[*]}"
under_way=0
for ring in "${rings[@]}"; do
  if [ "$under_way" -eq 4 ]; then wait -n; under_way=3; fi
  run_ring "$ring" &
  under_way=$((under_way + 1))
done
wait
failed=0
for ring in "${rings[@]}"; do
  name=$(basename "$ring")
  test -e "$said/$name.failed" || continue
  failed=1; step "failed: $ring"; cat "$said/$name"
done
exit "$failed"
