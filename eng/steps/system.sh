# Installs the operating system's packages: Debian and Ubuntu, as root.
# shellcheck shell=bash
# shellcheck source=eng/apt.sh
. eng/apt.sh
step "System packages" "install the packages that the end of the log names (eng/packages.txt), then run ./maas setup again."

inputs() { files eng/packages.txt; }
present() { [ -z "$(missing_packages eng/packages.txt)" ]; }
work() { install_packages eng/packages.txt; }
