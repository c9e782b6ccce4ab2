# Two commands: `make demo` shows Regard, `make test` tests it. The rest is for who works on it.
.DEFAULT_GOAL := help
.PHONY: help demo test check install run worker messages seed codes manage shell requirements clean

# A Python that all packages are made for; else any that is new enough.
PYTHON := $(shell \
	for p in python3 python3.14 python3.13 python3.12 python3.11; do \
		$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && exit; \
	done; \
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo python3)
READY = @test -n "$(PYTHON)" || { echo "Regard needs Python 3.11 or newer: install it and run make again." >&2; exit 1; }
BOOTSTRAP = exec $(PYTHON) -m portal.demo.bootstrap
IN = .venv/bin/

help: ## what there is
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 24

demo: ## start Regard with sample data (PORT=8000, DATABASE_URL= your own PostgreSQL)
	$(READY)
	@$(BOOTSTRAP) demo

test: ## run every test (ARGS= for pytest)
	$(READY)
	@$(BOOTSTRAP) test
	@$(IN)python -m pytest -n 2 --dist=loadfile --no-loadscope-reorder $(ARGS)

check: install ## format, types, layers, templates, migrations, deployment
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .ci/check

install: ## make .venv with everything that work on Regard needs
	$(READY)
	@$(PYTHON) -m portal.demo.bootstrap install

run: install ## Django's own server on the demo's data, with reloading
	@$(IN)python -m portal.demo.manage runserver $(or $(PORT),8000)

worker: install ## the job worker on the demo's data
	@$(IN)python -m portal.demo.manage qcluster

seed: install ## load the sample data, unless it is there
	@$(IN)python -m portal.demo.manage migrate -v0
	@$(IN)python -m portal.demo.manage seed

shell: install ## a Python prompt on the demo's data
	@$(IN)python -m portal.demo.manage shell

manage: install ## any command on the demo's data: make manage DO="check --deploy"
	@$(IN)python -m portal.demo.manage $(DO)

codes: ## the second factors of the demo's staff, now
	$(READY)
	@$(PYTHON) -m portal.demo.codes

messages: install ## collect the strings to translate and compile the translations (needs gettext)
	@$(IN)python -m portal.demo.manage makemessages -l fr --no-wrap --no-obsolete --add-location file -i .venv -i .regard -i tests
	@$(IN)python .ci/typeset
	@$(IN)python -m portal.demo.manage compilemessages -l fr -l en -i .venv

requirements: install ## pin the packages anew, from pyproject.toml
	@.ci/pin

clean: ## forget the demo: its data, its mails, its secrets
	$(READY)
	@$(PYTHON) -m portal.demo.clean
