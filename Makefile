# `make` builds .venv, reproduces the pipeline and says where the report is. `make help` lists the rest.

PYTHON ?= python3
BASE ?= origin/main
PIPELINE ?= study/fashion-mnist study
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# A person's settings that no virtual environment works with.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV PYTHONHOME PYTHONPATH VIRTUAL_ENV UV_SYSTEM_PYTHON

# The environment is as new as the list it was made from: compared by content, not by date. In a folder that was moved
# it is made again, since its programs begin with its old place.
is_stale = $(shell cmp -s $(1) .venv/$(1) && [ "$$(cat .venv/place 2>/dev/null)" = "$(CURDIR)" ] || echo stale)
UV_INSTALL = uv pip install --quiet --compile-bytecode --require-hashes --python .venv/bin/python

.PHONY: all study test long check web format bench faults metrics experiments verify review site requirements slow clean help stale

all: .venv/requirements.txt $(if $(JOBS),.venv/requirements-study.txt) ## Set up, reproduce what changed, say where the report is (the default); JOBS=4: four stages at once
	@git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "make: DVC needs a git repository here: git clone the project, or git init this folder"; exit 1; }
	@python -m tools.heal
	@$(if $(JOBS),python -m tools.parallel . --workers $(JOBS),dvc repro)
	@echo "The report: reports/README.md; a page to draw on: reports/explorer.html"

test: .venv/requirements-test.txt check ## Set up with the test tools; lint, types, doctests and the suite
	@pytest -n 2 --dist loadgroup

long: .venv/requirements-test.txt check ## The suite, and whole pipelines in many variants, as .ci/run does
	@pytest -n 2 --dist loadgroup -m "not slow"

check: .venv/requirements-test.txt web ## Check lint, format, types and words; change nothing
	@ruff check .
	@ruff format --check .
	@mypy
	@python -m tools.words

web: ## Lint and check types of the page's JavaScript, where Node is there
	@if command -v npx >/dev/null; then $(BIOME) lint $(WEB) && $(TSC) --project $(WEB)/jsconfig.json; \
	else echo "make: Node is not here, so the page's JavaScript is not checked"; fi

# One version each, so that a commit is checked as CI checks it; npx keeps them in its own cache.
WEB = looking_for/explorer/web
BIOME = npx --yes @biomejs/biome@2.6.8
TSC = npx --yes --package typescript@5.9.3 tsc

format: .venv/requirements-test.txt ## Put the code into shape
	@ruff check --fix .
	@ruff format .
	@python -m tools.accepted

slow: .venv/requirements-test.txt ## The tests on real MNIST, which need data/ and a trained pipeline
	@pytest -m slow

faults: .venv/requirements-test.txt ## Kill, starve, damage and mislead small pipelines hundreds of times; say what is lost (build/faults.json)
	@python -m tests.faults

bench: .venv/requirements-test.txt ## Time this project against what people would use instead (build/bench.json)
	@python -m tools.bench

metrics: .venv/requirements.txt ## The numbers of every network, one row each, in 120 columns
	@cd reports/metrics && dvc metrics show | tr -s ' ' | column -t

experiments: .venv/requirements.txt ## Every experiment in 120 columns: what it changed and what that did
	@python -m tools.experiments

verify: .venv/requirements.txt ## Check the hash of every file that DVC keeps; say what is damaged and how to restore it
	@python -m tools.verify

review: .venv/requirements.txt ## What changed since BASE=<rev>, for a pull request (build/review/)
	@python -m tools.review $(BASE)

site: .venv/requirements-site.txt ## The reports, the docs and the explorer as one static site (build/site/index.html)
	@python -m tools.site

study: .venv/requirements-study.txt ## Both studies on all cores (PIPELINE=… for one), or on SCHEDULER=tcp://…
	@for pipeline in $(PIPELINE); do python -m tools.heal $$pipeline && python -m tools.parallel $$pipeline $(if $(SCHEDULER),--scheduler $(SCHEDULER)) $(if $(WORKERS),--workers $(WORKERS)) $(if $(REMOTE),--remote) || exit 1; done

requirements: .venv/requirements.txt ## Compile requirements*.txt from pyproject.toml
	@uv pip compile pyproject.toml --group pipeline $(COMPILE) -o requirements.txt
	@uv pip compile pyproject.toml --group pipeline --group test -c requirements.txt $(COMPILE) -o requirements-test.txt
	@uv pip compile pyproject.toml --group pipeline --group study -c requirements.txt $(COMPILE) -o requirements-study.txt
	@uv pip compile pyproject.toml --group pipeline --group site -c requirements.txt $(COMPILE) -o requirements-site.txt
	@echo uv | uv pip compile - $(COMPILE) -o requirements-uv.txt

# One version of each package for every Python: other versions of numpy round a few last digits otherwise.
COMPILE = --universal --fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --quiet

clean: ## Remove the environment and build/; data and DVC's cache stay
	rm -rf .venv build

help: ## This list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# For .dvc/plots/page.html.
VEGA = import vl_convert; open(".venv/vega.js", "w").write(vl_convert.javascript_bundle(vl_version="5.21"))
# What Python compiles is kept in .venv: in the folders of code, which the study's stages depend on from outside its
# project, where no .dvcignore counts, it would make them look changed.
BYTECODE = import site; open(site.getsitepackages()[0] + "/bytecode.pth", "w").write("import sys; sys.pycache_prefix = sys.prefix + \"/bytecode\"")

.venv/requirements.txt: $(call is_stale,requirements.txt)
	@echo "Building .venv …"
	@$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v < (3, 14) or sys.exit(f"make: Python 3.11, 3.12 or 3.13 is needed, and {sys.executable} is {v.major}.{v.minor}: make PYTHON=python3.12")'
	@$(PYTHON) -m venv --clear .venv
	@.venv/bin/python -c '$(BYTECODE)'
	@find looking_for stages tools tests -name __pycache__ -prune -exec rm -rf {} +
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@$(UV_INSTALL) -r requirements.txt
	@.venv/bin/python -c '$(VEGA)'
	@uv pip install --quiet --python .venv/bin/python --no-deps --editable .
	@cp requirements.txt $@
	@printf '%s' "$(CURDIR)" > .venv/place

.venv/requirements-test.txt: .venv/requirements.txt $(call is_stale,requirements-test.txt)
	@echo "Adding the test tools …"
	@$(UV_INSTALL) -r requirements-test.txt
	@cp requirements-test.txt $@

.venv/requirements-study.txt: .venv/requirements.txt $(call is_stale,requirements-study.txt)
	@echo "Adding dask …"
	@$(UV_INSTALL) -r requirements-study.txt
	@cp requirements-study.txt $@

.venv/requirements-site.txt: .venv/requirements.txt $(call is_stale,requirements-site.txt)
	@echo "Adding MkDocs …"
	@$(UV_INSTALL) -r requirements-site.txt
	@cp requirements-site.txt $@

stale:
