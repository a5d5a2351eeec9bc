#!/usr/bin/env bash
# ./maas test: sets up, runs every test project, and closes with `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

eng/setup.sh --with-test-packages
results=artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# Adds up the counters of one result file: what ran and did not pass has failed, what did not run was skipped.
passed=0 failed=0 skipped=0
count() {
    local counts run_total run_executed run_passed
    counts=$(sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$1")
    read -r run_total run_executed run_passed <<<"$counts"
    passed=$((passed + run_passed))
    failed=$((failed + run_executed - run_passed))
    skipped=$((skipped + run_total - run_executed))
}

for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    echo "== $name"
    status=0 before=$failed
    # A hanging test fails its project (exit 124) instead of holding up everything.
    timeout --kill-after=30 15m dotnet test "$project" -c Release --no-build --nologo -tl:off --results-directory "$results" \
        --logger "console;verbosity=minimal" --logger "trx;LogFileName=$name.trx" "$@" </dev/null || status=$?
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
