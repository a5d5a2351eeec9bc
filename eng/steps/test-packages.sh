# Installs what only the tests need.
# shellcheck shell=bash
# shellcheck source=eng/apt.sh
. eng/apt.sh
step "Test packages" "install the packages that the end of the log names (eng/test-packages.txt), then run ./maas test again."

inputs() { files eng/test-packages.txt; }
present() { [ -z "$(missing_packages eng/test-packages.txt)" ]; }
work() { install_packages eng/test-packages.txt; }
