# Everything that is done with this project, by name. `make help` lists it.

SWIFT ?= swift
PYTHON := .venv/bin/python
SERVER := .build/release/martlet
# One file that needs no Swift where it runs; small functions are inlined across modules. The
# tests run with the exclusivity checks that a release leaves out.
RELEASE := -c release --static-swift-stdlib -Xswiftc -static-stdlib \
	-Xswiftc -cross-module-optimization -Xswiftc -enforce-exclusivity=unchecked
# The library under Python's extension: of the same objects, so that they are compiled once.
PYTHON_LIBRARY := $(RELEASE) --product MartletC \
	-Xlinker --version-script=$(CURDIR)/python/martlet.map -Xlinker -s
VECTOR_DRIVER := Benchmarks/vectors/driver
STORE_DRIVER := Benchmarks/stores/driver
PYTEST := MARTLET_BIN=$(SERVER) $(PYTHON) -m pytest --rootdir Conformance -c Conformance/pytest.ini
# What runs on disk only, or without a server of the suite's own.
LONG_TESTS := clients differential durability histories hostile examples serve
SERVICE_MODEL := Conformance/service_model
ARGS ?=
GLOSSES ?=

.DEFAULT_GOAL := help
.PHONY: help build serve test test-swift test-conformance crash crash-images hostile differential \
	simulate histories fuzz bench-transfers sanitize-threads wheel test-python \
	test-adapters crash-embedded bench-server bench-vectors bench-embedded bench-encrypted bench-stores examples \
	conformance-page format lint bootstrap bootstrap-test clean

help:  ## Lists the targets.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

bootstrap:
	@scripts/bootstrap build

bootstrap-test:
	@scripts/bootstrap build test differential

build: bootstrap  ## Builds the server into .build/release/martlet.
	$(SWIFT) build $(RELEASE) --product martlet

wheel:  ## Builds the Python package into python/dist.
	@scripts/bootstrap build wheel
	MARTLET_FOR_PYTHON=1 $(SWIFT) build $(PYTHON_LIBRARY)
	@scripts/wheel .build/release

serve: build  ## Builds and runs the server on http://localhost:8000; ARGS="--port 9000" passes options.
	$(SERVER) serve $(ARGS)

test: test-swift test-conformance test-python  ## Runs all tests.

test-swift: bootstrap-test  ## Runs the Swift tests alone.
	$(SWIFT) test

test-conformance: bootstrap-test build  ## Runs real clients against the server, on disk and in memory.
	$(PYTEST) --store rocksdb Conformance
	$(PYTEST) --store memory Conformance $(addprefix --ignore Conformance/,$(LONG_TESTS))

test-python: build wheel  ## Runs the Python package's tests, on the wheel as it is installed.
	@scripts/bootstrap test-python
	@scripts/test-wheel $(SERVER) $(ARGS)

test-adapters: wheel  ## Runs the tests of the adapters for LlamaIndex and LangChain; ARGS="-k words".
	@scripts/bootstrap test-adapters
	@scripts/test-adapters $(ARGS)

crash-embedded: build wheel  ## Kills a writing Python program 50 times and checks what it kept.
	@scripts/bootstrap test-python
	@scripts/test-wheel $(SERVER) --kills 50 -s -k durability

conformance-page: bootstrap-test build  ## Makes docs/conformance.md of the models and the tests.
	echo '{"operations": [], "members": []}' > $(SERVICE_MODEL)/seen.json
	$(PYTEST) --store memory --members $(SERVICE_MODEL)/seen.json Conformance \
		$(addprefix --ignore Conformance/,$(LONG_TESTS) test_service_model.py)
	cd Conformance && ../$(PYTHON) -m service_model.page

crash: bootstrap-test build  ## Kills a loaded server 60 times and checks what it kept.
	$(PYTEST) --store rocksdb --kills 60 -s Conformance/durability

crash-images: bootstrap-test build  ## Opens and checks what a kill or a power cut leaves after each file operation of 2,000 writes.
	$(PYTEST) --store rocksdb --images 0 -s Conformance/durability/test_crash_images.py

differential: bootstrap-test build  ## Compares 20,000 random requests with moto and ministack.
	$(PYTEST) --differential 20000 -s Conformance/differential

bench-transfers: bootstrap-test build  ## Exports, deletes, imports and compares 1,000,000 items.
	$(PYTHON) Benchmarks/transfers/bench.py --server $(SERVER) $(ARGS)

hostile: bootstrap-test build  ## Sends 100,000 mutated requests.
	$(PYTEST) --store rocksdb --mutations 100000 -s Conformance/hostile/test_mutated_requests.py

histories: bootstrap-test build  ## Runs 32 clients with restarts; checks 100,000 operations for one order.
	$(PYTEST) --store rocksdb --operations 100000 --kills 20 -s Conformance/histories

simulate: bootstrap  ## Runs a million steps on a simulated disk, over 1,000 seeds with crashes.
	$(SWIFT) build -c release --product martlet-simulate
	.build/release/martlet-simulate --seeds 1000 --steps 1000 $(ARGS)

fuzz: bootstrap  ## Runs libFuzzer on each parser for a minute; ARGS="--seconds 600 json csv".
	$(SWIFT) build --package-path Fuzzers -c release --product martlet-fuzz
	Fuzzers/run $(ARGS)

bench-server: bootstrap-test build  ## Compares the server with redis, nginx and moto.
	@scripts/bootstrap bench
	$(PYTHON) Benchmarks/server/bench.py --server $(SERVER) $(ARGS)

bench-vectors: build  ## Compares the vector index with others; GLOSSES=FILE: embeddings.
	@scripts/bootstrap bench-vectors
	$(SWIFT) build --package-path $(VECTOR_DRIVER) -c release \
		-Xswiftc -cross-module-optimization -Xswiftc -enforce-exclusivity=unchecked
	.venv-bench-vectors/bin/python Benchmarks/vectors/bench.py --server $(SERVER) \
		--driver $(VECTOR_DRIVER)/.build/release/VectorDriver \
		$(if $(GLOSSES),--glosses $(GLOSSES)) $(ARGS)

examples: wheel  ## Runs the Python package's examples with sentence embeddings, and their tests.
	@scripts/bootstrap examples
	.venv-examples/bin/python -m pip install -q --disable-pip-version-check --no-deps \
		--force-reinstall python/dist/*.whl
	.venv-examples/bin/python -m pytest -q -p no:cacheprovider examples/embeddings
	.venv-examples/bin/python examples/embeddings/semantic_search.py
	.venv-examples/bin/python examples/embeddings/deduplicate.py
	.venv-examples/bin/python examples/embeddings/answer_questions.py
	.venv-examples/bin/python examples/embeddings/retrieve_with_langchain.py

bench-embedded: wheel  ## Compares the Python package with other embedded databases; GLOSSES=FILE.
	@scripts/bootstrap bench-embedded
	.venv-bench-embedded/bin/python -m pip install -q --disable-pip-version-check --no-deps \
		--force-reinstall python/dist/*.whl
	.venv-bench-embedded/bin/python Benchmarks/embedded/bench.py \
		$(if $(GLOSSES),--glosses $(GLOSSES)) $(ARGS)

bench-encrypted: wheel  ## Compares encrypted indexes with CyborgDB's and with our plain ones; GLOSSES=FILE.
	@scripts/bootstrap bench-encrypted
	.venv-bench-encrypted/bin/python -m pip install -q --disable-pip-version-check --no-deps \
		--force-reinstall python/dist/*.whl
	.venv-bench-encrypted/bin/python Benchmarks/encrypted/bench.py \
		$(if $(GLOSSES),--glosses $(GLOSSES)) $(ARGS)

bench-stores: build  ## Compares LlamaIndex's DynamoDB vector store with ours; ARGS="--counts 1000".
	@scripts/bootstrap bench-stores
	$(SWIFT) build --package-path $(STORE_DRIVER) -c release
	.venv-bench-stores/bin/python Benchmarks/stores/bench.py --server $(SERVER) \
		--driver $(STORE_DRIVER)/.build/release/StoreDriver $(ARGS)

sanitize-threads: bootstrap  ## Runs tests of threads under the thread sanitizer: the index, and the engine around it.
	TSAN_OPTIONS="suppressions=$(CURDIR)/scripts/thread-sanitizer.supp" \
		$(SWIFT) test --sanitize=thread --scratch-path .build/threads \
		--filter 'MartletVectorsTests|MartletEngineTests.*(Vector|Concurren)'

format:  ## Formats the Swift sources.
	$(SWIFT) format format --in-place --parallel --recursive Package.swift Sources Tests \
		Fuzzers/Package.swift Fuzzers/Runner

lint:  ## Checks the form of the Swift sources.
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests \
		Fuzzers/Package.swift Fuzzers/Runner

clean:  ## Removes what was built.
	rm -rf .build .venv .venv-bench .venv-differential .venv-bench-vectors .venv-bench-embedded .venv-bench-stores \
		.venv-wheel .venv-examples .venv-python .venv-adapters \
		python/dist python/build python/martlet.egg-info $(VECTOR_DRIVER)/.build \
		$(STORE_DRIVER)/.build Fuzzers/.build
