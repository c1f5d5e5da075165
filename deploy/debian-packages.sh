#!/usr/bin/env bash
# Debian packages that only tests need. Not needed to run aprejoin.
#   libyang2-tools   yanglint: checks the documents that drivers send against the vendor's YANG modules
#   postgresql       a real database server (deploy/test-servers.sh)
#   redis-server     a real broker (the same)
#   chromium         looks at the pages (tests/browser)
set -euo pipefail
packages=(libyang2-tools postgresql redis-server chromium)
missing=()
for p in "${packages[@]}"; do dpkg -s "$p" >/dev/null 2>&1 || missing+=("$p"); done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "missing: ${missing[*]}; install them as root: apt-get install -y ${missing[*]}" >&2
  exit 1
fi
echo "Installing Debian packages for the tests: ${missing[*]}"
apt-get update -qq
# RUNLEVEL=1: no package starts a server of its own
RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
