# Fetches the chart library that the server's page brings along (src/MaaS.Serving/Page/).
# shellcheck shell=bash
# shellcheck source=eng/npm.sh
. eng/npm.sh
step "Chart library" "read the log; the package is the one that eng/npm-packages.txt pins."

page_files="uPlot.iife.min.js uPlot.min.css"

inputs() { grep '^uplot ' eng/npm-packages.txt; }
present() { for file in $page_files LICENSE; do [ -f "artifacts/uplot/$file" ] || return 1; done; }
work() {
    local folder="${scratch:?}/uplot" file
    npm_unpack uplot "$scratch/source" package/dist package/LICENSE
    mkdir "$folder"
    for file in $page_files; do run cp "$scratch/source/dist/$file" "$folder/"; done
    run cp "$scratch/source/LICENSE" "$folder/"
    run rm -rf artifacts/uplot
    run mv "$folder" artifacts/uplot
}
