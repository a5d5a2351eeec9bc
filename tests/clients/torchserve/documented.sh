#!/usr/bin/env bash
# documented.sh INFERENCE MANAGEMENT KEY: the curl lines of TorchServe's documentation, with this server's addresses and models, and
# a key of the scope admin where something is changed. Prints a line `client TAB call TAB outcome` for each.
set -uo pipefail
inference=$1 management=$2 key=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf '\0\0\200\77\0\0\0\100' >"$folder/input.bin"    # the float32 values 1 and 2: a sample of the model same
echo '{"instances": [[1, 2]]}' >"$folder/input.json"

# step CALL STATUS TEXT CURL-OPTIONS...: an answer of that status that contains the text.
step() {
    local call=$1 expected=$2 text=$3 status outcome
    shift 3
    status=$(curl -sS --max-time 30 -o "$folder/answer" -w '%{http_code}' "$@" 2>&1)
    if [ "$status" = "$expected" ] && grep -qF -- "$text" "$folder/answer"; then outcome="ok ($status)"; else
        outcome="WRONG $status $(head -c 200 "$folder/answer" | tr '\t\n' '  ')"
    fi
    printf 'curl, TorchServe\t%s\t%s\n' "$call" "$outcome"
}

step 'GET /ping' 200 Healthy "$inference/ping"
step 'OPTIONS /' 200 openapi -X OPTIONS "$inference/"
step 'GET /api-description' 200 openapi "$inference/api-description"
step 'PUT /predictions/same -T file' 200 '[' "$inference/predictions/same" -T "$folder/input.bin"
step 'POST /predictions/same -T file' 200 '[' -X POST "$inference/predictions/same" -T "$folder/input.bin"
step 'POST /predictions/same/1.0' 200 '[' -X POST "$inference/predictions/same/1.0" -T "$folder/input.bin"
step 'POST /predictions/same, form' 200 '[' -X POST "$inference/predictions/same" -F "data=@$folder/input.bin"
step 'POST /predictions/same, JSON' 200 '[[1,2]]' -X POST "$inference/predictions/same" -H 'Content-Type: application/json' -d "@$folder/input.json"
step 'POST /explanations/same' 200 'explanations' -X POST "$inference/explanations/same" -H 'Content-Type: application/json' -d "@$folder/input.json"
step 'POST /predictions/none' 404 ModelNotFoundException -X POST "$inference/predictions/none" -T "$folder/input.bin"
step 'GET /models' 200 same -H "X-Api-Key: $key" "$management/models?limit=5&next_page_token=0"
step 'GET /models/same' 200 modelVersion -H "X-Api-Key: $key" "$management/models/same"
step 'GET /models/same/all' 200 modelVersion -H "X-Api-Key: $key" "$management/models/same/all"
step 'POST /models?url=' 200 registered -X POST -H "X-Api-Key: $key" "$management/models?url=same.onnx&model_name=noop&initial_workers=1&synchronous=true"
step 'POST /predictions/noop' 200 '[' -X POST "$inference/predictions/noop" -T "$folder/input.bin"
step 'PUT /models/noop?min_worker=3' 200 scaled -X PUT -H "X-Api-Key: $key" "$management/models/noop?min_worker=3&synchronous=true"
step 'PUT /models/noop/1.0/set-default' 200 'Default version' -X PUT -H "X-Api-Key: $key" "$management/models/noop/1.0/set-default"
step 'DELETE /models/noop' 200 unregistered -X DELETE -H "X-Api-Key: $key" "$management/models/noop"
step 'POST /predictions/noop after it' 404 ModelNotFoundException -X POST "$inference/predictions/noop" -T "$folder/input.bin"
step 'GET /metrics' 200 maas_ "$inference/metrics"
