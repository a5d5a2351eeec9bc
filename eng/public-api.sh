#!/usr/bin/env bash
# eng/public-api.sh [PROJECT...]: renews src/*/PublicAPI.Unshipped.txt, the baseline that an accidental change of the API fails against.
# Its diff is the change of the API. PublicAPI.Shipped.txt, the API of the last release, stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# In the order in which they refer to each other; MaaS.Cli is a program and MaaS has no code.
projects=(MaaS.Primitives MaaS.Onnx MaaS.Text MaaS.Core MaaS.Registry MaaS.Images MaaS.Training MaaS.Training.Images MaaS.Tabular MaaS.Tabular.Networks MaaS.Serving MaaS.Serving.GenAI MaaS.Gateway MaaS.Serving.Images MaaS.Client)
if [ $# -gt 0 ]; then projects=("$@"); fi

log=$(mktemp)
# An interruption leaves the baseline as it was.
restore() {
    local old
    rm -f "$log"
    for old in src/*/PublicAPI.Unshipped.txt.old; do if [ -f "$old" ]; then mv "$old" "${old%.old}"; fi; done
}
trap restore EXIT
for project in "${projects[@]}"; do
    shipped=src/$project/PublicAPI.Shipped.txt unshipped=src/$project/PublicAPI.Unshipped.txt
    [ -f "$shipped" ] || echo '#nullable enable' >"$shipped"
    if [ -f "$unshipped" ]; then cp "$unshipped" "$unshipped.old"; fi
    echo '#nullable enable' >"$unshipped"
    # The analyzer says of every member that the files lack, and of every line whose member is gone.
    if ! dotnet build "src/$project/$project.csproj" -c Release --no-incremental --nologo -v q -tl:off \
        -p:RunAnalyzers=true -p:EnableNETAnalyzers=false -p:EnforceCodeStyleInBuild=false "-p:WarningsNotAsErrors=RS0016%3BRS0017" \
        -maxcpucount:2 >"$log" 2>&1; then
        grep ': error' "$log" | sort -u >&2
        exit 1
    fi
    rm -f "$unshipped.old"
    {
        echo '#nullable enable'
        {
            sed -n "s/.*src.$project.*warning RS0016: Symbol '\(.*\)' is not part of the declared public API.*/\1/p" "$log"
            sed -n "s/.*src.$project.*warning RS0017: Symbol '\(.*\)' is part of the declared API, but.*/*REMOVED*\1/p" "$log"
        } | LC_ALL=C sort -u
    } >"$unshipped.new"
    mv "$unshipped.new" "$unshipped"
    echo "$project: $(($(wc -l <"$unshipped") - 1)) members not shipped yet"
done
