# Builds the solution.
# shellcheck shell=bash
step "Build" "mend what the compiler names; after a change of SDK or libtorch, rm -r src/*/obj src/*/bin tests/*/obj tests/*/bin may help."

inputs() {
    echo "${LibTorch:-}"
    files src tests samples benchmarks deploy eng/traces 2>/dev/null
    sha256sum MaaS.sln Directory.*.props Directory.*.targets global.json .editorconfig 2>/dev/null
    cat artifacts/stamps/sdk artifacts/stamps/restore 2>/dev/null
}
present() { [ -f src/MaaS.Cli/bin/Release/net10.0/maas.dll ]; }
work() { run dotnet build MaaS.sln -c Release --no-restore --nologo -v minimal -tl:off; }
