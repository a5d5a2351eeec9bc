#!/bin/sh
# Compares traces under Wine, with the real torch_cpu.dll, with those on Linux: prints how many cases agree and how many wrong
# layouts were refused. Wants Debian's wine64 and wine; takes a minute. Under Wine itself nothing is to be trusted after a C++
# error, so these cases have none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../artifacts/wine}
wine=$(command -v wine64 || command -v wine || ls /usr/lib/wine/wine64)
for system in linux-x64 win-x64; do
    dotnet publish "$here" -c Release -r "$system" --self-contained -o "$out/$system" -v q --nologo
done
"$out/linux-x64/MaaS.Training.Wine" > "$out/linux.txt"
# OpenMP asks Windows for its NUMA nodes, which Wine does not have.
KMP_AFFINITY=disabled OMP_NUM_THREADS=1 WINEDEBUG=-all WINEPREFIX=$out/prefix "$wine" "$out/win-x64/MaaS.Training.Wine.exe" | tr -d '\r' > "$out/wine.txt"
agree=$(grep '^case' "$out/linux.txt" | grep -cxFf - "$out/wine.txt" || true)
echo "cases that agree: $agree of $(grep -c '^case' "$out/linux.txt")"
grep '^case' "$out/linux.txt" | grep -vxFf "$out/wine.txt" || true
echo "Linux: $(grep -v '^case' "$out/linux.txt"), Wine: $(grep -v '^case' "$out/wine.txt")"
