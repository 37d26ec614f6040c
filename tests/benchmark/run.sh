#!/usr/bin/env bash
# Measures gm2m beside the same work written by hand on the C APIs and with SOCI, on SQLite and on a PostgreSQL server
# of its own, which is gone afterwards.
#
#   tests/benchmark/run.sh [--json FILE] [--only W1,W2,...,compile,S] [--repeat N] [--links N,...] [--large]
#                          [--engines sqlite,postgresql] [--layouts standard,compact] [--hands c_api,soci,gm2m]
#
# Without --only: W1 to W9 and the compile time, some eleven minutes. --only S, or S-W3, S-W5, S-W7 or S-W8: the same
# work with 10^5, 10^6 and 10^7 links; twenty minutes, and 4 GB in TMPDIR. --links chooses among these; 10^7 on
# PostgreSQL only with --large, for many minutes and 8 GB more. PostgreSQL takes 1 GB of memory.
# tests/benchmark/plot.py draws what --json has written; docs/benchmarks.md says what each workload does.
#
# GM2M_BENCH_POSTGRESQL: the URL of a server to use instead, with a role that may CHECKPOINT. GM2M_BUILD_DIR: where to
# build instead of build/release.
# A time is the median of N runs (default 9; five times as many where one takes less than 50 ms, or twice if it changes
# something), which the hands make in turn; it includes the destruction of what was returned. A ratio is to the C API's
# median.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

case " $* " in
    *" -h "* | *" --help "*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
esac

step="installing what is missing"
scratch=
server=
finish() {
    local status=$?
    trap - EXIT
    # What runs ends with its process group; pg_virtualenv then stops its server.
    if [[ -n $server ]] && kill -TERM -- "-$server" 2>/dev/null; then
        wait "$server" || true
    fi
    [[ -z $scratch ]] || rm -rf "$scratch"
    ((status == 0)) || echo "failed: $step" >&2
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [[ -x $root/tests/install.sh ]]; then
    "$root/tests/install.sh" >&2
fi

build=${GM2M_BUILD_DIR:-$root/build/release}
step="building in $build"
{
    cmake -S "$root" --preset release -B "$build" -DGM2M_BUILD_BENCHMARK=ON
    cmake --build "$build" --parallel "$(nproc)" --target gm2m_benchmark
} >&2

step="running the benchmark"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gm2m_benchmark.XXXXXX")
command=(env TMPDIR="$scratch" "$build/tests/benchmark/gm2m_benchmark")
if [[ -n ${GM2M_BENCH_POSTGRESQL:-} ]]; then
    setsid "${command[@]}" --postgresql "$GM2M_BENCH_POSTGRESQL" "$@" &
    server=$!
    code=0
    wait "$server" || code=$?
    server=
    exit "$code"
fi

# These would send the new server, or the benchmark, somewhere else.
unset "${!PG@}"
# As a server in earnest has it: memory for the tables, and no checkpoint every few runs. Out of the box a table of 10^6
# links with its indexes does not fit, and the run after a checkpoint pays for it by half as much time again.
# The file takes the exit code past pg_virtualenv, which would print the server's log after a failure.
setsid pg_virtualenv -t -o fsync=off -o max_connections=20 \
    -o shared_buffers=1GB -o max_wal_size=16GB -o checkpoint_timeout=1h \
    bash -c 'status=0; "${@:2}" || status=$?; echo "$status" >"$1"' run "$scratch/code" \
    "${command[@]}" --postgresql postgresql:/// "$@" &
server=$!
wait "$server" || true
server=
if [[ ! -f $scratch/code ]]; then
    step="starting a PostgreSQL server"
    exit 1
fi
exit "$(<"$scratch/code")"
