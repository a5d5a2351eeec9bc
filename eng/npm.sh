# npm packages whose content this repository pins; sourced by steps.
# shellcheck shell=bash

# npm_unpack NAME FOLDER [TAR OPTIONS AND MEMBERS]: downloads the version in eng/npm-packages.txt, checks it against the checksum there
# and unpacks it into the new FOLDER.
npm_unpack() {
    local name=$1 folder=$2 version integrity file actual
    shift 2
    read -r version integrity < <(awk -v name="$name" '$1 == name { print $2, $3 }' eng/npm-packages.txt)
    mkdir "$folder"
    run npm pack "$name@$version" --pack-destination "$folder" --prefer-offline --loglevel error --no-update-notifier
    file=${name#@}    # npm calls the file of @scope/package scope-package-VERSION.tgz
    file="$folder/${file/\//-}-$version.tgz"
    actual="sha512-$(node -e 'const hash = require("crypto").createHash("sha512"); hash.update(require("fs").readFileSync(process.argv[1])); console.log(hash.digest("base64"))' "$file")"
    if [ "$actual" != "$integrity" ]; then
        echo "$name $version: expected checksum $integrity, got $actual; this is not the package that MaaS was built with"
        return 1
    fi
    run tar -xzf "$file" -C "$folder" --strip-components=1 --no-same-owner "$@"
    rm "$file"
}
