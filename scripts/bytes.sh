#!/usr/bin/env bash
# Measures the brotli-compressed size of a first visit to the live page: the HTML page, the
# WebAssembly, the JavaScript and the style sheet. Fails if they exceed LIMIT bytes in total.
#
# The script starts the release build of the server and requests the page of a finished run of the
# sample portfolio.
set -euo pipefail
cd "$(dirname "$0")/.."

LIMIT=190000

folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
LEPTOS_SITE_ADDR=127.0.0.1:0 DATABASE_URL="sqlite://$folder/bytes.db" RUST_LOG=error \
    target/release/portfolio-setup >"$folder/output" &
server=$!
until grep -q http "$folder/output"; do kill -0 "$server"; sleep 0.1; done
address=$(grep -o 'http://[0-9.:]*' "$folder/output")

# Uploads the sample portfolio. The response redirects to its live page.
page=$(curl -sf -o /dev/null -w '%{redirect_url}' -H 'Accept: text/html' \
    -F portfolio_name='Growth Portfolio' -F csv_file=@data/sample-portfolio.csv "$address/")
curl -sf "$page" >"$folder/page.html"
grep -q 'Portfolio Setup Complete!' "$folder/page.html"

# bytes FILE: prints the size of FILE after brotli compression. Only the HTML page needs this,
# because the build has already compressed the other files.
bytes() { node -e 'const b=require("node:fs").readFileSync(process.argv[1]);
  process.stdout.write(String(require("node:zlib").brotliCompressSync(b).length))' "$1"; }

total=0
report() { printf '%-12s %7d bytes\n' "$1" "$2"; total=$((total + $2)); }
report page "$(bytes "$folder/page.html")"
for kind in wasm js css; do
    report "$kind" "$(stat -c %s target/site/pkg/portfolio-setup.$kind.br)"
done
printf '%-12s %7d bytes of at most %d\n' total "$total" "$LIMIT"
[ "$total" -le "$LIMIT" ]
