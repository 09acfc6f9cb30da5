# make help lists the targets. Everything made lies in .venv, node_modules and var.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
PY := $(VENV)/bin/python
PO := metroplan/locale/zh_Hans/LC_MESSAGES/django.po
MO := $(PO:.po=.mo)

export METROPLAN_DEV ?= True
export PORT ?= 8000
export HOST ?= 127.0.0.1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# A stamp carries the checksum of the lock file it was made from: another lock, another stamp.
sum = $(shell cksum $(1) | cut -d' ' -f1)
BASE := $(VENV)/.base-$(call sum,requirements/base.txt)
BENCH := $(VENV)/.bench-$(call sum,requirements/bench.txt)
TEST := $(VENV)/.test-$(call sum,requirements/test.txt)
FRONT := node_modules/.installed-$(call sum,package-lock.json)

.PHONY: help setup run test fuzz nightly bench lint format messages lock clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: $(BASE) $(FRONT) $(MO) ## virtual environment, front-end files, translations

run: setup ## start everything at http://HOST:PORT (127.0.0.1:8000); Ctrl-C stops it
	@exec $(PY) -m metroplan.serve

test: setup $(TEST) ## the whole suite; ARGS="-k name" for a part
	@$(PY) -m pytest $(ARGS)

nightly: setup $(TEST) ## the engine on ten times as many countries, fifty kills of an import
	@HYPOTHESIS_PROFILE=nightly METROPLAN_KILLS=50 $(PY) -m pytest tests/indicators/test_engine_*.py \
		tests/submissions/test_bulk_killed.py $(ARGS)

fuzz: setup $(TEST) ## broken files by the thousand; SECONDS (300), SEED (random), CASES
	@FUZZ_SECONDS=$(or $(SECONDS),300) FUZZ_SEED=$(or $(SEED),$(shell date +%s)) FUZZ_CASES=$(CASES) \
		$(PY) -m pytest -s tests/fuzz $(ARGS)

bench: setup $(BENCH) ## engine, imports and lists against their floors; SCALE=small, province or national
	@$(PY) -m bench.engine $(or $(SCALE),province)
	@$(PY) -m bench.imports
	@$(PY) -m bench.lists

lint: setup $(TEST) ## style, migrations, templates, translations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(PY) manage.py makemigrations --check --dry-run
	$(VENV)/bin/djlint --lint --quiet templates
	$(PY) -m metroplan.messages check

format: $(TEST) ## put code into the project's format
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

messages: setup ## collect new sentences into the translation file, then compile it
	$(PY) -m metroplan.messages update
	$(PY) -m metroplan.messages compile

lock: ## compile requirements/*.txt and package-lock.json anew
	scripts/lock

clean: ## stop the embedded services, delete data, environment and front-end files
	@if [ -x $(PY) ]; then $(PY) -m metroplan.embedded stop; fi
	rm -rf var $(VENV) node_modules $(MO)

$(PY):
	@scripts/make-venv $(VENV)

$(BASE): $(PY)
	@scripts/install $(VENV) requirements/base.txt $@

$(TEST): $(PY) $(BASE)
	@scripts/install $(VENV) requirements/test.txt $@

$(BENCH): $(PY) $(BASE)
	@scripts/install $(VENV) requirements/bench.txt $@

$(FRONT): $(PY)
	@scripts/install-front $(VENV) $@

$(MO): $(PO) $(BASE)
	@$(PY) -m metroplan.messages compile
