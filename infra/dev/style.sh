#!/usr/bin/env bash
# Checks what no compiler checks (the build itself enforces .editorconfig). Each line it prints is one thing to put right.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
problems=$(mktemp)
trap 'rm -f "$problems"' EXIT
report() { sed "s|\$|   <- $1|" >>"$problems"; }

git ls-files -z --cached --others --exclude-standard '*.cs' '*.razor' '*.css' '*.js' '*.mjs' '*.sh' '*.sol' '*.sql' |
  xargs -0 wc -l | awk '$2 != "total" && $1 > 400 {print $2 ": " $1 " lines"}' | report 'a file stops at 400 lines'

git grep --untracked -InE 'TO''DO|FIX''ME|NotImplemented''Exception' -- . | report 'nothing is left for later' || true
git grep --untracked -InE '(^|[^a-zA-Z0-9_.])/(work|home|Users|root)/[a-zA-Z]' -- . | report 'a path of one machine' || true

# Whoever builds uses the registry at hand; its address is that machine's business.
hosts=$({ npm config get registry 2>/dev/null; dotnet nuget list source --format short 2>/dev/null; } |
  sed -nE 's|.*https?://([^/:]+).*|\1|p' | grep -vE '^(registry\.npmjs\.org|api\.nuget\.org)$' | sort -u || true)
for host in $hosts; do git grep --untracked -InF "$host" -- . | report 'the address of a registry' || true; done
git grep --untracked -In '"resolved": *"http' -- '*package-lock.json' | report 'the address of a registry' || true

if [[ -f docker-compose.yml ]]; then
  if command -v docker-compose >/dev/null 2>&1; then
    docker-compose -f docker-compose.yml config -q 2>&1 | report 'docker-compose config' || true
  elif docker compose version >/dev/null 2>&1; then
    docker compose -f docker-compose.yml config -q 2>&1 | report 'docker compose config' || true
  else
    echo "style: skipped: docker-compose.yml was not checked, neither docker-compose nor docker compose is here"
  fi
fi

agent=artifacts/publish/Nirmaan.Agent/release_linux-x64/nirmaan-agent
if [[ -f $agent ]] && (($(stat -c %s "$agent") >= 25000000)); then echo "$agent: $(stat -c %s "$agent") bytes" | report 'the agent stays under 25 MB'; fi

if [[ -s $problems ]]; then
  sort -u "$problems"
  exit 1
fi
echo "style: nothing to put right"
