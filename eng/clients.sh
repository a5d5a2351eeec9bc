#!/usr/bin/env bash
# eng/clients.sh [FOLDER OF TRITON'S PUBLISHED .proto FILES]: starts `maas serve` on sample models, runs every client of tests/clients
# against it and prints a table; fails where an outcome is not as promised. See tests/clients/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
protos=$PWD/src/MaaS.Serving/Grpc/Schema
[ $# -eq 0 ] || protos=$(cd "$1" && pwd)

run() { "$@"; }
has() { command -v "$1" >/dev/null 2>&1; }
# shellcheck source=eng/apt.sh
. eng/apt.sh
install_packages eng/client-packages.txt >&2
cli=src/MaaS.Cli/bin/Release/net10.0/maas.dll
if [ ! -f "$cli" ]; then
    echo "clients: expected $cli; run ./maas setup first" >&2
    exit 1
fi

work=$(mktemp -d)
memory=$(mktemp /dev/shm/maas_clients_XXXXXX)
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || :; wait "$server" 2>/dev/null || :; fi
    rm -rf "$work" "$memory"
}
trap finish EXIT

# The float32 value 1.5 twice, then zeros: what the client finds copied to offset 32.
printf '\0\0\300\77\0\0\300\77' >"$memory"
truncate -s 64 "$memory"
mkdir "$work/models" "$work/stubs"
cp tests/MaaS.Serving.Tests/Fixtures/{same,linear,scale,total}.onnx "$work/models/"
key=$(dotnet "$cli" keys create clients --file "$work/keys.json" --scope predict --scope read --scope admin | grep -o 'maas_[A-Za-z0-9_-]*' | head -n 1)
dotnet "$cli" serve --models "$work/models" --port 0 --grpc-port 0 --admin-port 0 --keys "$work/keys.json" --state "$work/state.json" \
    --set Security:AnonymousScopes:0=predict --set Security:AnonymousScopes:1=read --set SharedMemory:Prefix=/maas_clients_ \
    >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    if grep -q 'Ctrl+C' "$work/server.log"; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.1
done
address() { grep -io "$1[^h]*http://[0-9.:]*" "$work/server.log" | grep -o 'http://[0-9.:]*' | head -n 1; }
http=$(address 'on ') grpc=$(address grpc) admin=$(address admin)

rm -rf artifacts/clients
mkdir -p artifacts/clients
cp tests/clients/grpc-js/* artifacts/clients/
(cd artifacts/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >&2)
schema=src/MaaS.Serving/Protocols/TensorFlow/Schema
protoc -I "$schema" -I /usr/include --python_out="$work/stubs" "$schema"/*.proto

# ask CLIENT COMMAND...: the command prints the table's lines; one that ends early is a line of its own.
ask() {
    local client=$1
    shift
    "$@" || printf '%s\t%s\t%s\n' "$client" "all of its calls" "FAILED with exit code $?, see above"
}
{
    ask grpc-js node artifacts/clients/triton.mjs "${grpc#http://}" "$protos" "$key" "$memory"
    ask 'TensorFlow Serving stubs' env no_proxy='*' /usr/bin/python3 tests/clients/tensorflow/predict.py "${grpc#http://}" "$work/stubs"
    ask 'curl, TorchServe' tests/clients/torchserve/documented.sh "$http" "$admin" "$key"
    if curl -sS "$http/metrics" | promtool check metrics >"$work/promtool" 2>&1 && [ ! -s "$work/promtool" ]; then outcome=ok; else
        outcome="WRONG $(head -n 3 "$work/promtool" | tr '\t\n' '  ')"
    fi
    rm -rf artifacts/clients/openai
    mkdir -p artifacts/clients/openai
    cp tests/clients/openai/package*.json artifacts/clients/openai/
    (cd artifacts/clients/openai && npm ci --ignore-scripts --no-audit --no-fund --loglevel error >&2)
    # The test makes its models itself, serves them and runs the client.
    MAAS_CLIENTS_TABLE=$work/openai dotnet test tests/MaaS.Serving.Tests -c Release --no-build --nologo --filter NpmClientTests >&2 || :
    cat "$work/openai" || printf 'openai\tall of its calls\tFAILED, see above\n'
    printf 'promtool\tcheck metrics\t%s\n' "$outcome"
} >"$work/table"

{ printf 'client\tcall\toutcome\n'; cat "$work/table"; } | awk -F '\t' '{ printf "| %s | %s | %s |\n", $1, $2, $3 } NR == 1 { print "|---|---|---|" }'
wrong=$(awk -F '\t' '$3 !~ /^ok/' "$work/table" | wc -l)
echo
echo "$(wc -l <"$work/table") calls, $wrong not as promised"
[ "$wrong" -eq 0 ]
