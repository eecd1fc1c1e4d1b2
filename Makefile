# balloonsim: `make help` lists the targets.
# `make run` and `make test` do all set-up themselves.

SWIFT ?= swift
BUILD ?= .build
PROGRAM := $(BUILD)/release/balloonsim
DATABASE ?= Results/balloonsim.sqlite
PREFIX ?= /usr/local
SOURCES := Package.swift Sources Tests Benchmarks Fuzzing
FUZZ_SECONDS ?= 60

# Debian packages that the build and the tests need: library headers, the C compiler for them, make's own tools, gnuplot, and the charts of pages.
PACKAGES := libsqlite3-dev zlib1g-dev libgcrypt20-dev libyaml-dev sqlite3 gcc libc6-dev python3 gnuplot-nox libjs-dygraphs
# What a cluster of one node needs besides.
SLURM_PACKAGES := slurm-wlm munge
# What it takes to look at pages in a browser.
BROWSER_PACKAGES := chromium chromium-driver python3-selenium

.DEFAULT_GOAL := help
.PHONY: help run test test-slurm test-export test-install test-report build check lint format bench fuzz clean setup setup-browser setup-slurm reference pictures validate install

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup build ## run the compile scenario, static and ballooned, and compare them
	@$(PROGRAM) run Scenarios/compile.yaml --baseline --db $(DATABASE)
	@$(PROGRAM) export last --db $(DATABASE) -o Results/compile-ticks.csv
	@echo
	@echo "Recorded in $(DATABASE); the ballooned run's ticks are in Results/compile-ticks.csv."
	@echo "Try next:"
	@echo "  $(PROGRAM) show last                                      every parameter and metric of the run"
	@echo "  $(PROGRAM) run Scenarios/stale-frontswap.yaml --baseline  what selfshrinking is for"
	@echo "  $(PROGRAM) run Scenarios/compile.yaml --set selfballoon_downhysteresis=2   another setting"
	@echo "  $(PROGRAM) report 1 2 --db $(DATABASE) -o Results/compile.html   both runs as a page for the browser"
	@echo "  sqlite3 $(DATABASE) 'SELECT * FROM ticks_mib LIMIT 5'     ask the database yourself"

test: setup ## run all tests, in debug; reference runs, recordings and the documentation's commands in release
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	$(SWIFT) build -c release --product balloonsim
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/reference.sh
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/validation.py
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/documented.py

test-slurm: setup-slurm build ## have a sweep made by a Slurm cluster of one node, started here, and compare
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/slurm.sh

test-report: setup-browser build ## open pages of `report` in headless Chromium, point, type and print
	BALLOONSIM=$(abspath $(PROGRAM)) /usr/bin/python3 Tests/report.py

test-export: build $(BUILD)/export-venv/made ## read exports back with pandas and DuckDB, and compare
	BALLOONSIM=$(abspath $(PROGRAM)) $(BUILD)/export-venv/bin/python3 Tests/export.py

# A virtual environment, made anew when other versions are wanted.
$(BUILD)/export-venv/made: Tests/export-requirements.txt
	$(call install-packages,python3-venv)
	python3 -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

build: setup ## build the program in release
	@$(SWIFT) build -c release --product balloonsim

check: lint test ## everything that must hold before a commit: lint, tests, a short benchmark, two seconds of fuzzing a format
	Benchmarks/run.py --quick
	$(MAKE) fuzz FUZZ_SECONDS=2

lint: ## check layout and style, change nothing
	$(SWIFT) format lint --strict --recursive --parallel $(wildcard $(SOURCES))

format: ## lay the sources out
	$(SWIFT) format --in-place --recursive --parallel $(wildcard $(SOURCES))

bench: setup ## measure against C programs that do one thing each
	Benchmarks/run.py

# The compiler instruments for coverage only if `fuzzer` comes last; swift build puts it first.
fuzz: setup ## feed every importer of traces with damaged files, FUZZ_SECONDS=60 each
	BALLOONSIM_FUZZING=1 $(SWIFT) build -c release --product TraceFuzzer --scratch-path .build-fuzz \
	  --sanitize=address --sanitize=fuzzer -Xswiftc -sanitize=fuzzer
	Fuzzing/run.sh .build-fuzz/release/TraceFuzzer $(FUZZ_SECONDS)

reference: build ## write the reference fingerprints and figures anew, after a change of results
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/reference.sh --write

# Of scenarios that the repository has, so that anybody gets the same pictures.
pictures: build ## draw the pictures of the README anew
	rm -f $(BUILD)/pictures.sqlite*
	$(PROGRAM) run Scenarios/compile.yaml --db $(BUILD)/pictures.sqlite --quiet
	$(PROGRAM) plot last --db $(BUILD)/pictures.sqlite -o Docs/pictures/compile-memory.svg
	$(PROGRAM) sweep Scenarios/pgbench.yaml --vary selfballoon_downhysteresis=1,2,4,8,16,32 --vary selfballoon_interval=1,2,5,10 \
	  --record metrics --db $(BUILD)/pictures.sqlite --quiet
	$(PROGRAM) plot --sweep last --x selfballoon_downhysteresis --y memory --db $(BUILD)/pictures.sqlite \
	  -o Docs/pictures/pgbench-hysteresis.svg

validate: build ## hold the simulator against all recordings and write the tables of Docs/validation.md
	BALLOONSIM=$(abspath $(PROGRAM)) Tests/validation.py --write

MANUAL := .build/plugins/GenerateManual/outputs/balloonsim
SHARE := $(DESTDIR)$(PREFIX)/share

# The plugin calls a page of a subcommand balloonsim.run.1; `man balloonsim run` looks for balloonsim-run.1.
install: build ## install program, manual and completions below PREFIX (default /usr/local)
	@$(SWIFT) package generate-manual --multi-page > $(BUILD)/manual.log || { cat $(BUILD)/manual.log >&2; exit 1; }
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/balloonsim
	install -d $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions \
	  $(SHARE)/fish/vendor_completions.d
	for page in $(MANUAL)/*.1; do \
	  name=$$(basename $$page .1 | tr . -); \
	  sed -E -e '/^\.(Xr|Dt) /s/([A-Za-z])\.([A-Za-z])/\1-\2/g' -e 's/^$$/.Pp/' $$page > $(SHARE)/man/man1/$$name.1; \
	done
	$(PROGRAM) --generate-completion-script bash > $(SHARE)/bash-completion/completions/balloonsim
	$(PROGRAM) --generate-completion-script zsh > $(SHARE)/zsh/site-functions/_balloonsim
	$(PROGRAM) --generate-completion-script fish > $(SHARE)/fish/vendor_completions.d/balloonsim.fish

test-install: build ## install below a temporary PREFIX, read the manual and complete words
	$(call install-packages,man-db bash-completion zsh fish)
	MAKE="$(MAKE)" Tests/install.sh

clean: ## remove what was built; recorded results stay
	rm -rf $(BUILD) .build-* Package.resolved

# Installs those of the packages $(1) that are missing, and says so.
define install-packages
	@missing=""; \
	for package in $(1); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "Installing Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then as_root=""; else as_root="sudo"; fi; \
	  $$as_root apt-get update -qq && \
	  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
endef

setup: ## install the Debian packages that are missing
	$(call install-packages,$(PACKAGES))
	@command -v $(SWIFT) >/dev/null || { echo "There is no '$(SWIFT)': install a Swift 6.2 toolchain or newer." >&2; exit 1; }

setup-browser: ## install Chromium and its driver if they are missing, for test-report
	$(call install-packages,$(BROWSER_PACKAGES))

setup-slurm: ## install Slurm and munge if they are missing, for test-slurm
	$(call install-packages,$(SLURM_PACKAGES))
