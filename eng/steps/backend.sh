# Chooses who implements TorchSharp's API and writes the choice to artifacts/setup.props.
# shellcheck shell=bash
# shellcheck source=eng/feed.sh
. eng/feed.sh
step "Torch backend" "set TorchBackend=system to build on the operating system's libtorch, or mend the package source that the log names."

torch_version() { sed -n 's|.*<TorchSharpVersion>\(.*\)</TorchSharpVersion>.*|\1|p' Directory.Packages.props; }
has_gpu() { has nvidia-smi && nvidia-smi -L >/dev/null 2>&1; }

inputs() {
    echo "${TorchBackend:-} $(torch_version)"
    has_gpu && echo gpu
    feed_settings
}
present() { [ -f artifacts/setup.props ]; }

choose() {
    local version
    version=$(torch_version)
    if [ -n "${TorchBackend:-}" ]; then
        decide "$TorchBackend" "set by the environment variable TorchBackend"
    elif has_gpu && feed_serves TorchSharp-cuda-linux "$version"; then
        decide cuda-linux "a GPU driver is present and the package feed serves TorchSharp-cuda-linux $version"
    elif feed_serves TorchSharp-cpu "$version"; then
        decide cpu "the package feed serves TorchSharp-cpu $version"
    else
        decide system "the package feed serves no TorchSharp $version, so the operating system's libtorch does the work"
    fi
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
    case "${TorchBackend:-}" in
        '' | system | cpu | cuda-linux) choose ;;
        *)
            echo "TorchBackend: ./maas expected system, cpu or cuda-linux, got '$TorchBackend'; the others are for dotnet build -p:TorchBackend=..."
            return 1
            ;;
    esac
}
