#!/usr/bin/env bash
# ./maas test: sets up, runs every test project, and closes with `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

eng/setup.sh --with-test-packages
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# Sums one attribute, or what `total` has beyond `executed`, over the counters of all result files.
passed=0 failed=0 skipped=0
count() {
    local counters
    counters=$(grep -ho '<Counters [^>]*>' "$1" | head -n 1)
    attribute() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
    local here_passed here_total here_executed
    here_passed=$(attribute passed) here_total=$(attribute total) here_executed=$(attribute executed)
    passed=$((passed + here_passed))
    failed=$((failed + here_executed - here_passed))
    skipped=$((skipped + here_total - here_executed))
}

for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    echo "== $name"
    status=0 before=$failed
    dotnet test "$project" -c Release --no-build --nologo -tl:off --results-directory "$results" \
        --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" "$@" || status=$?
    if [ -f "$results/$name.trx" ]; then count "$results/$name.trx"; fi
    if [ "$status" -ne 0 ] && [ "$failed" -eq "$before" ]; then
        echo "$name: the test run itself failed (exit $status)" >&2
        failed=$((failed + 1))
    fi
done

if [ $((passed + failed)) -eq 0 ]; then
    echo "no test ran" >&2
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
