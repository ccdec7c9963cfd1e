# Everything a person or CI runs. A fresh machine needs Go, a C compiler and make; `make test` installs the rest where it can.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD   := $(GO) build -buildvcs=false -trimpath -ldflags "-X main.version=$(VERSION)"
LINT    := $(GO) tool -modfile=internal/tools/lint.mod
ARGS    ?=

.DEFAULT_GOAL := help
.PHONY: help build demo test bench screenshots lint vuln fuzz clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build bin/cairn
	$(BUILD) -o bin/cairn ./cmd/cairn

demo: build ## Start Cairn with a pretend LMS to click through; ARGS=--once walks the journey and checks each step
	bin/cairn demo $(ARGS)

test: ## Run every test under the race detector, with a throw-away PostgreSQL; ARGS="./xapi/..." for some
	$(GO) run -buildvcs=false ./internal/tools/check $(ARGS)

bench: build ## Measure beside the limits of docs/benchmarks.md (some minutes); ARGS=-quick for a glance, -write to keep the table
	$(GO) run -buildvcs=false ./internal/tools/bench -cairn bin/cairn $(ARGS)

screenshots: ## Write pictures of every page and state into bin/pictures, with index.html (PICTURES names another folder)
	scripts/screenshots.sh

lint: ## gofmt, go vet and staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(LINT) staticcheck ./...

vuln: ## Look for known vulnerabilities in what is called (needs the network)
	$(LINT) govulncheck ./...

fuzz: ## Fuzz each parser of foreign bytes for FUZZTIME (10s)
	scripts/fuzz.sh

clean: ## Remove what was built
	rm -rf bin node_modules
