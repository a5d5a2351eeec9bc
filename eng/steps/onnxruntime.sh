# Makes Microsoft.ML.OnnxRuntime available: from the configured feed, else packed into artifacts/feed (eng/onnxruntime/).
# shellcheck shell=bash
# shellcheck source=eng/feed.sh
. eng/feed.sh
# shellcheck source=eng/npm.sh
. eng/npm.sh
step "ONNX Runtime" "read the log; the package is packed by eng/onnxruntime/OnnxRuntime.csproj from the npm package in eng/npm-packages.txt."

onnxruntime_version() { sed -n 's|.*<OnnxRuntimeVersion[^>]*>\(.*\)</OnnxRuntimeVersion>.*|\1|p' Directory.Packages.props; }
packed_version() { sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' eng/onnxruntime/OnnxRuntime.csproj; }
numerics_version() { sed -n 's|.*"System.Numerics.Tensors" Version="\([^"]*\)".*|\1|p' Directory.Packages.props; }

inputs() {
    echo "$(onnxruntime_version) $(packed_version) $(numerics_version)"
    files eng/onnxruntime eng/npm-packages.txt
    feed_settings
}
present() {
    [ -f artifacts/onnxruntime.props ] || return 1
    ! grep -q "$(packed_version)" artifacts/onnxruntime.props || [ -f "artifacts/feed/Microsoft.ML.OnnxRuntime.$(packed_version).nupkg" ]
}

work() {
    local version
    version=$(onnxruntime_version)
    rm -f artifacts/feed/Microsoft.ML.OnnxRuntime.*.nupkg
    if feed_serves Microsoft.ML.OnnxRuntime "$version"; then
        echo "= $version, from the package feed"
    else
        version=$(packed_version)
        pack
        echo "= $version, packed here, for the package feed lacks $(onnxruntime_version)"
    fi
    cat >"$scratch/onnxruntime.props" <<EOF
<Project>
  <PropertyGroup>
    <OnnxRuntimeVersion>$version</OnnxRuntimeVersion>
  </PropertyGroup>
</Project>
EOF
    mv "$scratch/onnxruntime.props" artifacts/
}

pack() {
    npm_unpack com.github.asus4.onnxruntime "$scratch/source" --exclude='*/iOS~*' --exclude='*/Android*'
    run dotnet pack eng/onnxruntime/OnnxRuntime.csproj -c Release --nologo -o "$scratch/package" -p:OnnxRuntimeSource="$PWD/$scratch/source"
    run mv "$scratch"/package/*.nupkg artifacts/feed/
}
