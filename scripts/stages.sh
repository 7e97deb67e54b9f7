#!/usr/bin/env bash
# Runs the targets of the Makefile that are named, in this order, and prints how long each of them took.
set -euo pipefail
cd "$(dirname "$0")/.."

for stage in "$@"; do
    before=$SECONDS
    make --no-print-directory "$stage"
    echo "Stage $stage took $((SECONDS - before)) s; $SECONDS s since the start."
done
