# The step runner of ./maas setup; sourced. A step is a file eng/steps/NAME.sh that calls `step TITLE ADVICE` and defines
#   inputs   prints all that the step's result depends on (see `files`); the step runs again when that changes
#   present  succeeds while what the step leaves behind is there
#   work     does it; every command goes through `run`, every result is made in $scratch and appears by a rename
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p artifacts/stamps artifacts/logs
scratch=artifacts/scratch    # emptied before and after each step

step() {
    title=$1
    advice=$2
}

# Prints the checksums of all files under the given paths, in a fixed order, build output left out.
files() {
    find "$@" \( -name bin -o -name obj -o -name node_modules -o -name TestResults -o -name __pycache__ \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 -r sha256sum
}

# Runs one command of a step and leaves it in the log, for the report of a failure.
run() {
    printf '+ %s\n' "$*"
    "$@"
}

has() { command -v "$1" >/dev/null 2>&1; }

key() { { sha256sum "eng/steps/$1.sh" && inputs; } | sha256sum | cut -d' ' -f1; }

is_fresh() (
    # shellcheck source=/dev/null
    . "eng/steps/$1.sh"
    present && [ -f "artifacts/stamps/$1" ] && [ "$(cat "artifacts/stamps/$1")" = "$(key "$1")" ]
)

all_fresh() {
    local name
    for name in "$@"; do is_fresh "$name" || return 1; done
}

require_linux() {
    [ "$(uname -s)" = Linux ] && return
    echo "setup: ./maas runs on Linux only; on macOS and Windows see 'Other systems' in docs/setup.md." >&2
    exit 1
}

# One set-up at a time; the lock goes with the process, however that ends.
lock() {
    exec 9>artifacts/.setup.lock
    flock --nonblock 9 && return
    echo "setup: waiting for another set-up of this folder to finish"
    flock 9
}

run_steps() {
    local name number=0
    for name in "$@"; do
        number=$((number + 1))
        run_step "$name" "[$number/$#]"
    done
}

run_step() {
    local name=$1 label=$2 log="artifacts/logs/$1.log" started=$SECONDS status=0 stamp
    # shellcheck source=/dev/null
    . "eng/steps/$name.sh"
    if is_fresh "$name"; then
        [ -n "${quiet:-}" ] || echo "$label $title: up to date"
        return
    fi

    # Taken before the work: what is edited meanwhile makes the step run again.
    stamp=$(key "$name")
    rm -rf "artifacts/stamps/$name" "$scratch"
    [ -t 1 ] || echo "$label $title ..."
    # A process group of its own, so that an interrupt reaches all of the step; without the lock, which build servers would keep.
    set -m
    (
        set -euo pipefail
        mkdir -p "$scratch"
        work
    ) >"$log" 2>&1 </dev/null 9>&- &
    worker=$!
    set +m
    trap 'kill -TERM -- -$worker 2>/dev/null; wait $worker || :; rm -rf "$scratch"; echo; echo "setup: interrupted during: $title" >&2; exit 130' INT TERM HUP
    [ -t 1 ] && spin "$label" "$started"
    wait "$worker" || status=$?
    trap - INT TERM HUP
    [ "$status" -eq 0 ] || fail "$name" "$status" $((SECONDS - started))
    rm -rf "$scratch"

    if ! { echo "$stamp" >"artifacts/stamps/$name.new" && mv "artifacts/stamps/$name.new" "artifacts/stamps/$name"; } 2>>"$log"; then
        fail "$name" 1 $((SECONDS - started))
    fi
    if [ -t 1 ]; then printf '\r\033[K'; fi
    echo "$label $title: done in $((SECONDS - started)) s$(sed -n 's/^= / — /p' "$log")"
}

spin() {
    local frame
    while kill -0 "$worker" 2>/dev/null; do
        for frame in '|' '/' '-' "\\"; do
            printf '\r\033[K%s %s %s %d s' "$1" "$title" "$frame" $((SECONDS - $2))
            sleep 0.15
        done
    done
}

fail() {
    local name=$1 status=$2 seconds=$3 log="artifacts/logs/$1.log" command mend
    command=$(sed -n 's/^+ //p' "$log" | tail -n 1)
    mend=$(mend "$log")
    rm -rf "$scratch"
    if [ -t 1 ]; then printf '\r\033[K'; fi
    {
        echo "setup: failed (exit $status, after $seconds s)"
        echo "  step:    $title"
        echo "  command: ${command:-eng/steps/$name.sh}"
        echo "  the end of $log:"
        tail -n 20 "$log" | sed 's/^/    /'
        echo "  what to do: $mend"
    } >&2
    exit 1
}

# Says what to do about a failure: a common cause first, else the step's own advice.
mend() {
    local free
    free=$(df -Pm artifacts/ | awk 'NR == 2 { print $4 }')
    if [ "$free" -lt 10 ] || grep -qi 'no space left on device\|ENOSPC\|disk quota exceeded' "$1"; then
        echo "free some disk space ($free MB are free in artifacts/; the home and temporary folders count too), then run ./maas setup again."
    elif grep -q 'NU1301\|ENOTFOUND\|EAI_AGAIN\|ECONNREFUSED\|ECONNRESET\|ETIMEDOUT\|ENETUNREACH\|Temporary failure resolving' "$1"; then
        echo "the package source could not be reached: check the network, proxy and package source settings, then run ./maas setup again."
    else
        echo "$advice"
    fi
}
