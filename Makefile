# Each target works on a machine that has only Python >= 3.11, make and git: it sets up .venv by itself, once.
# PYTHON=python3.13 make ... chooses the interpreter.

BIN := .venv/bin
INSTALLED := .venv/.installed

# Material announces its end of life at each build; the pins of pyproject.toml are the answer.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup serve site test coverage check bench testbed clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

setup: $(INSTALLED) ## create .venv and install what development needs

$(INSTALLED): pyproject.toml constraints.txt src/knapper/mkdocs/libraries.py tools/libraries.py
	@bash tools/setup.sh
	@touch $@

serve: $(INSTALLED) ## show the site on this machine, and follow every edit
	$(BIN)/mkdocs serve

site: $(INSTALLED) ## build the site into site/; any diagnostic fails
	$(BIN)/mkdocs build --strict --quiet

test: check site testbed ## everything that must hold: check, the strict site, all tests, coverage
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --site=site
	@$(MAKE) --no-print-directory coverage

coverage: $(INSTALLED) ## run tests on mutants of the code that notes show, and judge the concept notes
	$(BIN)/knapper run
	$(BIN)/knapper coverage tests/deeplearning
	$(BIN)/knapper check notes --coverage

check: $(INSTALLED) ## lint, format, types, import direction, and the vault
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/knapper check notes

bench: $(INSTALLED) ## measure the speed, as ratios against named peers
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/execute.py

testbed: $(INSTALLED) ## fetch what the tests need: a Chromium, the libraries of sites, the CommonMark examples
	@$(BIN)/python -m tools.testbed

clean: ## remove what was built and cached; .venv stays
	rm -rf site .cache .knapper .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
