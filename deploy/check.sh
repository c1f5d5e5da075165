#!/usr/bin/env bash
# All checks, the same here as in CI. Quick part by default; --all adds the rings that start servers.
# What fails within seconds comes first; --all has the types checked beside the rings.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
test -x "$bin/python" || { echo "no .venv: run make install first" >&2; exit 2; }
step() { printf '\n== %s\n' "$1"; }
export PYTHONDONTWRITEBYTECODE=  # hundreds of processes load the same modules: they are compiled once

quick=(tests/unit tests/contract tests/properties)
# What takes longest first, one by one from this list as lanes come free. What only computes gives way, so
# that nobody's clock stands still while a core is busy.
rings=(tests/integration tests/e2e tests/crashes tests/browser tests/faults tests/contract tests/unit)
computing=" types tests/faults tests/unit tests/properties tests/corpus "
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
step "import contracts"; "$bin/lint-imports"

said=$(mktemp -d) written=""
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$said" ${written:+"$written"}' EXIT
if [ -z "${TMPDIR:-}" ]; then written=$(deploy/memory-folder.sh); fi
if [ -n "$written" ]; then export TMPDIR=$written; fi
if [ "${1:-}" != "--all" ]; then
  step "types"; "$bin/mypy"
  step "tests (quick part)"; "$bin/python" -m pytest "${quick[@]}"
  exit
fi

# Four lanes at a time, each in a process of its own: the types, and every ring. What failed is shown whole, last.
run_lane() {
  local lane=$1 name began=$SECONDS niceness=0
  name=$(basename "$lane")
  local checked=("$bin/python" -m pytest "$lane" -o "cache_dir=.pytest_cache/$name")
  if [ "$lane" = types ]; then checked=("$bin/mypy"); fi
  case "$computing" in *" $lane "*) niceness=5 ;; esac
  trap 'kill $(jobs -p) 2>/dev/null; exit 1' TERM
  rm -f ".pytest_cache/$name/v/cache/lastfailed"
  nice -n "$niceness" "${checked[@]}" >"$said/$name" 2>&1 &
  wait $! || ask_again "$lane" "$name" $? || touch "$said/$name.failed"
  grep '^SKIPPED' "$said/$name" || true
  times >"$said/$name.times"  # the shell's own, then its children's: user, system
  printf '%-18s%s; %d s in all, processor %s\n' "$lane" "$(tail -n 1 "$said/$name" | tr -d =)" \
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
lanes=(types "${rings[@]}")
step "four lanes at a time, in minutes: ${lanes[*]}"
under_way=0
for lane in "${lanes[@]}"; do
  if [ "$under_way" -eq 4 ]; then wait -n; under_way=3; fi
  run_lane "$lane" &
  under_way=$((under_way + 1))
done
wait
failed=0
for lane in "${lanes[@]}"; do
  name=$(basename "$lane")
  if test -e "$said/$name.unsteady"; then
    step "unsteady, passed when asked again alone: $lane"; grep true "$said/$name.unsteady"; cat "$said/$name"
  fi
  test -e "$said/$name.failed" || continue
  failed=1; step "failed: $lane"; cat "$said/$name"
done
exit "$failed"
