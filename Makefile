# SPDX-License-Identifier: Apache-2.0
# Thin over Meson: `make help` lists the targets.
BUILD ?= build
MESON_FLAGS ?=

.PHONY: all build setup test check clean help
all: build

help:
	@sed -n 's/^## //p' Makefile

## make            build build/noroshi (release)
setup:
	@tools/install-deps
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) $(MESON_FLAGS) >/dev/null
build: setup
	@ninja -C $(BUILD) --quiet

## make test       all tests; T=name runs one
test: build
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs $(T)

clean:
	rm -rf build build-*
