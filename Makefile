# make serve   everything from a fresh checkout to a running page
# make dev     the page as it is edited: each change is compiled and the server started again
# make demo    the same over a stand-in for a live data provider, at a pace to watch
# make test    everything that must hold: format, lints, docs, tests, browser tests

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := serve

CACHE := $(or $(PORTFOLIO_SETUP_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/portfolio-setup)
export PATH := $(CACHE)/bin:$(PATH)

# What the browser runs, in the folder that cargo-leptos uses, too.
SITE := --profile wasm-release --target-dir target/front
WASM := --target wasm32-unknown-unknown -p portfolio-setup-hydrate
SSR := --features ssr --all-targets
# What the tests turn on in these crates. `cargo doc` is given it to find them as clippy left them.
TESTED := tokio/test-util,reqwest/json,reqwest/multipart,reqwest/query,rustix/time

.PHONY: serve dev demo build site server check-build test lint deny unit bytes browser recordings reference \
	reference-tools bench faults watchers hostile sessions load advisories fuzz schemathesis

serve: build
	@exec target/release/portfolio-setup

# The first time, this compiles cargo-leptos.
dev:
	@scripts/tools.sh wasm-target cargo-leptos
	@LEPTOS_SITE_ROOT=target/site-dev cargo leptos watch

demo: build
	@cargo build --quiet --release --locked -p end2end --bin demo
	@exec target/release/demo

# Both at once, since each ends with minutes that keep only one core busy. They share make's jobs.
build:
	+@$(MAKE) --no-print-directory --jobs=$$(nproc) site server

site:
	+@scripts/tools.sh site
	+@cargo build --locked $(WASM) $(SITE)
	@build-site target/front/wasm32-unknown-unknown/wasm-release/portfolio_setup_hydrate.wasm

server:
	+@cargo build --locked --release --features ssr --bin portfolio-setup

# Not part of `make test`: compiles cargo-leptos, builds the site with it, too, and compares the files.
check-build: site
	@scripts/tools.sh cargo-leptos
	@scripts/check-build.sh

test:
	@scripts/stages.sh lint deny unit build bytes browser
	@echo "All checks passed."

lint:
	@scripts/tools.sh wasm-target
	cargo fmt --all -- --check
	cargo clippy --locked $(SSR) -- -D warnings
	cargo clippy --locked $(WASM) -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --features ssr,$(TESTED) --document-private-items --quiet

# Licences, banned crates and where crates come from: deny.toml. Needs no network but for crates not downloaded yet.
deny:
	@scripts/tools.sh cargo-deny
	cargo deny --locked check licenses bans sources

unit:
	cargo test --locked --features ssr

# What a first visit to the live page downloads: fails above 180 KB.
bytes: build
	scripts/bytes.sh

browser: build
	cargo build --release --locked -p end2end --bin scripted_server
	end2end/run.sh

# Not part of `make test`: the same tests run there with 20 kills.
faults:
	FAULT_CYCLES=240 cargo test --release --locked -p end2end --test faults -- --nocapture

# Not part of `make test`: ten minutes. The same test runs there with fewer people and for seconds.
watchers:
	WATCHED_PORTFOLIOS=200 WATCHERS=1000 WATCHED_SECONDS=600 \
		cargo test --release --locked --features ssr --test http watchers -- --nocapture

# Not part of `make test`: two minutes. The same test runs there for seconds, and with smaller giants.
hostile:
	HOSTILE_SECONDS=120 HOSTILE_SYMBOLS=2000 HOSTILE_P99_MS=250 \
		cargo test --release --locked --features ssr --test http hostile -- --nocapture

# Not part of `make test`: five minutes. The same test runs there with tokens of two seconds.
sessions:
	WATCH_SECONDS=300 end2end/run.sh --project=browser session.spec.ts

# Records anew the runs that the tracker's tests replay.
recordings:
	cargo test --locked --features ssr --test http recordings -- --ignored

# Makes the numbers anew that `make test` compares the results with, by other libraries; needs Python 3.11 or later.
reference: reference-tools
	"$(CACHE)/reference/bin/python" -B tests/reference/generate.py tests/reference/gaps
	"$(CACHE)/reference/bin/python" -B tests/reference/reference.py tests/reference/golden

reference-tools:
	test -x "$(CACHE)/reference/bin/python" || python3 -m venv "$(CACHE)/reference"
	"$(CACHE)/reference/bin/pip" install --quiet --requirement tests/reference/requirements.txt

# What a poll costs, as a ratio to a handler that does nothing, and what the nine phases cost, as ratios to the same
# computed in Python.
bench: reference-tools
	cargo bench --locked --features ssr --bench poll
	REFERENCE_PYTHON="$(CACHE)/reference/bin/python" cargo bench --locked --features ssr --bench phases

# Not part of `make test`: some ten minutes. The same test runs there with fewer portfolios.
load:
	LOAD_PORTFOLIOS=1000 LOAD_SYMBOLS=500 LOAD_PER_MINUTE=300 \
		cargo test --release --locked --features ssr --test http live_load -- --nocapture

# Known weaknesses of the crates in Cargo.lock. Not part of `make test`: its database is not on every network.
advisories:
	@scripts/tools.sh cargo-deny
	scripts/advisories.sh

# Not part of `make test`: FUZZ_RUNS inputs for each fuzz target, 100,000 if it is not set, in some ten minutes. All seeds, and so every input
# that ever broke something, are among the tests.
fuzz:
	scripts/fuzz.sh

# Not part of `make test`: requests that schemathesis makes up from the OpenAPI document, and no answer is a 5xx. Needs
# Python 3.11 or later.
schemathesis:
	test -x "$(CACHE)/schemathesis/bin/python" || python3 -m venv "$(CACHE)/schemathesis"
	"$(CACHE)/schemathesis/bin/pip" install --quiet --requirement tests/schemathesis/requirements.txt
	cargo build --locked --features ssr --bin portfolio-setup
	SCHEMATHESIS="$(CACHE)/schemathesis/bin/schemathesis" tests/schemathesis/run.sh
