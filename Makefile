# A thin front for CMake. `make` builds the program; `make run` shows it at work; `make test` is what a change must pass.
# Nothing here needs a network once the packages of .ci/packages are installed.

MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
TEST_JOBS ?= 2
CTEST = ctest --output-on-failure --no-tests=error -j$(TEST_JOBS)
# Configures once; later the build looks by itself whether it must again.
CONFIGURE = test -f build/$(1)/build.ninja || cmake --preset $(1) >build-$(1).log 2>&1 || \
	{ cat build-$(1).log; rm -f build-$(1).log; exit 1; }; rm -f build-$(1).log
BUILD = $(call CONFIGURE,$(1)); cmake --build build/$(1) -j $(JOBS) -- --quiet

.PHONY: all run test test-plain test-asan test-clang test-long lint format fuzz bench bench-baseline demo-policy reference \
	packages clean help

all:
	@$(call BUILD,default)
	@echo "built: build/default/redress"

help:
	@echo "make            the program, build/default/redress"
	@echo "make run        builds, then plays the examples (ONCE=1: one round, then ends)"
	@echo "make demo-policy  one limit is changed: proof, back-test, activation under load, why, and back"
	@echo "make test       everything that a change must pass"
	@echo "make test-long  faults again, thread sanitizer, valgrind"
	@echo "make fuzz       libFuzzer, a target behind the other (FUZZ_SECONDS=60 each, FUZZ=name for one)"
	@echo "make lint       the house rules; make format: brings the C sources into form"
	@echo "make bench      measures; make reference: the pages in docs/reference/ that the program writes"
	@echo "make clean      throws build/ away"

packages:
	@.ci/install-packages

run: packages
	@test -x build/default/redress || echo "building; the first time takes a minute"
	@$(call BUILD,default)
	@build/default/redress play $(if $(ONCE),--once)

# What a change must pass, stage by stage.
STAGES = test-plain test-asan test-clang lint
test: packages
	@times=""; for stage in $(STAGES); do \
		echo "=== $$stage"; start=$$(date +%s); \
		$(MAKE) $$stage || { echo "test: FAILED at $$stage"; exit 1; }; \
		times="$$times, $$stage $$(($$(date +%s) - start)) s"; \
	done; echo "test: everything passed$$times"

test-plain:
	@$(call BUILD,test)
	@cd build/test && $(CTEST)
	@echo "test-plain: passed"

test-asan:
	@$(call BUILD,asan)
	@cd build/asan && UBSAN_OPTIONS=print_stacktrace=1 $(CTEST) -LE long
	@echo "test-asan: passed"

test-clang:
	@$(call BUILD,clang)
	@echo "test-clang: compiles without a warning"

test-long: packages
	@$(call BUILD,long)
	@cd build/long && REDRESS_LONG=1 $(CTEST) -L "fault|power|sim"
	@cd build/long && REDRESS_LONG=1 $(CTEST) -R "calendar_property|kernel_eyes|staff_scale|unit/audit|flow/bench"
	@$(call BUILD,tsan)
	@cd build/tsan && TSAN_OPTIONS=suppressions=$(CURDIR)/tests/tsan.supp REDRESS_LONG=1 $(CTEST) -L flow
	@# suites that fork leave the parent's heap behind in the child on purpose: memory errors only
	@set -e; for test in build/long/tests/unit_*_test; do \
		case $$test in \
		*_journal_*|*_store_*|*_vault_*|*_zone_*|*_log_*) leaks=no ;; \
		*) leaks=full ;; \
		esac; \
		echo "valgrind $$test"; \
		REDRESS_VALGRIND=1 \
		REDRESS_BIN=$(CURDIR)/build/long/redress REDRESS_SHARED=$(CURDIR)/../shared CK_FORK=no \
		valgrind --quiet --leak-check=$$leaks --show-leak-kinds=definite --errors-for-leak-kinds=definite \
		--error-exitcode=99 $$test; \
	done
	@echo "test-long: everything passed"

# What it finds stays in build/fuzz/found; what it learns in build/fuzz/corpus, beside the kept one in tests/fuzz/corpus.
FUZZ_SECONDS ?= 60
FUZZ ?= $(sort $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c)))
fuzz: packages
	@test -f build/fuzz/build.ninja || cmake -S . -B build/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DREDRESS_FUZZ=ON >/dev/null
	@cmake --build build/fuzz -j $(JOBS) --target $(addprefix fuzz_,$(FUZZ)) -- --quiet
	@mkdir -p build/fuzz/found
	@set -e; for target in $(FUZZ); do \
		mkdir -p build/fuzz/corpus/$$target; \
		echo "fuzz $$target: $(FUZZ_SECONDS) s"; \
		build/fuzz/tests/fuzz_$$target -max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=4096 -max_len=8192 \
			-print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/found/$$target- \
			build/fuzz/corpus/$$target tests/fuzz/corpus/$$target >build/fuzz/$$target.log 2>&1 || \
			{ tail -40 build/fuzz/$$target.log; exit 1; }; \
		grep number_of_executed_units build/fuzz/$$target.log; \
	done; echo "fuzz: nothing found"

lint:
	@.ci/lint

format:
	@find engine include tests -name '*.[ch]' -print0 | xargs -0 -r clang-format -i
	@echo "format: done"

# What `make bench` compares with; written by `make bench-baseline` on a machine that does nothing else.
BASELINE = docs/reference/bench-baseline.json
bench-baseline:
	@$(call BUILD,release)
	@build/release/redress bench all --cases 20000 --baseline $(BASELINE) --save

bench:
	@$(call BUILD,release)
	@build/release/redress bench all --cases 20000 \
		$(if $(wildcard $(BASELINE)),--baseline $(BASELINE))
	@echo "bench: done"

demo-policy: packages
	@$(call CONFIGURE,default); cmake --build build/default -j $(JOBS) --target redress policy_demo -- --quiet
	@REDRESS_BIN=build/default/redress build/default/tests/policy_demo $(if $(CASES),$(CASES),1000)

# Each page into a new file first: what fails leaves the old one as it was.
PAGES = docs/reference/policy.md=policy.reference docs/reference/methods.md=reference.methods \
	docs/reference/errors.md=reference.errors docs/reference/commands.md=reference.commands \
	docs/reference/workflows.md=policy.workflows \
	include/redress/lua/redress.lua=policy.stubs
reference: all
	@set -e; for page in $(PAGES); do \
		file=$${page%%=*}; command=$${page#*=}; \
		build/default/redress $${command%.*} $${command#*.} >build/page; mv build/page $$file; \
	done
	@echo "reference: written"

clean:
	@rm -rf build
	@echo "clean: build/ is gone"
