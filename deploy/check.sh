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
# Where real servers answer on a busy machine, up to two failed tests are asked once more, alone, and told as
# unsteady with what they said (docs/decisions/0036). Where anybody is killed on the way there is no second asking.
asked_again=" tests/integration tests/e2e tests/browser tests/contract "
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
  rm -f ".pytest_cache/$name/v/cache/lastfailed"
  nice -n "$niceness" "$bin/python" -m pytest "$ring" -o "cache_dir=.pytest_cache/$name" >"$said/$name" 2>&1 &
  wait $! || ask_again "$ring" "$name" $? || touch "$said/$name.failed"
  grep '^SKIPPED' "$said/$name" || true
  times >"$said/$name.times"  # the shell's own, then its children's: user, system
  printf '%-18s%s; %d s in all, processor %s\n' "$ring" "$(tail -n 1 "$said/$name" | tr -d =)" \
    $((SECONDS - began)) "$(tail -n 1 "$said/$name.times")"
}
ask_again() {
  local ring=$1 name=$2 code=$3 failed=".pytest_cache/$2/v/cache/lastfailed"
  case "$asked_again" in *" $ring "*) ;; *) return 1 ;; esac
  test "$code" -eq 1 && test -e "$failed" && test "$(grep -c true "$failed")" -le 2 || return 1
  grep -o 'tests/[^:"]*\.py' "$failed" | xargs grep -Eiq 'kill|SIGSTOP|guardian' && return 1
  cp "$failed" "$said/$name.unsteady"
  "$bin/python" -m pytest "$ring" -o "cache_dir=.pytest_cache/$name" \
    --last-failed --last-failed-no-failures=none >"$said/$name.again" 2>&1 &
  wait $! && return 0
  rm "$said/$name.unsteady"; cat "$said/$name.again" >>"$said/$name"; return 1
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
  if test -e "$said/$name.unsteady"; then
    step "unsteady, passed when asked again alone: $ring"; grep true "$said/$name.unsteady"; cat "$said/$name"
  fi
  test -e "$said/$name.failed" || continue
  failed=1; step "failed: $ring"; cat "$said/$name"
done
exit "$failed"
