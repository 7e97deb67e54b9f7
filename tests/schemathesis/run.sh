#!/usr/bin/env bash
# Requests that nobody wrote, made up by schemathesis from the OpenAPI document, against a server of this checkout with
# the bundled prices and a database of its own. No answer may be a 5xx. EXAMPLES says how many a request.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
AUTH=dev MARKET_DATA=bundled LEPTOS_SITE_ADDR=127.0.0.1:0 DATABASE_URL="sqlite://$folder/schemathesis.db" RUST_LOG=error \
    "${CARGO_TARGET_DIR:-target}/debug/portfolio-setup" >"$folder/said" 2>"$folder/log" &
server=$!
until grep -q http "$folder/said"; do kill -0 "$server"; sleep 0.1; done
address=$(grep -o 'http://[0-9.:]*' "$folder/said")

cd "$folder" # where it puts its notes
try() {
    "$SCHEMATHESIS" --config-file "$1" run "$address/api/openapi.json" --checks not_a_server_error \
        --max-examples "${EXAMPLES:-200}" --seed "${SEED:-1}" --request-timeout 20 --no-color "${@:2}" || {
        echo "The server's own log:"; tail -n 40 "$folder/log"; exit 1; }
}

echo "1. Ids that nobody knows, and what is no id."
: >none.toml
try none.toml

echo "2. The id of a portfolio that is there, for everything but its end."
id=$(curl -sf -F portfolio_name=Found -F csv_file=@"$OLDPWD/data/sample-portfolio.csv" \
    "$address/api/v1/onboarding/portfolios" | grep -o '"portfolio_id":"[^"]*' | cut -d'"' -f4)
printf '[parameters]\n"path.id" = "%s"\n"path.table" = "positions.csv"\n' "$id" >found.toml
try found.toml --exclude-method DELETE

# What was made up has not broken it either.
kill -0 "$server"
curl -sf "$address/readyz" >/dev/null
if grep -q panicked "$folder/log"; then grep -A5 panicked "$folder/log"; exit 1; fi
