#!/usr/bin/env bash
# Runs one service of chapter 5 or 6 where there is no systemd, and starts it again when it ends:
#   5_live_inference/deploy/start.sh 20_flow_monitor --status-port 8020
# Ctrl-C or SIGTERM ends both. Bad options, keys or models (exit code 2) end it too: they do not mend themselves.
set -u
[ $# -gt 0 ] || { echo 'usage: start.sh <script without .ts> [options]' >&2; exit 2; }
cd "$(dirname "$0")/../.." || exit 2
script=$(echo ?_*/"$1.ts")
[ -f "$script" ] || { echo "there is no script $1" >&2; exit 2; }
shift
child=0
stop() { [ "$child" -ne 0 ] && kill -TERM "$child" 2>/dev/null; wait "$child"; exit 75; }
trap stop TERM INT
pause=5
while :; do
  began=$SECONDS
  node --import tsx "$script" "$@" &
  child=$!
  wait "$child"
  code=$?
  [ "$code" -eq 2 ] && exit 2
  # A service that stood for an hour gets the short pause again; one that ends at once waits longer each time, at most five minutes.
  [ $((SECONDS - began)) -gt 3600 ] && pause=5
  echo "$(date -u +%FT%TZ) $script ended with code $code; it starts again in ${pause} s" >&2
  sleep "$pause" &
  child=$!
  wait "$child"
  pause=$((pause * 2 > 300 ? 300 : pause * 2))
done
