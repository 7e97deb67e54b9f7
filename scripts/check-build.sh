#!/usr/bin/env bash
# Builds the site with cargo-leptos, too, and compares its files with those of `make build`: byte for byte, except that
# .gz files are compared unpacked (cargo-leptos writes the time into them) and the script is compared before it is
# minified (cargo-leptos also shortens names).
set -euo pipefail
cd "$(dirname "$0")/.."

name=portfolio-setup
ours=$(mktemp -d)
trap 'rm -rf "$ours"' EXIT
cp -r target/site/. "$ours"
cp "target/site-stage/$name.js" "$ours/pkg/$name.js"

cargo leptos build --release --precompress --js-minify=false

# same FILE: whether both builds made the same FILE.
same() {
    case $1 in
        "./pkg/$name".js.*) [ -e "$ours/$1" ] && [ -e "target/site/$1" ] ;;
        *.gz) cmp <(gunzip --stdout "$ours/$1") <(gunzip --stdout "target/site/$1") ;;
        *) cmp "$ours/$1" "target/site/$1" ;;
    esac
}

compared=0 different=0
while read -r file; do
    same "$file" || { echo "$file differs" >&2; different=$((different + 1)); }
    compared=$((compared + 1))
done < <({ (cd "$ours" && find . -type f); (cd target/site && find . -type f); } | sort -u)
echo "$compared files compared, $different different."

# Puts our files back.
make --no-print-directory site
[ "$different" -eq 0 ]
