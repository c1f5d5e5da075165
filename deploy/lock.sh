#!/usr/bin/env bash
# Renew requirements.lock: every package pinned with its hashes, no registry address in it.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3.11}" -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check pip-tools
"$tools/bin/pip-compile" --quiet --extra dev --generate-hashes --strip-extras \
  --no-header --no-emit-index-url --no-emit-find-links -o requirements.lock pyproject.toml
echo "requirements.lock renewed"
