#!/usr/bin/env bash
# ./maas docs: the docs and the API reference as a site in artifacts/site. A broken link, a page that no table of contents
# names, or a public member without documentation is an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

eng/setup.sh --quiet
dotnet tool restore >/dev/null

# docfx reads a copy in which every page has its place, so that links are what they are in the repository.
source=artifacts/site-source
rm -rf "$source" artifacts/site
mkdir -p "$source"
git ls-files -- '*.md' 'docs/*.png' 'samples/*' 'deploy/*' ':!artifacts' ':!tests' | xargs cp --parents -t "$source"
cp eng/site/docfx.json eng/site/filter.yml eng/site/toc.yml "$source/"
cp -r eng/site/template "$source/"
cp eng/site/docs-toc.yml "$source/docs/toc.yml"
cp src/MaaS.Serving/Page/Files/icon.svg "$source/"
cp README.md "$source/index.md"

missing=0
for page in docs/*.md; do
    if ! grep -q "href: $(basename "$page")\$" eng/site/docs-toc.yml; then
        echo "docs: $page: expected a line in eng/site/docs-toc.yml" >&2
        missing=1
    fi
done
[ "$missing" -eq 0 ]

dotnet tool run docfx "$source/docfx.json" --warningsAsErrors
echo "the site: artifacts/site/index.html"
