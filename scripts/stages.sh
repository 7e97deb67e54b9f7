#!/usr/bin/env bash
# Runs the given Makefile targets in order, and prints how long each one takes.
set -euo pipefail
cd "$(dirname "$0")/.."

for stage in "$@"; do
    before=$SECONDS
    make --no-print-directory "$stage"
    echo "Stage $stage took $((SECONDS - before)) s; $SECONDS s since the start."
done
