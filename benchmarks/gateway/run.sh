#!/usr/bin/env bash
# benchmarks/gateway/run.sh [PACKAGE [SECONDS]]: what the gateway costs, and what one, two and three servers behind it give, against one server
# asked directly, in turns. Needs wrk, and a package of digits such as ./maas demo leaves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
package=$(realpath "${1:-artifacts/demo/digits.maas}") seconds=${2:-3}

dotnet build src/MaaS.Cli -c Release --nologo -v q -tl:off >&2
maas() { dotnet exec src/MaaS.Cli/bin/Release/net10.0/maas.dll "$@" >/dev/null 2>&1 & }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; kill $(jobs -p) 2>/dev/null || true' EXIT

python3 -c 'print("{\"inputs\":[{\"name\":\"image\",\"shape\":[1,1,28,28],\"datatype\":\"FP32\",\"data\":["
    + ",".join(f"{i % 7 / 7:.4f}" for i in range(784)) + "]}]}")' >"$scratch/body.json"
for server in 1 2 3; do maas serve --models "$package" --port "72${server}0" --admin-port "72${server}1"; done
for servers in 1 2 3; do
    named=()
    for ((i = 1; i <= servers; i++)); do named+=(--server "http://127.0.0.1:72${i}0"); done
    maas gateway "${named[@]}" --port "73${servers}0" --admin-port "73${servers}1"
done
for port in 7210 7220 7230 7310 7320 7330; do
    curl -sf -o /dev/null --retry 60 --retry-delay 1 --retry-all-errors "http://127.0.0.1:$port/v2/models/digits" ||
        { echo "port $port: expected a model 'digits' within a minute; is the port taken, or the package called otherwise?" >&2; exit 1; }
done

# ask PORT CONNECTIONS: requests a second, median and p99 in microseconds, errors.
ask() {
    wrk -t1 "-c$2" "-d${seconds}s" -s benchmarks/serving/post.lua "http://127.0.0.1:$1/v2/models/digits/infer" -- "$scratch/body.json" \
        Content-Type:application/json | sed -n 's/RESULT requests=\([0-9]*\) seconds=\([0-9.]*\) p50=\([0-9.]*\) p99=\([0-9.]*\) errors=\([0-9]*\)/\1 \2 \3 \4 \5/p' |
        awk '{ printf "%d %.0f %.0f %d\n", $1 / $2, $3, $4, $5 }'
}

echo "$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), $(nproc) cores; medians of five turns"
for port in 7210 7310 7320 7330; do
    # Also warms up; figures of refusals would say nothing.
    [ "$(ask "$port" 16 | cut -d ' ' -f 4)" = 0 ] || { echo "port $port: requests are refused: $(curl -s -d "@$scratch/body.json" \
        "http://127.0.0.1:$port/v2/models/digits/infer" | head -c 300)" >&2; exit 1; }
done
echo "| connections | | requests/s | median, µs | p99, µs | errors |"
echo "|---|---|---|---|---|---|"
for connections in 1 16 64; do
    rm -f "$scratch"/7*
    for turn in 1 2 3 4 5; do
        for port in 7210 7310 7320 7330; do ask "$port" "$connections" >>"$scratch/$port"; done
    done
    for port in 7210 7310 7320 7330; do
        case $port in 7210) name="one server, asked directly" ;; *) name="gateway before ${port:2:1}" ;; esac
        median() { sort -n -k "$1,$1" "$scratch/$port" | sed -n 3p | cut -d ' ' -f "$1"; }
        echo "| $connections | $name | $(median 1) | $(median 2) | $(median 3) | $(awk '{ e += $4 } END { print e }' "$scratch/$port") |"
    done
done
