#!/usr/bin/env bash
# Builds the atlas example and runs it on a copy of the SQLite database that Django wrote.
#
#   docs/examples/run.sh [country code, else CH]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
code=${1:-CH}
build=$root/build/examples
step=
scratch=

finish() {
    local status=$?
    [[ -z $scratch ]] || rm -rf "$scratch"
    if ((status != 0)); then
        echo "failed: $step" >&2
    fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

begin() {
    step=$1
    echo "== $step" >&2
}

begin "installing what is missing"
bash "$root/tests/install.sh"

begin "building into build/examples"
launcher=$(command -v ccache || true)
# The presets are found from the root alone.
cd "$root"
cmake --preset release -B "$build" -DGM2M_BUILD_TESTS=OFF -DGM2M_BUILD_BENCHMARK=OFF \
    ${launcher:+-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher"} --log-level=WARNING >&2
cmake --build "$build" --parallel "$(nproc)" --target atlas >&2

scratch=$(mktemp -d)
cp "$root/tests/data/atlas/atlas.sqlite3" "$scratch/"
begin "atlas sqlite3://$scratch/atlas.sqlite3 $code"
"$build/docs/examples/atlas/atlas" "sqlite3://$scratch/atlas.sqlite3" "$code"
