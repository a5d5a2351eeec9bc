#!/usr/bin/env bash
# eng/wine.sh: the Windows build under Debian's Wine (apt-get install wine64 wine). Traces forwards here and there and prints
# how many agree, which wrong layouts are refused, and runs samples/Mnist to its answered digit. No part of ./maas test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v wine >/dev/null || { echo "wine.sh: expected wine, found none: apt-get install --no-install-recommends wine64 wine" >&2; exit 1; }
work=artifacts/wine
rm -rf "$work"
mkdir -p "$work/run"
work=$(cd "$work" && pwd)
export WINEPREFIX="$work/prefix" WINEDEBUG=-all DISPLAY=
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Wine does not tell OpenMP which processors belong to which memory.
export KMP_AFFINITY=disabled
trap 'wineserver --kill 2>/dev/null || :' EXIT

windows() { echo "Z:${1//\//\\}"; }    # the path as Wine's programs see it

for project in eng/traces samples/Mnist; do
    dotnet publish "$project" -c Release -r win-x64 --self-contained -o "$work/$(basename "$project")" --nologo -v quiet -tl:off -clp:NoSummary
done
dotnet build eng/traces -c Release --nologo -v quiet -tl:off -clp:NoSummary
wine wineboot --init 2>/dev/null

# Forwards.
dotnet eng/traces/bin/Release/net10.0/MaaS.Traces.dll "$work/linux"
wine "$work/traces/MaaS.Traces.exe" "$(windows "$work/windows")" 2>/dev/null
count=0 equal=0
for file in "$work"/linux/*.txt; do
    name=$(basename "$file" .txt)
    [ "$name" = refused-layouts ] && continue
    count=$((count + 1))
    if cmp -s "$file" "$work/windows/$name.txt"; then
        equal=$((equal + 1))
    else
        echo "differs: $name"
        diff "$file" "$work/windows/$name.txt" | head -6 | sed 's/^/  /' || :
    fi
done
echo "$equal of $count forwards are traced as on Linux"
echo "wrong layouts refused: $(cat "$work/linux/refused-layouts.txt") on Linux, $(cat "$work/windows/refused-layouts.txt") on Windows"

# From data to an answered digit. Wine's own messages go to standard error.
MAAS_DATA=$(windows "${MAAS_DATA:-$PWD/artifacts/data}")
export MAAS_DATA
cd "$work/run"
if ! wine "$work/Mnist/Mnist.exe" >output.txt 2>error.txt; then
    tail -n 20 output.txt error.txt >&2
    echo "wine.sh: samples/Mnist failed" >&2
    exit 1
fi
grep -E '^(accuracy|the first test digit)|"name":"digits"' output.txt
