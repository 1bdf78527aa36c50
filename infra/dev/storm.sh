#!/usr/bin/env bash
# Runs seeds of the storm (docs/storm.md) in a release build and says how long they took. usage: storm.sh [seeds] [first seed]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export NIRMAAN_STORM_SEEDS=${1:-300} NIRMAAN_STORM_FIRST=${2:-1}
bash infra/dev/ensure.sh test
dotnet build tests/Nirmaan.Storm.Tests -c Release -v q --nologo --disable-build-servers
cd artifacts/bin/Nirmaan.Storm.Tests/release
time ./Nirmaan.Storm.Tests -method '*No_machine_and_no_dollar_is_lost_in_any_seed' -showLiveOutput -noColor | sed -n 's/^.*\[OUTPUT\] //p; /\(FAIL\)\|Failed: [1-9]\|^ /p'
exit "${PIPESTATUS[0]}"
