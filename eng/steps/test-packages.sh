# Installs what only the tests need.
# shellcheck shell=bash
# shellcheck source=eng/apt.sh
. eng/apt.sh
# shellcheck source=eng/feed.sh
. eng/feed.sh
step "Test packages" "install the packages that the end of the log names (eng/test-packages.txt), then run ./maas test again."

# The kernel that runs samples/notebooks.
interactive=1.0.712001

inputs() {
    files eng/test-packages.txt
    torch_version
    feed_settings
}
present() {
    [ -z "$(missing_packages eng/test-packages.txt)" ] && [ -f artifacts/torchsharp.txt ] && [ -d artifacts/notebooks ] || return 1
    [ ! -s artifacts/torchsharp.txt ] || [ -f "$(cat artifacts/torchsharp.txt)" ]
}

work() {
    install_packages eng/test-packages.txt
    install_interactive
    rm -rf artifacts/notebooks
    mv "$scratch/notebooks" artifacts/
    find_torchsharp >"$scratch/torchsharp.txt"
    mv "$scratch/torchsharp.txt" artifacts/
}

# Into an empty folder, which the tests of notebooks name as their reason not to run, where the package feed lacks it.
install_interactive() {
    mkdir -p "$scratch/notebooks"
    run dotnet tool install Microsoft.dotnet-interactive --version "$interactive" --tool-path "$scratch/notebooks" >"$scratch/tool.log" 2>&1 ||
        grep -q 'is not found in NuGet feeds' "$scratch/tool.log" || { cat "$scratch/tool.log"; return 1; }
    cat "$scratch/tool.log"
}

# The TorchSharp.dll that MaaS.LibTorch's public API is compared with; nothing where the package feed lacks it.
find_torchsharp() {
    local version
    version=$(torch_version)
    if feed_serves TorchSharp "$version" >&2; then echo "$(packages_folder)torchsharp/$version/lib/net8.0/TorchSharp.dll"; fi
}
