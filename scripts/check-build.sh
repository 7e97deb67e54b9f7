#!/usr/bin/env bash
# Builds the site with cargo-leptos, and compares the resulting files, byte for byte, with those
# that `make site` has built. There are three exceptions. The .gz files are compared after
# decompression, because cargo-leptos writes a timestamp into them. The JavaScript is compared
# before minification, because the minifier of cargo-leptos also shortens names. The WebAssembly of
# cargo-leptos gets the second pass of wasm-opt (scripts/site/transform.rs) before it is compared.
set -euo pipefail
cd "$(dirname "$0")/.."

ours=target/site theirs=target/site-leptos stage=target/site-stage
script=./pkg/portfolio-setup.js
module=./pkg/portfolio-setup.wasm

LEPTOS_SITE_ROOT=$theirs LEPTOS_JS_MINIFY=false \
    cargo leptos build --release --frontend-only --precompress --js-minify=false

wasm-opt --flatten --rereloop -Oz -Oz -Oz --enable-bulk-memory --enable-nontrapping-float-to-int \
    "$theirs/$module" -o "$theirs/$module"

# same FILE: succeeds if FILE has the same content in both builds.
same() {
    case $1 in
        "$script") cmp "$stage/${script##*/}" "$theirs/$1" ;;
        "$script".* | "$module".*) [ -e "$ours/$1" ] && [ -e "$theirs/$1" ] ;;
        *.gz) cmp <(gunzip --stdout "$ours/$1") <(gunzip --stdout "$theirs/$1") ;;
        *) cmp "$ours/$1" "$theirs/$1" ;;
    esac
}

compared=0 different=0
while read -r file; do
    same "$file" || { echo "$file differs" >&2; different=$((different + 1)); }
    compared=$((compared + 1))
done < <({ (cd "$ours" && find . -type f); (cd "$theirs" && find . -type f); } | sort -u)
echo "$compared files compared, $different different."
[ "$different" -eq 0 ]
