# make serve   everything from a fresh checkout to a running page
# make test    everything that must hold: format, lints, docs, tests, browser tests

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := serve

CACHE := $(or $(PORTFOLIO_SETUP_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/portfolio-setup)
export PATH := $(CACHE)/bin:$(PATH)

WASM := --target wasm32-unknown-unknown -p portfolio-setup-hydrate
SSR := --features ssr --all-targets

.PHONY: serve build tools test lint unit browser

serve: build
	@exec target/release/portfolio-setup

# cargo-leptos decides by itself what is up to date.
build: tools
	@cargo leptos build --release

tools:
	@scripts/tools.sh

test: lint unit browser
	@echo "All checks passed."

lint: tools
	cargo fmt --all -- --check
	cargo clippy --locked $(SSR) -- -D warnings
	cargo clippy --locked $(WASM) -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --features ssr --document-private-items --quiet

unit:
	cargo test --locked --features ssr

browser: build
	cargo build --release --locked --features ssr --example scripted_server
	end2end/run.sh
