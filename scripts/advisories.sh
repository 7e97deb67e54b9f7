#!/usr/bin/env bash
# Whether a crate of Cargo.lock has a known weakness or was withdrawn. Fails where that cannot be found out, too: nothing
# that was not checked shall look like something that passed.
set -euo pipefail
cd "$(dirname "$0")/.."

said=$(mktemp)
trap 'rm -f "$said"' EXIT
if cargo deny --locked check advisories 2>"$said"; then
    cat "$said" >&2
elif grep -q 'failed to fetch advisory database' "$said"; then
    echo "The database of advisories cannot be reached from here, so nothing was checked. Run 'make advisories' on a" \
        "machine that reaches github.com/rustsec/advisory-db." >&2
    exit 1
else
    cat "$said" >&2
    exit 1
fi
