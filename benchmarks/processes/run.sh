#!/usr/bin/env bash
# benchmarks/processes/run.sh [NETWORK [IMAGES [EPOCHS]]]: one, two and four processes on the same global batch: images a second, losses,
# and the bytes that Open MPI's monitoring counts. Needs mpirun (apt install openmpi-bin) and the data that ./maas setup fetched.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
network=${1:-resnet} images=${2:-6000} epochs=${3:-3}

dotnet build -c Release --nologo -v q -tl:off >&2
program=bin/Release/net10.0/MaaS.Benchmarks.Processes.dll
export MAAS_DATA=${MAAS_DATA:-$PWD/../../artifacts/data} OMP_WAIT_POLICY=passive TERM=dumb
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# measure PROCESSES THREADS
measure() {
    local root=()
    [ "$(id -u)" -ne 0 ] || root=(--allow-run-as-root)
    rm -f "$scratch"/bytes*
    touch "$scratch/bytes"
    mpirun "${root[@]}" --oversubscribe --bind-to none -n "$1" \
        --mca pml_monitoring_enable 2 --mca pml_monitoring_enable_output 3 --mca pml_monitoring_filename "$scratch/bytes" \
        dotnet exec "$program" "$network" "$images" "$epochs" "$2"
    # Lines "I FROM TO BYTES bytes ...": what one process sent another, here all of it by MPI's collectives.
    awk '$1 == "E" || $1 == "I" { bytes += $4 } END { printf "  sent %.1f MB, all processes and epochs\n", bytes / 1e6 }' /dev/null "$scratch"/bytes*
}

grep -m1 'model name' /proc/cpuinfo || true
echo "$(nproc) cores; $network, $images images an epoch, $epochs epochs, global batch 128"
measure 1 2
measure 1 1
measure 2 1
measure 4 1

# The same global batch on the same two cores, in turns: images a second of two processes of one thread, over those of one process of two.
images_a_second() {
    local root=()
    [ "$(id -u)" -ne 0 ] || root=(--allow-run-as-root)
    mpirun "${root[@]}" --oversubscribe --bind-to none -n "$1" dotnet exec "$program" "$network" "$((2 * images))" 2 "$2" |
        grep -o '[0-9]* images/s' | cut -d ' ' -f 1
}

for turn in 1 2 3 4 5 6; do
    one=$(images_a_second 1 2) two=$(images_a_second 2 1)
    awk -v one="$one" -v two="$two" 'BEGIN { printf "%.3f %d %d\n", two / one, two, one }'
done | sort -n | tee "$scratch/turns"
awk '{ ratio[NR] = $1 } END { printf "2 x 1 threads / 1 x 2 threads: median %.2fx (%.2f to %.2f)\n",
    (ratio[3] + ratio[4]) / 2, ratio[1], ratio[6] }' "$scratch/turns"

for processes in 2 4; do
    mpirun --allow-run-as-root --oversubscribe --bind-to none -n "$processes" dotnet exec "$program" exchange 25
done
