# Debian packages; sourced by steps.
# shellcheck shell=bash

# missing_packages LIST: prints the packages of a list (PACKAGE [COMMAND] a line) that this machine lacks.
missing_packages() {
    local package command
    while read -r package command; do
        case "$package" in '' | '#'*) continue ;; esac
        if [ -n "$command" ] && has "$command"; then continue; fi
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done <"$1"
}

# install_packages LIST: installs what is missing, or names it and fails where this script may not install.
install_packages() {
    local missing
    missing=$(missing_packages "$1" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if ! has apt-get; then
        echo "this system has no apt-get; MaaS needs what these Debian packages hold: $missing"
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing packages; this needs root: sudo apt-get install --no-install-recommends $missing"
        return 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    run apt-get -qq -o DPkg::Lock::Timeout=120 update
    # shellcheck disable=SC2086  # a list of words
    run apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 install --no-install-recommends $missing
    echo "= installed $missing"
}
