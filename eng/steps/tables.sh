# Fills artifacts/data/tables; data/README.md tells origin and licence.
# shellcheck shell=bash
# shellcheck source=eng/npm.sh
. eng/npm.sh
step "Tables" "compare the log with data/README.md: a source that is not the published one is refused; rm -r artifacts/data/tables starts afresh."

inputs() { files eng/tables.mjs eng/npm-packages.txt data/tables.SHA256SUMS; }
present() { sed 's|^[0-9a-f]*  |artifacts/data/|' data/tables.SHA256SUMS | xargs ls >/dev/null 2>&1; }
work() {
    local folder="${scratch:?}/tables" sklearn=/usr/lib/python3/dist-packages/sklearn/datasets/data
    mkdir -p "$folder" artifacts/data
    npm_unpack vega-datasets "$scratch/vega" --wildcards 'package/data/*'
    # The files alone: the package is not installed for them.
    if [ ! -d "$sklearn" ]; then
        [ "$(id -u)" -ne 0 ] || run apt-get -qq update
        (cd "$scratch" && run apt-get -qq download python3-sklearn)
        run dpkg-deb --extract "$scratch"/python3-sklearn_*.deb "$scratch/debian"
        sklearn="$scratch/debian$sklearn"
    fi
    run node eng/tables.mjs "$sklearn" "$scratch/vega/data" "$folder"
    (cd "$scratch" && run sha256sum --check --quiet "$OLDPWD/data/tables.SHA256SUMS")
    run rm -rf artifacts/data/tables
    run mv "$folder" artifacts/data/tables
}
