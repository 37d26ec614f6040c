#!/usr/bin/env bash
# Builds gm2m and runs its tests on SQLite and on a PostgreSQL server of its own, which is gone afterwards.
#
#   tests/run.sh [--preset dev|release|asan|tsan] [arguments for ctest, such as -R relation]
#
# The last line says "passed" or "failed", with numbers; so does the exit code.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=dev
while (($# > 0)); do
    case $1 in
        --preset) preset=${2:?--preset takes a name}; shift 2 ;;
        --preset=*) preset=${1#*=}; shift ;;
        -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) break ;;
    esac
done
build=build/$preset
jobs=$(nproc)

# Whatever stops the script has this as its last line.
step="installing what is missing"
server=
finish() {
    local status=$?
    # What is left of the tests goes with their process group; pg_virtualenv then stops its server.
    if [[ -n $server ]] && kill -TERM -- "-$server" 2>/dev/null; then
        wait "$server" || true
    fi
    if ((status != 0)) && [[ -n $step ]]; then
        echo "failed: $step ($preset, ${SECONDS} s)"
    fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bash tests/install.sh

step="configuring"
launcher=$(command -v ccache || true)
cmake --preset "$preset" -B "$build" ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"}
step="building"
cmake --build "$build" --parallel "$jobs"

step="running the tests"
support=$PWD/tests/support
export ASAN_OPTIONS=${ASAN_OPTIONS-halt_on_error=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-halt_on_error=1:print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS-halt_on_error=1:second_deadlock_stack=1}
for sanitizer in asan ubsan tsan lsan; do
    if [[ -f $support/$sanitizer.supp ]]; then
        variable=${sanitizer^^}_OPTIONS
        export "$variable=${!variable:+${!variable}:}suppressions=$support/$sanitizer.supp"
    fi
done
export GM2M_TEST_POSTGRESQL=postgresql:///
# SQLite waits for the disk at each commit; what the tests write need not outlive them.
if [[ -z ${TMPDIR-} && -w /dev/shm ]] && (($(df --output=avail --block-size=1M /dev/shm | tail -1) > 2000)); then
    export TMPDIR=/dev/shm
fi
# These would send the tests, or the new server, somewhere else.
unset "${!PG@}"

log=$build/Testing/Temporary
rm -f "$log"/LastTest.log "$log"/LastTestsFailed.log
# A group of its own, so that it can be stopped as a whole. The file takes ctest's exit code past pg_virtualenv, which
# would print the server's log after a failure.
code=$build/ctest-exit-code
rm -f "$code"
setsid pg_virtualenv -t -c '--encoding UTF8 --locale C.UTF-8' -o fsync=off -o max_connections=100 \
    bash -c 'status=0; "${@:2}" || status=$?; echo "$status" >"$1"' run "$code" \
    ctest --test-dir "$build" --parallel 2 --output-on-failure --no-tests=error "$@" &
server=$!
wait "$server" || true
server=
if [[ ! -f $code ]]; then
    step="starting the PostgreSQL server"
    exit 1
fi

# ctest counts programs; most of them hold many tests, whose numbers are in the log.
cases=$(awk '/^\[  PASSED  \] [0-9]+ test/ { n += $4 } END { print n + 0 }' "$log/LastTest.log" 2>/dev/null || echo 0)
programs=$(grep -c '^Test time = ' "$log/LastTest.log" 2>/dev/null || true)
failed_cases=$(sed -n 's/^\[  FAILED  \] \([A-Za-z_0-9./]*\).*(.* ms)$/\1/p' "$log/LastTest.log" 2>/dev/null | sort -u || true)
failed_programs=$(cut -d: -f2 "$log/LastTestsFailed.log" 2>/dev/null || true)
step=
if [[ $(<"$code") == 0 ]]; then
    echo "passed: ${programs:-0} ctest tests, with $cases GoogleTest cases ($preset, ${SECONDS} s)"
    exit 0
fi
# What they said, once more: it may be far up, or cut out where the output is kept.
awk '/: Failure$/ { test = 1 }
     /(ERROR|WARNING): [A-Za-z]*Sanitizer|: runtime error: / { lines = 40 }
     test || lines-- > 0
     /^\[  FAILED  \]/ { test = 0 }' "$log/LastTest.log" 2>/dev/null | head -200 || true
[[ -z $failed_cases ]] || printf 'failed: %s\n' $failed_cases
echo "failed: $(wc -w <<<"$failed_programs") of ${programs:-0} ctest tests:" $failed_programs "($preset, ${SECONDS} s)"
exit 1
