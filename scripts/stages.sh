#!/usr/bin/env bash
# Runs the given targets of the Makefile in order, and prints the duration of each.
set -euo pipefail
cd "$(dirname "$0")/.."

for stage in "$@"; do
    before=$SECONDS
    make --no-print-directory "$stage"
    echo "Stage $stage took $((SECONDS - before)) s; $SECONDS s since the start."
done
