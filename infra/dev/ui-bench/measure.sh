#!/usr/bin/env bash
# Prints heap per circuit and CPU per page of each page: bash infra/dev/ui-bench/measure.sh (needs node and wrk; about half a minute per page).
set -euo pipefail
cd "$(dirname "$0")"
base=http://127.0.0.1:5299
npm install --silent
dotnet build -c Release -v q --nologo
for path in "${@:-/plain /ours /ours-components /shell /radzen /our-form /radzen-form}"; do
  for page in $path; do
    # A fresh process for each page: heaps of one do not blur the next.
    ASPNETCORE_URLS=$base ASPNETCORE_ENVIRONMENT=Production dotnet ../../../artifacts/bin/UiBench/release/UiBench.dll > /tmp/ui-bench.log 2>&1 &
    server=$!
    trap 'kill $server 2>/dev/null || true' EXIT
    until curl -fs "$base/stat" > /dev/null; do sleep 0.2; done
    node circuits.mjs "$base" "$page" "${CIRCUITS:-150}" || tail -n 3 /tmp/ui-bench.log
    curl -fs "$base$page" | wc -c | sed "s|^|  $page html bytes: |"
    wrk -t1 -c16 -d3s "$base$page" > /dev/null
    before=$(curl -fs "$base/stat")
    pages=$(wrk -t1 -c16 -d8s "$base$page" | tee /dev/stderr | awk '/requests in/ { print $1 }')
    node -e 'const [before, after, pages] = process.argv.slice(1).map(a => JSON.parse(a));
      console.log(`  server CPU per page: ${((after.cpuSeconds - before.cpuSeconds) / pages * 1000).toFixed(2)} ms`)' "$before" "$(curl -fs "$base/stat")" "$pages"
    kill "$server"; wait "$server" 2>/dev/null || true
  done
done
