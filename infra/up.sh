#!/usr/bin/env bash
# Starts Nirmaan with its whole outside world on this machine: local chain, sandbox, web. Ctrl-C stops all of it.
# Every run begins a fresh demo world; logs and data lie in .state/. docs: README.md
#
# NIRMAAN_WEB_PORT 5280, NIRMAAN_SANDBOX_PORT 5290, NIRMAAN_CHAIN_PORT 8545   ports on 127.0.0.1
# NIRMAAN_HISTORY_DAYS 7     virtual days that are played before "now"; 0 = live from the start
# NIRMAAN_HOLD_HOURS 0       history stands still this many hours before "now", so that you can decide in the past; /sandbox lets time pass
# NIRMAAN_SEED 1             seed of the sandbox's world
# ConnectionStrings__Nirmaan a database of your own instead of the private cluster; it is left as it is
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
web_port=${NIRMAAN_WEB_PORT:-5280} sandbox_port=${NIRMAAN_SANDBOX_PORT:-5290} chain_port=${NIRMAAN_CHAIN_PORT:-8545}
history_days=${NIRMAAN_HISTORY_DAYS:-7}
web_url=http://127.0.0.1:$web_port sandbox_url=http://127.0.0.1:$sandbox_port chain_url=http://127.0.0.1:$chain_port
state=$root/.state
mkdir -p "$state/logs" "$state/run"

say() { printf '%s\n' "$*"; }
fail() { say "up: $*" >&2; exit 1; }

for setting in NIRMAAN_WEB_PORT="$web_port" NIRMAAN_SANDBOX_PORT="$sandbox_port" NIRMAAN_CHAIN_PORT="$chain_port" NIRMAAN_HISTORY_DAYS="$history_days" NIRMAAN_HOLD_HOURS="${NIRMAAN_HOLD_HOURS:-0}" NIRMAAN_SEED="${NIRMAAN_SEED:-1}"; do
  [[ ${setting#*=} =~ ^(0|[1-9][0-9]{0,8})$ ]] || fail "${setting%%=*}: '${setting#*=}' was given; expected a whole number"
done

exec 9>"$state/run/lock"
flock -n 9 || fail "already running here; see $web_url"

bash infra/dev/ensure.sh up 9>&-

# What a killed run left behind would hold the ports and the data. A process id is only believed with the name that was noted beside it.
for note in "$state"/run/*.pid; do
  [[ -e $note ]] || continue
  read -r pid name <"$note"
  if [[ $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null || true) == *"$name"* ]]; then
    service=${note##*/}
    say "stopping the ${service%.pid} of an earlier run (process $pid)"
    kill -TERM "$pid" 2>/dev/null || true
    timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$note"
done
for port in "$web_port" "$sandbox_port" "$chain_port"; do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    fail "port $port is taken; set NIRMAAN_WEB_PORT, NIRMAAN_SANDBOX_PORT or NIRMAAN_CHAIN_PORT"
  fi
done

started=()
stop() {
  trap - EXIT INT TERM HUP
  ((${#started[@]})) && say "stopping"
  # The web first: what it writes last needs the others.
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do
    read -r pid _ <"$state/run/${started[i]}.pid" || continue
    kill -TERM "$pid" 2>/dev/null || true
    timeout 30 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
    rm -f "$state/run/${started[i]}.pid"
  done
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# start NAME WORD COMMAND..: in a session of its own, so that Ctrl-C reaches this script only; WORD is part of its command line.
start() {
  local name=$1 word=$2
  shift 2
  setsid "$@" >"$state/logs/$name.log" 2>&1 9>&- </dev/null &
  printf '%s %s\n' "$!" "$word" >"$state/run/$name.pid"
  started+=("$name")
}
# ready NAME URL SECONDS [RPC]: shows the log's end when it does not come up.
ready() {
  local name=$1
  shift
  node infra/dev/wait.mjs "$@" || {
    tail -n 20 "$state/logs/$name.log" >&2
    fail "$name did not start; the whole log is $state/logs/$name.log"
  }
}

say "building (log: .state/logs/build.log)"
: >"$state/logs/build.log"
# No build server stays behind, which would also hold the lock.
build() {
  dotnet publish "$@" -c Release -v q --nologo --disable-build-servers >>"$state/logs/build.log" 2>&1 9>&- || {
    tail -n 20 "$state/logs/build.log" >&2
    fail "the build failed"
  }
}
build src/Nirmaan.Web
build src/Nirmaan.Sandbox
build src/Nirmaan.Agent -r linux-x64
published=$root/artifacts/publish

say "starting the local chain"
# It begins before the history does: blocks can only follow each other in time.
start chain anvil infra/node_modules/.bin/anvil --host 127.0.0.1 --port "$chain_port" --chain-id 31337 \
  --timestamp "$(($(date +%s) - (history_days + 1) * 86400))"
ready chain "$chain_url" 30 RPC
node infra/contracts/build.mjs >"$state/logs/contracts.log" 2>&1 || { tail -n 20 "$state/logs/contracts.log" >&2; fail "the contracts do not compile"; }
chain_settings=$(node infra/contracts/deploy.mjs --rpc "$chain_url" | node infra/dev/chain-env.mjs "$chain_url")
mapfile -t chain_env <<<"$chain_settings"

say "starting the sandbox"
sandbox_env=(Sandbox__Seed="${NIRMAAN_SEED:-1}" Sandbox__AgentPath="$published/Nirmaan.Agent/release_linux-x64/nirmaan-agent" Sandbox__WorkFolder="$state/sandbox"
  Sandbox__Url="$sandbox_url" ASPNETCORE_URLS="$sandbox_url")
((history_days > 0)) && sandbox_env+=(Sandbox__Start="$(date -u -d "$history_days days ago" +%Y-%m-%dT%H:00:00Z)")
# The notes of processes stay: by them the sandbox ends what a killed one left running.
[[ ! -d $state/sandbox ]] || find "$state/sandbox" -mindepth 1 -maxdepth 1 ! -name processes -exec rm -rf {} +
(cd "$published/Nirmaan.Sandbox/release" && start sandbox Nirmaan.Sandbox env "${chain_env[@]}" "${sandbox_env[@]}" dotnet Nirmaan.Sandbox.dll)
started+=(sandbox)
ready sandbox "$sandbox_url/healthz" 30

data=$state/postgres
if [[ -z ${ConnectionStrings__Nirmaan:-} ]]; then
  # PostgreSQL does not serve as root; its user must be able to enter every folder above its data.
  if ((EUID == 0)) && id postgres >/dev/null 2>&1 && ! runuser -u postgres -- test -x "$state"; then
    data=/var/lib/nirmaan-$(cksum <<<"$root" | cut -d' ' -f1)
    say "the database lies in $data: user postgres cannot enter $state"
  fi
  # A server that a killed run left serving from there would lose the only note by which it can be found.
  if [[ -r $data/data/postmaster.pid ]] && read -r pid <"$data/data/postmaster.pid" && [[ $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null || true) == *"$data"* ]]; then
    say "stopping the database of an earlier run (process $pid)"
    kill -INT "$pid" 2>/dev/null || true
    timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
  fi
  # Chain and sandbox forget; a database that remembered would show machines that are no more.
  rm -rf "$data"
fi

say "starting the web"
web_env=(Sandbox__Url="$sandbox_url" PrivateCluster__Folder="$data" Fleet__ControlUrl="$web_url" ASPNETCORE_URLS="$web_url")
((${NIRMAAN_HOLD_HOURS:-0} > 0)) && web_env+=(Sandbox__HoldBefore="$((NIRMAAN_HOLD_HOURS / 24)).$((NIRMAAN_HOLD_HOURS % 24)):00:00")
(cd "$published/Nirmaan.Web/release" && start web Nirmaan.Web env "${chain_env[@]}" "${web_env[@]}" dotnet Nirmaan.Web.dll)
started+=(web)
ready web "$web_url/readyz" 60

cat <<TEXT

  Nirmaan is up:  $web_url        (nothing here is real money: suppliers, networks and chain are simulated)

  sign in as      ops@nirmaan.example      password demo-ops
                  admin@nirmaan.example    password demo-admin
                  auditor@nirmaan.example  password demo-auditor
  sandbox         $sandbox_url        chain $chain_url        logs .state/logs/

  Ctrl-C stops all of it.
TEXT

# Lasts until one of them ends, which none should.
while :; do
  for name in "${started[@]}"; do
    read -r pid _ <"$state/run/$name.pid"
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$state/logs/$name.log" >&2
      fail "$name has ended by itself; the whole log is $state/logs/$name.log"
    fi
  done
  sleep 1 9>&- &
  wait $!
done
