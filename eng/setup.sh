#!/usr/bin/env bash
# ./maas setup: brings this machine to where `maas` runs. Each step is a file in eng/steps/.
set -euo pipefail

# shellcheck source=eng/step.sh
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

steps=(sdk system data restore build)
quiet=
build_only=()
while [ $# -gt 0 ]; do
    case "$1" in
        --quiet) quiet=yes ;;    # for the other verbs: not a word when nothing is to be done
        --force) rm -f artifacts/stamps/* ;;
        --with-test-packages) steps+=(tables test-packages) ;;
        --with-tables) steps+=(tables) ;;    # data sets of tables, which nothing but training on them needs
        --build)    # the projects of tests/ that are built where the solution is not up to date
            shift
            build_only=("$@")
            break
            ;;
        *)
            echo "setup: expected --force or --with-tables, got '$1'" >&2
            exit 2
            ;;
    esac
    shift
done

if [ -n "$quiet" ] && all_fresh "${steps[@]}"; then
    exit 0
fi

require_linux
lock
if [ ${#build_only[@]} -eq 0 ]; then
    run_steps "${steps[@]}"
elif ! all_fresh "${steps[@]}"; then
    preparation=()
    for name in "${steps[@]}"; do [ "$name" = build ] || preparation+=("$name"); done
    run_steps "${preparation[@]}"
    for project in "${build_only[@]}"; do
        dotnet build "tests/$project/$project.csproj" -c Release --no-restore --nologo -v minimal -tl:off
    done
fi
