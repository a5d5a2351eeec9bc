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
    mpirun "${root[@]}" --oversubscribe --bind-to none -n "$1" \
        --mca pml_monitoring_enable 2 --mca pml_monitoring_enable_output 3 --mca pml_monitoring_filename "$scratch/bytes" \
        dotnet exec "$program" "$network" "$images" "$epochs" "$2"
    # Lines "E|I FROM TO BYTES bytes …": what was sent between two processes, by calls of the program and of MPI's collectives.
    awk '$1 == "E" || $1 == "I" { bytes += $4 } END { printf "  sent %.1f MB by all processes\n", bytes / 1e6 }' /dev/null "$scratch"/bytes*
}

grep -m1 'model name' /proc/cpuinfo || true
echo "$(nproc) cores; $network, $images images an epoch, $epochs epochs, global batch 128"
measure 1 2
measure 1 1
measure 2 1
measure 4 1
