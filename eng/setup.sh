#!/usr/bin/env bash
# ./maas setup: brings this machine to where `maas` runs. Each step is a file in eng/steps/.
set -euo pipefail

# shellcheck source=eng/step.sh
. "$(dirname "${BASH_SOURCE[0]}")/step.sh"

steps=(sdk system data restore build)
quiet=
for argument in "$@"; do
    case "$argument" in
        --quiet) quiet=yes ;;    # for the other verbs: not a word when nothing is to be done
        --force) rm -f artifacts/stamps/* ;;
        --with-test-packages) steps+=(test-packages) ;;
        *)
            echo "setup: expected --force, got '$argument'" >&2
            exit 2
            ;;
    esac
done

if [ -n "$quiet" ] && all_fresh "${steps[@]}"; then
    exit 0
fi

require_linux
lock
run_steps "${steps[@]}"
