#!/usr/bin/env bash
# Starts a server built from this checkout, sends it requests that Schemathesis generates from the
# OpenAPI document, and fails if any response has a 5xx status. The server uses the bundled prices
# and a temporary database. EXAMPLES sets the number of requests per operation (200 by default).
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
AUTH=dev MARKET_DATA=bundled LEPTOS_SITE_ADDR=127.0.0.1:0 DATABASE_URL="sqlite://$folder/schemathesis.db" RUST_LOG=error \
    "${CARGO_TARGET_DIR:-target}/debug/portfolio-setup" >"$folder/stdout" 2>"$folder/log" &
server=$!
until grep -q http "$folder/stdout"; do kill -0 "$server"; sleep 0.1; done
address=$(grep -o 'http://[0-9.:]*' "$folder/stdout")

# Schemathesis writes its reports into the current folder, so make the temporary folder the current
# one.
cd "$folder"
try() {
    "$SCHEMATHESIS" --config-file "$1" run "$address/api/openapi.json" --checks not_a_server_error \
        --max-examples "${EXAMPLES:-200}" --seed "${SEED:-1}" --request-timeout 20 --no-color "${@:2}" || {
        echo "Server log:"; tail -n 40 "$folder/log"; exit 1; }
}

echo "1. Unknown ids and malformed ids."
: >none.toml
try none.toml

echo "2. The id of an existing portfolio, for every method except DELETE."
id=$(curl -sf -F portfolio_name=Found -F csv_file=@"$OLDPWD/data/sample-portfolio.csv" \
    "$address/api/v1/onboarding/portfolios" | grep -o '"portfolio_id":"[^"]*' | cut -d'"' -f4)
printf '[parameters]\n"path.id" = "%s"\n"path.table" = "positions.csv"\n' "$id" >found.toml
try found.toml --exclude-method DELETE

# Checks that the server is still running and ready, and has not panicked.
kill -0 "$server"
curl -sf "$address/readyz" >/dev/null
if grep -q panicked "$folder/log"; then grep -A5 panicked "$folder/log"; exit 1; fi
