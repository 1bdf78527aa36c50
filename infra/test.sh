#!/usr/bin/env bash
# Runs every test of the solution, two projects at a time, and prints one line per project. usage: test.sh [part of a project's name]..
# Logs lie in .state/test/. NIRMAAN_TEST_POSTGRES, NIRMAAN_SHARED and NIRMAAN_BROWSER are handed on; what skips says why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash infra/dev/ensure.sh test
# The papers that the contract checks compare with; where they are absent those tests skip and say so.
[[ -n ${NIRMAAN_SHARED:-} || ! -d ../shared/contracts ]] || export NIRMAAN_SHARED=${PWD%/*}/shared
logs=$PWD/.state/test
rm -rf "$logs"
mkdir -p "$logs"

wanted() {
  (($# == 1)) && return
  for part in "${@:2}"; do [[ $1 == *"$part"* ]] && return; done
  return 1
}
projects=()
# The longest first, so that the short ones fill the other place beside them.
for file in tests/Nirmaan.{Journeys,Control.Tests,Storm.Tests}/*.csproj tests/*/*.csproj; do
  name=$(basename "$file" .csproj)
  [[ " ${projects[*]-} " != *" $name "* ]] || continue
  case $name in
    *.Tests | Nirmaan.Journeys) wanted "$name" "$@" && projects+=("$name") ;;
  esac
done
((${#projects[@]})) || { echo "test: no project's name contains: $*" >&2; exit 2; }

step() { "${@:2}" >"$logs/$1.log" 2>&1 || { tail -n 40 "$logs/$1.log" >&2; echo "test: $1 failed; the whole log is $logs/$1.log" >&2; exit 1; }; }
began=$SECONDS
if [[ -f infra/contracts/build.mjs ]]; then step contracts node infra/contracts/build.mjs; fi
if (($#)); then
  for name in "${projects[@]}"; do step build dotnet build "tests/$name" -v q --nologo --disable-build-servers; done
else
  step build dotnet build Nirmaan.sln -v q --nologo --disable-build-servers
fi
# The agent is shipped trimmed, so the trimmed one is tested.
step agent dotnet publish src/Nirmaan.Agent -c Release -r linux-x64 -v q --nologo --disable-build-servers
export NIRMAAN_TEST_AGENT=$PWD/artifacts/publish/Nirmaan.Agent/release_linux-x64/nirmaan-agent
echo "built in $((SECONDS - began)) s"

run() {
  local name=$1 logs=$2 began=$SECONDS code=0 low=(nice)
  # The journeys take longest and live in real time, so the others leave them the processor.
  [[ $name != Nirmaan.Journeys ]] || low=()
  "${low[@]}" dotnet test "tests/$name" --no-build --nologo --logger 'console;verbosity=normal' >"$logs/$name.log" 2>&1 || code=$?
  echo "$code $((SECONDS - began))" >"$logs/$name.result"
}
export -f run
printf '%s\n' "${projects[@]}" | xargs -P "${NIRMAAN_TEST_PARALLEL:-2}" -I{} bash -c 'run "$@"' _ {} "$logs"

count() { sed -n "s/^ *$2: *\([0-9]*\)\$/\1/p" "$logs/$1.log" | awk '{n += $1} END {print n + 0}'; }
failed=0 total=0
printf '\n%-32s %8s %8s %8s %8s\n' project passed failed skipped seconds
for name in "${projects[@]}"; do
  read -r code seconds <"$logs/$name.result"
  passed=$(count "$name" Passed) skipped=$(count "$name" Skipped) bad=$(count "$name" Failed)
  # A run that ends without a count has not tested anything, whatever its exit code.
  if ((code != 0 || passed == 0)); then
    failed=$((failed + 1))
    mark='  <- see .state/test/'$name.log
  else
    mark=''
  fi
  total=$((total + passed))
  printf '%-32s %8s %8s %8s %8s%s\n' "$name" "$passed" "$bad" "$skipped" "$seconds" "$mark"
done
for name in "${projects[@]}"; do
  awk '/\[SKIP\]$/ {test = $(NF - 1); getline; sub(/^\[[^]]*\] */, ""); print "skipped: " test ": " $0}' "$logs/$name.log"
  # awk reads to the end: a reader that stops early would end the script by SIGPIPE.
  ((failed == 0)) || awk '/^ *Failed /{show = 1} /^ *Stack Trace/{show = 0} show && ++shown <= 60' "$logs/$name.log"
done
echo "$total passed, $failed of ${#projects[@]} projects failed, $((SECONDS - began)) s"
((failed == 0))
