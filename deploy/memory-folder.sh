#!/usr/bin/env bash
# Makes a folder in memory for what tests write, and prints it; nothing where there is not plenty of memory.
# Tests commit tens of thousands of times, and would wait for a disk each time. What a killed process leaves
# is there as it would be on a disk. It is the caller's to remove.
set -euo pipefail
memory=/dev/shm
plenty_kib=$((6 * 1024 * 1024))  # four rings at once write less than one

free_kib() {  # of the folder, of the machine
  df -k --output=avail "$memory" | tail -n 1
  awk '/^MemAvailable/ {print $2}' /proc/meminfo
}
for free in $(free_kib 2>/dev/null); do
  [ "$free" -ge "$plenty_kib" ] || exit 0
done
folder=$(mktemp -d "$memory/aj-XXXX" 2>/dev/null) || exit 0  # short: paths of sockets have 107 characters
chmod 711 "$folder"  # PostgreSQL runs as somebody else
if ! (cp "$(type -P true)" "$folder/runs" && "$folder/runs" && rm "$folder/runs") 2>/dev/null; then
  rm -rf "$folder"  # nothing may be run there, and tests write commands
  exit 0
fi
echo "$folder"
