# Everything this project can be told to do. `make` alone lists it.
#
# Set-up steps leave a stamp, a file newer than what the step read; a step whose stamp is newer is left out, so a
# second `make run` starts in seconds. Prerequisites are made from left to right: packages, then what needs them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help run test check audit bench prove messages pictures setup setup-test collected lock clean port-free

# Else each worker of the tests works out anew what Python and pytest have made of every file: a minute of a suite.
unexport PYTHONDONTWRITEBYTECODE

# Where the demonstration is served. `make run PORT=8001` for another.
PORT ?= 8000
export PORT
# More for pytest: `make test ARGS="-k policy"`.
ARGS ?=

PYTHON := .venv/bin/python
MANAGE := $(PYTHON) manage.py
STAMPS := build/stamps
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

## ---- What people type

# Lists the targets: every line below with two hashes after the colon.
help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Everything from nothing to a served demonstration. Keeps the data of earlier runs (var/). By the name localhost, not
# 127.0.0.1: browsers let security keys answer only there or over https.
run: port-free setup collected ## set up what is missing, then serve the demonstration on http://localhost:8000
	@mkdir -p var
	@$(MANAGE) prepare
	@$(MANAGE) voice
	@$(MANAGE) demo
	@$(MANAGE) count_weeks --verbosity 0
	@$(MANAGE) checkpoint --verbosity 0
	@exec .venv/bin/gunicorn config.wsgi --bind 127.0.0.1:$(PORT) --workers 2 --no-control-socket

# The whole suite, on SQLite and on PostgreSQL, after the checks that need no database.
test: setup-test collected check ## every test, on SQLite and on PostgreSQL (ARGS="-k policy": some of them)
	@$(PYTHON) .ci/both-databases $(ARGS)

# What can be known without running a test.
check: setup-test ## lint, format, templates, types, migrations, settings
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djlint templates --check --lint
	.venv/bin/mypy
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive --severity-level medium config consent registration manage.py
	@mkdir -p var
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) check

# Against the advisories of the package indexes. Fails where it could look nothing up.
audit: setup-test ## known holes in what is installed (needs the network)
	@.ci/audit

# Ratios, so that they carry over to another machine: docs/benchmarks.md.
bench: setup-test collected ## measure time, queries, bytes and PDFs
	@$(PYTHON) -m tests.bench

# Tampers, kills, 16 writers, a million people: some hours in all, on databases of its own, never in CI.
prove: setup-test collected ## the long campaigns on the record (ARGS="kills": one of them)
	@$(PYTHON) -m tests.prove $(ARGS)

# Strings of buttons and staff screens, into the catalogues; translate what is new there.
messages: setup ## bring the catalogues up to date
	@$(PYTHON) -m config.catalogues

# The pictures in README and docs are made, never drawn.
pictures: setup-test collected ## take the pictures of every screen
	@$(PYTHON) -m tests.pictures

# What `run` needs, without running.
setup: $(STAMPS)/system-run .venv/installed-run node_modules/.package-lock.json $(STAMPS)/assets $(CATALOGUES) ## install what running needs

# The same with the test tools (requirements-test.txt holds all of requirements.txt).
setup-test: $(STAMPS)/system-test .venv/installed-test node_modules/.package-lock.json $(STAMPS)/assets $(CATALOGUES) ## install what testing needs

# Pins stay as they are unless pyproject.toml or package.json asks for something else.
PIP_COMPILE = build/lock/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock: $(STAMPS)/system-run .venv/made ## write the lock files again from pyproject.toml and package.json
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet "$$(grep -o 'pip-tools==[0-9.]*' pyproject.toml)"
	$(PIP_COMPILE) --allow-unsafe --output-file requirements.txt pyproject.toml
	$(PIP_COMPILE) --extra test --output-file requirements-test.txt pyproject.toml
	npm install --package-lock-only
	# Names, versions and hashes are wanted; the sponsors' addresses that npm copies are not.
	$(PYTHON) -c 'import json; d = json.load(open("package-lock.json")); [p.pop("funding", 0) for p in d["packages"].values()]; open("package-lock.json", "w").write(json.dumps(d, indent=2) + "\n")'
	rm -rf build/lock

# Only what make made. System packages stay, and so does var/, where the demonstration keeps its data.
clean: ## remove what make made, but not var/ (the data)
	rm -rf .venv node_modules build .pytest_cache .hypothesis .mypy_cache .ruff_cache
	rm -f $(CATALOGUES)

## ---- The steps behind them

# Before anything else is done: is somebody already there?
port-free:
	@if (exec 3<>/dev/tcp/127.0.0.1/$(PORT)) 2>/dev/null; then \
		echo "Port $(PORT) is taken: stop what runs there, or choose another with: make run PORT=8001" >&2; exit 1; \
	fi

# Debian packages that are missing; nothing is asked of the network when none is.
$(STAMPS)/system-%: .ci/system-packages
	@.ci/system-packages $*
	@mkdir -p $(@D) && touch $@

# The virtual environment, from a Python 3.11.
.venv/made:
	@for python in python3.11 python3; do \
		if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
			&& $$python -c 'import venv, ensurepip' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "This project needs Python 3.11 with venv, and neither python3.11 nor python3 is one." >&2; exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)"; \
	$$found -m venv .venv
	@touch $@

# Python packages, each pinned with its hashes.
.venv/installed-run: requirements.txt | .venv/made
	@echo "Installing Python packages"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# The same with the test tools.
.venv/installed-test: requirements-test.txt | .venv/made
	@echo "Installing Python packages, with the test tools"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Front-end parts, exactly as locked. npm writes the stamp itself.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@echo "Installing front-end packages"
	@npm ci --no-progress --loglevel=error
	@touch $@

# Style sheets, script, icons and fonts made fit to serve from here: build/assets.
$(STAMPS)/assets: node_modules/.package-lock.json config/assets.py
	@$(PYTHON) -m config.assets
	@mkdir -p $(@D) && touch $@

# Catalogues of the screens' words. --use-fuzzy: a fuzzy header would otherwise leave out the whole catalogue.
$(CATALOGUES): locale/%/LC_MESSAGES/django.mo: locale/%/LC_MESSAGES/django.po
	@.venv/bin/pybabel --quiet compile -D django -d locale -l $* --use-fuzzy

# Static files as they are served, hashed and compressed: build/collected.
collected: $(STAMPS)/collected
$(STAMPS)/collected: $(STAMPS)/assets requirements.txt $(wildcard config/settings.py) $(shell find static 2>/dev/null)
	@$(MANAGE) collectstatic --noinput
	@mkdir -p $(@D) && touch $@
