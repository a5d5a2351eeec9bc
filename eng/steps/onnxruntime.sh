# Makes Microsoft.ML.OnnxRuntime available: from the configured feed, else packed into artifacts/feed (eng/onnxruntime/).
# shellcheck shell=bash
# shellcheck source=eng/feed.sh
. eng/feed.sh
# shellcheck source=eng/npm.sh
. eng/npm.sh
step "ONNX Runtime" "read the log; the package is packed by eng/onnxruntime/OnnxRuntime.csproj from the npm package in eng/npm-packages.txt."

onnxruntime_version() { sed -n 's|.*"Microsoft.ML.OnnxRuntime" Version="\([^"]*\)".*|\1|p' Directory.Packages.props; }
numerics_version() { sed -n 's|.*"System.Numerics.Tensors" Version="\([^"]*\)".*|\1|p' Directory.Packages.props; }

inputs() {
    echo "$(onnxruntime_version) $(numerics_version)"
    files eng/onnxruntime eng/npm-packages.txt
    feed_settings
}
# The note that the step leaves names the file that ONNX Runtime comes from.
present() { [ -f artifacts/onnxruntime.txt ] && [ -f "$(cat artifacts/onnxruntime.txt)" ]; }

work() {
    local package=
    if feed_serves Microsoft.ML.OnnxRuntime "$(onnxruntime_version)"; then
        rm -f artifacts/feed/Microsoft.ML.OnnxRuntime.*.nupkg
        echo "= the package feed serves it"
    else
        pack
        package=$(ls artifacts/feed/Microsoft.ML.OnnxRuntime.*.nupkg)
        echo "= packed here, for the package feed lacks it"
    fi
    echo "${package:-NuGet.config}" >artifacts/onnxruntime.txt
}

pack() {
    npm_unpack com.github.asus4.onnxruntime "$scratch/source" --exclude='*/iOS~*' --exclude='*/Android*'
    run dotnet pack eng/onnxruntime/OnnxRuntime.csproj -c Release --nologo -o "$scratch/package" -p:OnnxRuntimeSource="$PWD/$scratch/source"
    run mv "$scratch"/package/*.nupkg artifacts/feed/
}
