#!/usr/bin/env bash
# Debian packages that only tests need. Not needed to run aprejoin.
#   libyang2-tools   yanglint: checks the documents that drivers send against the vendor's YANG modules
#   postgresql       a real database server (deploy/test-servers.sh)
#   redis-server     a real broker (the same)
#   chromium         looks at the pages (tests/browser)
#   prometheus       promtool alone: judges the alert rules, and runs their tests (deploy/monitoring)
set -euo pipefail
packages=(libyang2-tools postgresql redis-server chromium)
missing=()
for p in "${packages[@]}"; do dpkg -s "$p" >/dev/null 2>&1 || missing+=("$p"); done
promtool=/usr/local/bin/promtool
command -v promtool >/dev/null && promtool=""
[ ${#missing[@]} -eq 0 ] && [ -z "$promtool" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  [ ${#missing[@]} -eq 0 ] || echo "missing: ${missing[*]}; install them as root: apt-get install -y ${missing[*]}" >&2
  [ -z "$promtool" ] || echo "missing: promtool; run this as root, or take it from the package prometheus" >&2
  exit 1
fi
apt-get update -qq
if [ ${#missing[@]} -ne 0 ]; then
  echo "Installing Debian packages for the tests: ${missing[*]}"
  # RUNLEVEL=1: no package starts a server of its own
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
if [ -n "$promtool" ]; then
  echo "Taking promtool out of Debian's prometheus, which is not installed: it would run a server, and brings a dozen packages"
  fetched=$(mktemp -d)
  trap 'rm -rf "$fetched"' EXIT
  (cd "$fetched" && apt-get download -qq -o APT::Sandbox::User=root prometheus)
  dpkg-deb --fsys-tarfile "$fetched"/prometheus_*.deb | tar -x -C "$fetched" ./usr/bin/promtool
  install -m 0755 "$fetched/usr/bin/promtool" "$promtool"
fi
