# Chooses who implements TorchSharp's API and writes the choice to artifacts/setup.props.
# shellcheck shell=bash
# shellcheck source=eng/feed.sh
. eng/feed.sh
step "Torch backend" "set TorchBackend=system to build on the operating system's libtorch, or mend the package source that the log names."

has_gpu() { has nvidia-smi && nvidia-smi -L >/dev/null 2>&1; }

inputs() {
    echo "${TorchBackend:-} $(torch_version)"
    has_gpu && echo gpu
    has apt-get && echo apt
    feed_settings
}
present() { [ -f artifacts/setup.props ]; }

# The operating system's libtorch does everything, ONNX export included, and so comes first where no GPU would lie idle.
choose() {
    local version
    version=$(torch_version)
    if has_gpu && feed_serves TorchSharp-cuda-linux "$version" && loads "$version"; then
        decide cuda-linux "a GPU driver is present and the package feed serves TorchSharp-cuda-linux $version"
    elif has apt-get; then
        decide system "the operating system's libtorch does the work"
    elif feed_serves TorchSharp-cpu "$version" && loads "$version"; then
        decide cpu "the package feed serves TorchSharp-cpu $version"
    else
        decide system "no TorchSharp $version that runs here is to be had, so the operating system's libtorch does the work"
    fi
}

# Whether TorchSharp's native library finds the versions of libc and libstdc++ that it was built with.
loads() {
    local library missing
    library="$(packages_folder)torchsharp/$1/runtimes/linux-x64/native/libLibTorchSharp.so"
    missing=$(ldd "$library" 2>&1 | sed -n "s/^.*: \(.*: version .* not found\).*/\1/p")
    [ -n "$missing" ] || return 0
    echo "TorchSharp $1 does not run on this system: $missing"
    return 1
}

decide() {
    cat >"$scratch/setup.props" <<EOF
<Project>
  <!-- Written by ./maas setup: $2. -->
  <PropertyGroup>
    <TorchBackend Condition="'\$(TorchBackend)' == ''">$1</TorchBackend>
  </PropertyGroup>
</Project>
EOF
    mv "$scratch/setup.props" artifacts/setup.props
    echo "= $1: $2"
}

work() {
    local version
    version=$(torch_version)
    case "${TorchBackend:-}" in
        '') choose ;;
        system) decide system "set by the environment variable TorchBackend" ;;
        cpu | cuda-linux)
            feed_serves "TorchSharp-$TorchBackend" "$version" || { echo "TorchBackend: the package feed serves no TorchSharp-$TorchBackend $version."; return 1; }
            loads "$version" || return 1
            decide "$TorchBackend" "set by the environment variable TorchBackend"
            ;;
        *)
            echo "TorchBackend: ./maas expected system, cpu or cuda-linux, got '$TorchBackend'; the others are for dotnet build -p:TorchBackend=..."
            return 1
            ;;
    esac
}
