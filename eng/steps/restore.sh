# Restores the solution's packages.
# shellcheck shell=bash
step "Package restore" "read the log; a package that is missing everywhere has to be dropped from Directory.Packages.props or added to the feed."

inputs() {
    echo "${LibTorch:-}"
    find src tests samples benchmarks deploy eng -name '*.csproj' -print0 2>/dev/null | LC_ALL=C sort -z | xargs -0 -r sha256sum
    sha256sum MaaS.sln Directory.*.props Directory.*.targets global.json NuGet.config 2>/dev/null
}
present() { [ -f src/MaaS.Cli/obj/project.assets.json ]; }
work() { run dotnet restore MaaS.sln --nologo; }
