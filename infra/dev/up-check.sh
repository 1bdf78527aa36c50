#!/usr/bin/env bash
# Does what a newcomer does, twice: up.sh, look at the page, Ctrl-C; the second time in the midst of a plan that rents and gives back machines.
# Fails unless the page comes up and nothing is left running.
# Uses ports of its own; a demo that runs from this folder is left alone and the check says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export NIRMAAN_WEB_PORT=5480 NIRMAAN_SANDBOX_PORT=5490 NIRMAAN_CHAIN_PORT=5445 NIRMAAN_HISTORY_DAYS=1
log=$PWD/.state/up-check.log
mkdir -p .state/run
flock -n .state/run/lock true || { echo "up-check: skipped, up.sh is running here"; exit 0; }

fail() { printf 'up-check: %s\n' "$*" >&2; tail -n 30 "$log" >&2; exit 1; }
page() { node -e 'fetch(process.argv[1]).then(async r => { if (!r.ok) throw r.status; process.stdout.write(await r.text()) }).catch(e => { console.error(String(e)); process.exit(1) })' "http://127.0.0.1:$NIRMAAN_WEB_PORT$1"; }
# Whatever runs out of this folder, as its command line or its place tells.
left() {
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
    words=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") 2>/dev/null || continue
    place=$(readlink "$process/cwd" 2>/dev/null) || place=
    [[ $words == *"$PWD/artifacts/publish"* || $words == *"$PWD/.state"* || $place == "$PWD/artifacts/publish"* || $place == "$PWD/.state"* || $words == *"--port $NIRMAAN_CHAIN_PORT"* ]] && echo "$pid $words"
  done
  return 0
}

: >"$log"
for round in first second; do
  began=$SECONDS
  bash infra/up.sh >"$log" 2>&1 </dev/null &
  up=$!
  trap 'kill -TERM "$up" 2>/dev/null || true' EXIT
  until grep -q 'Nirmaan is up' "$log"; do
    kill -0 "$up" 2>/dev/null || fail "$round run: up.sh ended before it was up"
    ((SECONDS - began < 480)) || fail "$round run: not up after 480 s"
    sleep 1
  done
  took=$((SECONDS - began))
  page / | grep -q 'Nirmaan' || fail "$round run: the first page does not show"
  page /healthz >/dev/null || fail "$round run: /healthz does not answer"
  if [[ $round == second ]]; then
    # Agents come and go while a plan is carried out, which is when one could be left behind.
    until grep -q 'The present is reached' .state/logs/web.log; do
      kill -0 "$up" 2>/dev/null || fail "$round run: up.sh ended while it played the history"
      ((SECONDS - began < 600)) || fail "$round run: the history is not at its end after 600 s"
      sleep 1
    done
    node infra/dev/plan-underway.mjs "http://127.0.0.1:$NIRMAAN_WEB_PORT" 180 || fail "$round run: no plan got under way"
  fi
  # A non-interactive shell starts its background jobs with SIGINT ignored, so the end is asked for by TERM; up.sh treats both alike.
  kill -TERM "$up"
  wait "$up" || true
  trap - EXIT
  rest=$(left)
  [[ -z $rest ]] || fail "$round run: still running after the end: $rest"
  echo "up-check: $round run was up in $took s and left nothing running"
done
