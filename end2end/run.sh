#!/usr/bin/env bash
# Installs the dependencies of the browser tests, then runs the tests. All arguments are passed on
# to Playwright. Environment variables:
#
#   CHECKOUT   the checkout whose release build is tested (default: the one this file is in)
#   CHROMIUM   the browser (default: /usr/bin/chromium)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '%s\n' "$*" >&2; }

command -v npm >/dev/null || { say "The browser tests need Node 20 or later with npm."; exit 1; }

if [[ -z "${CHROMIUM:-}" ]]; then
  for name in /usr/bin/chromium chromium chromium-browser google-chrome; do
    if CHROMIUM=$(command -v "$name"); then break; fi
  done
fi
if [[ -z "${CHROMIUM:-}" ]]; then
  if [[ "$(id -u)" -eq 0 ]] && command -v apt-get >/dev/null; then
    say "Installing Chromium."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    CHROMIUM=/usr/bin/chromium
  else
    say "The browser tests need Chromium. Install it (on Debian: sudo apt-get install chromium), or set CHROMIUM to its path."
    exit 1
  fi
fi
[[ -x "$CHROMIUM" ]] || { say "CHROMIUM=$CHROMIUM is not a program."; exit 1; }
export CHROMIUM PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

# npm writes node_modules/.package-lock.json at the end of each install. If package-lock.json is
# newer, an install is needed.
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
  npm ci --no-audit --no-fund
fi

# Playwright fails if a test fails or if it finds no tests, but not if all tests are skipped. The
# check below also fails in that case.
results=$(mktemp -p . .results.XXXXXX)
trap 'rm -f "$results"' EXIT
PLAYWRIGHT_JSON_OUTPUT_FILE="$results" npx playwright test --reporter=list,json "$@"
passed=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).stats.expected' "$results")
if [[ "$passed" -eq 0 ]]; then
  say "No browser test ran."
  exit 1
fi
