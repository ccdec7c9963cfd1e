#!/usr/bin/env bash
# Runs each fuzz target of the repository for FUZZTIME (default 10s). A crash is kept by Go under testdata/fuzz of its package:
# commit it as a named case.
set -euo pipefail
cd "$(dirname "$0")/.."
found=0
for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		found=$((found + 1))
		echo "== $package $target"
		go test -run='^$' -fuzz="^${target}\$" -fuzztime="${FUZZTIME:-10s}" "$package"
	done
done
echo "$found fuzz targets ran without a crash"
