#!/usr/bin/env bash
# ./maas test [--coverage] [NAME] [OPTIONS]: sets up, runs the test projects, and closes with `N passed, N failed, N skipped`.
#   NAME        one project (Onnx for tests/MaaS.Onnx.Tests), or what the names of some tests contain (QuantizerTests)
#   --coverage  counts the lines that the tests ran; the report is artifacts/coverage/index.html
#   OPTIONS     go to dotnet test
# MAAS_TEST_LANES is how many projects run side by side: 2, and 1 for quiet measurements.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

results=artifacts/test-results
coverage="" name=""
while [ $# -gt 0 ]; do
    case "$1" in
        --coverage) coverage=yes ;;
        -*) break ;;
        *)
            if [ -n "$name" ]; then echo "test: expected one name, got '$name' and '$1'" >&2; exit 2; fi
            name=$1
            ;;
    esac
    shift
done
options=("$@")

# The longest first, so that the lanes end together.
all_projects() {
    local project longest="Serving Packaging Cli Training Registry Core"
    for project in $longest; do echo "MaaS.$project.Tests"; done
    for project in tests/*.Tests/*.csproj; do
        project=$(basename "$project" .csproj)
        case " $longest " in *" $(sed 's/^MaaS\.\(.*\)\.Tests$/\1/' <<<"$project") "*) ;; *) echo "$project" ;; esac
    done
}

# Prints the projects that hold a test or a class of tests with this name.
projects_naming() {
    grep -rlE "(class|void|Task) \w*$1" tests --include='*.cs' | grep -v '/obj/' | cut -d/ -f2 | sort -u | grep '\.Tests$' || true
}

# Adds a condition to the filter among the options, which dotnet test takes but once.
narrow_to() {
    local i
    for ((i = 0; i < ${#options[@]}; i++)); do
        if [ "${options[i]}" = --filter ]; then
            options[i + 1]="($1)&(${options[i + 1]-})"
            return
        fi
    done
    options+=(--filter "$1")
}

projects=()
if [ -z "$name" ]; then
    eng/setup.sh --with-test-packages
    mapfile -t projects < <(all_projects)
else
    for folder in "tests/$name" "tests/MaaS.$name" "tests/MaaS.$name.Tests"; do
        if [ -f "$folder/$(basename "$folder").csproj" ]; then projects=("$(basename "$folder")"); fi
    done
    if [ ${#projects[@]} -eq 0 ]; then
        mapfile -t projects < <(projects_naming "$name")
        narrow_to "FullyQualifiedName~$name"
    fi
    if [ ${#projects[@]} -eq 0 ]; then
        echo "test: expected a project of tests/ or part of a test's name, got '$name'" >&2
        exit 2
    fi
    # What is built is not built again; where it is stale, these projects are enough.
    eng/setup.sh --with-test-packages --build "${projects[@]}"
fi

# Tests are short: code that counts its own branches to be compiled once more costs them a tenth to a fifth of their time.
export DOTNET_TieredPGO=0

rm -rf "$results"
mkdir -p "$results"
collecting=()
if [ -n "$coverage" ]; then
    dotnet tool restore >/dev/null
    collecting=(--collect "XPlat Code Coverage" --settings eng/coverage.runsettings)
fi

# Runs one project; its words go to its own log, which is printed when it has ended.
run_project() {
    local project=$1 status=0 collect=("${collecting[@]}")
    # It looks at the assemblies themselves, and counting changes them.
    if [ "$project" = MaaS.Architecture.Tests ]; then collect=(); fi
    # A hanging test fails its project (exit 124) instead of holding up everything.
    timeout --kill-after=30 15m dotnet test "tests/$project/$project.csproj" -c Release --no-build --nologo -tl:off \
        --results-directory "$results/$project" --logger "console;verbosity=minimal" --logger "trx;LogFileName=$project.trx" \
        "${collect[@]}" "${options[@]}" </dev/null >"$results/$project.log" 2>&1 || status=$?
    echo "$status" >"$results/$project.status"
    { echo "== $project"; cat "$results/$project.log"; }
}

# Spaces and the order of usings: the rest of .editorconfig is held by the build (all of dotnet format takes two minutes, this ten seconds).
run_format() {
    local status=0
    dotnet format whitespace MaaS.sln --no-restore --verify-no-changes >"$results/format.log" 2>&1 || status=$?
    echo "$status" >"$results/format.status"
    { echo "== dotnet format"; cat "$results/format.log"; }
}

lanes=${MAAS_TEST_LANES:-2}
running=0
start() {
    if [ "$running" -ge "$lanes" ]; then
        wait -n || true
        running=$((running - 1))
    fi
    "$@" &
    running=$((running + 1))
}
for project in "${projects[@]}"; do start run_project "$project"; done
if [ -z "$name" ]; then start run_format; fi
wait

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

for status in "$results"/*.status; do
    project=$(basename "$status" .status) before=$failed
    if [ -f "$results/$project/$project.trx" ]; then count "$results/$project/$project.trx"; fi
    if [ "$(cat "$status")" -ne 0 ] && [ "$failed" -eq "$before" ]; then
        echo "$project: the run itself failed (exit $(cat "$status")); $results/$project.log" >&2
        failed=$((failed + 1))
    fi
done

if [ -n "$coverage" ] && compgen -G "$results/*/*/coverage.cobertura.xml" >/dev/null; then
    dotnet tool run reportgenerator "-reports:$results/*/*/coverage.cobertura.xml" -targetdir:artifacts/coverage \
        "-reporttypes:Html;TextSummary" -verbosity:Warning
    sed -n '/^MaaS\|^maas/{/^[^ ]/p}' artifacts/coverage/Summary.txt
fi
if [ $((passed + failed)) -eq 0 ]; then
    echo "no test ran" >&2
fi
if [ "$failed" -gt 0 ]; then
    # Whoever sees the end of a long log alone sees what failed, too.
    sed -n 's/^  Failed /failed: /p' "$results"/*.log
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
