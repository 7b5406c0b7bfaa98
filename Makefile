# SPDX-License-Identifier: Apache-2.0
# Thin over Meson: `make help` lists the targets.
BUILD ?= build
ASAN = build-asan
FUZZ = build-fuzz
CORPUS ?= $(NOROSHI_CORPUS)

.PHONY: all help setup build test test-asan test-web check bench eval eval-learn oracle fuzz fuzz-replay cover golden demo site install clean
all: build

help:
	@sed -n 's/^## //p' Makefile

## make                build build/noroshi (release)
setup:
	@tools/install-deps
	@[ -f $(BUILD)/build.ninja ] || meson setup $(BUILD) >/dev/null
build: setup
	@ninja -C $(BUILD) --quiet

## make demo           build, scan the shipped samples, print verdicts with reasons, write the bulletin
demo: build
	@tools/demo $(BUILD)/noroshi

## make test [T=name]  all tests, or one
test: build
	@meson test -C $(BUILD) --no-rebuild --print-errorlogs --quiet $(T)

## make test-asan      the same under the address and undefined-behaviour sanitisers
test-asan: setup
	@[ -f $(ASAN)/build.ninja ] || meson setup $(ASAN) --buildtype=debugoptimized \
	    -Db_sanitize=address,undefined -Db_lundef=false -Db_pie=false -Dwerror=false >/dev/null
	@ninja -C $(ASAN) --quiet
	@ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 NOROSHI_NO_SANDBOX=1 \
	    meson test -C $(ASAN) --no-rebuild --print-errorlogs --quiet -t 8 $(T)

## make test-web       the bulletin in headless Chromium (installs Chromium and Node packages)
test-web: build
	@tools/test-web $(BUILD)/noroshi

## make check          include direction, sizes, documents against the program
check:
	@tools/check-includes
	@tools/measure
	@tools/check-docs $(BUILD)/noroshi
	@$(BUILD)/noroshi rule format --check rules

## make bench          speed: CPU time, ratios from one run (CORPUS=folder of mail, FEED=folder of rules)
bench: build
	@bench/run $(BUILD) "$(CORPUS)" "$(FEED)"

## make eval CORPUS=D  detection: recall, false positives, per rule; misses in eval-misses.tsv
eval: build
	@tools/eval --noroshi $(BUILD)/noroshi --misses eval-misses.tsv $(EVAL_OPTIONS) "$(CORPUS)"

## make eval-learn CORPUS=D  what learning adds: later threats, ordinary mail of a source never learned
eval-learn: build
	@tools/eval-learn --noroshi $(BUILD)/noroshi $(EVAL_OPTIONS) "$(CORPUS)"

## make oracle CORPUS=D  parts and text of well-formed mail against GMime; files inside files against 7z, unzip, qpdf ...
oracle: build
	@test/oracle/files $(BUILD)/noroshi $(BUILD)/test/unit/office
	@tools/oracle $(BUILD) "$(CORPUS)"

## make fuzz T=mime S=60  fuzz one target for S seconds
$(FUZZ)/build.ninja:
	@CC=clang-14 CXX=clang++-14 meson setup $(FUZZ) --buildtype=debugoptimized -Dfuzz=true \
	    -Db_sanitize=address,undefined -Db_lundef=false -Db_pie=false -Dwerror=false >/dev/null
fuzz: setup $(FUZZ)/build.ninja
	@tools/fuzz $(FUZZ) "$(T)" "$(or $(S),60)"

## make fuzz-replay    every seed and every input a fuzzer once broke something with
fuzz-replay: setup $(FUZZ)/build.ninja
	@tools/fuzz $(FUZZ) all 0

## make cover          line coverage of the unit tests
cover: setup
	@[ -f build-cover/build.ninja ] || meson setup build-cover --buildtype=debug -Db_coverage=true >/dev/null
	@ninja -C build-cover --quiet && meson test -C build-cover --no-rebuild --quiet && ninja -C build-cover coverage-text
	@tail -n 5 build-cover/meson-logs/coverage.txt

## make golden         rewrite the expected verdicts of test/scan for review
golden: build
	@test/scan/run $(BUILD)/noroshi --rewrite

## make install        PREFIX=/usr/local
install: build
	@meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf build build-asan build-fuzz build-cover build-land demo
