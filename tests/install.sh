#!/usr/bin/env bash
# Installs what it takes to build and test gm2m on Debian 12. Costs nothing where everything is there.
set -euo pipefail

packages=(
    build-essential cmake ninja-build ccache                      # the build
    libsoci-dev libsqlite3-dev libpq-dev libboost-dev libfmt-dev  # the library (docs/dependencies.md)
    libgtest-dev nlohmann-json3-dev libcli11-dev                  # tests, examples and benchmark
    postgresql postgresql-common                                  # a private server for each run: pg_virtualenv
)

if ! command -v apt-get >/dev/null; then
    echo "tests/install.sh knows Debian's apt-get alone. Elsewhere install what these packages hold:" >&2
    echo "    ${packages[*]}" >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
    exit 0
fi

as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "Packages are missing, and neither root nor sudo is here to install them. As root, run:" >&2
        echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# The tests start a server of their own: that of the package, which would run from now on, is not wanted.
no_server=/etc/postgresql-common/createcluster.d/gm2m-tests.conf
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    "${as_root[@]}" mkdir -p "${no_server%/*}"
    echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_server" >/dev/null
    trap '"${as_root[@]}" rm -f "$no_server"' EXIT
fi

echo "Installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --option DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}"
