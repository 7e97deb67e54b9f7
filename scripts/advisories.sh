#!/usr/bin/env bash
# Fails if a crate in Cargo.lock has a known vulnerability or was yanked. Also fails if the advisory
# database cannot be reached, so that a skipped check never looks like a passed one.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$(mktemp)
trap 'rm -f "$output"' EXIT
if cargo deny --locked check advisories 2>"$output"; then
    cat "$output" >&2
elif grep -q 'failed to fetch advisory database' "$output"; then
    echo "The advisory database cannot be reached, so nothing was checked. Run 'make advisories' on a" \
        "machine that reaches github.com/rustsec/advisory-db." >&2
    exit 1
else
    cat "$output" >&2
    exit 1
fi
