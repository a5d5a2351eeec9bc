# Installs what only the tests need.
# shellcheck shell=bash
# shellcheck source=eng/apt.sh
. eng/apt.sh
step "Test packages" "install the packages that the end of the log names (eng/test-packages.txt), then run ./maas test again."

# The kernel that runs samples/notebooks.
interactive=1.0.712001

inputs() {
    files eng/test-packages.txt tests/clients/s3rver
    sha256sum NuGet.config
}
present() { [ -z "$(missing_packages eng/test-packages.txt)" ] && [ -d artifacts/notebooks ] && [ -d artifacts/s3rver/node_modules ]; }

work() {
    install_packages eng/test-packages.txt
    install_interactive
    mkdir "$scratch/s3rver"
    cp tests/clients/s3rver/*.json "$scratch/s3rver/"
    (cd "$scratch/s3rver" && run npm ci --ignore-scripts --no-audit --no-fund --loglevel error)
    rm -rf artifacts/notebooks artifacts/s3rver
    mv "$scratch/notebooks" "$scratch/s3rver" artifacts/
}

# Into an empty folder, which the tests of notebooks name as their reason not to run, where the package feed lacks it.
install_interactive() {
    mkdir -p "$scratch/notebooks"
    run dotnet tool install Microsoft.dotnet-interactive --version "$interactive" --tool-path "$scratch/notebooks" >"$scratch/tool.log" 2>&1 ||
        grep -q 'is not found in NuGet feeds' "$scratch/tool.log" || { cat "$scratch/tool.log"; return 1; }
    cat "$scratch/tool.log"
}
