# Thin: every target is a line or two that can as well be typed.
.PHONY: run test test-threads test-browser lint results bench bench-operations docs setup

# Trains on the package's own digits and writes Results/masked-images.
run: setup
	swift run -c release masked-images

# `swift test` alone would build everything a second time, with other flags than `swift build`.
test: setup
	swift build -c release --build-tests
	swift test -c release --skip-build --disable-xctest

# The tests of what runs on several threads, under the thread sanitizer, in a build of its own.
test-threads: setup
	swift test --sanitize=thread --scratch-path .build/threads --disable-xctest --filter \
		'Tensors|Datasets|Training|Dynamics|Foundations'

# Result pages and `serve` in a headless Chromium; ENERGY_TRANSFORMER names another program than the one built here.
test-browser: setup
	Scripts/setup.sh browser
	$(if $(wildcard .build/release/energy-transformer)$(ENERGY_TRANSFORMER),,swift build -c release --product energy-transformer)
	/usr/bin/python3 Tests/Browser $(TESTS)

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Experiments Benchmarks Tests
	Scripts/check-imports.sh
	Scripts/check-files.sh

# Everything under Results, from the beginning; with CIFAR10=path/to/cifar10-images.tar also that page, which takes
# an hour and a half.
results: setup
	swift run -c release masked-images --compare
	swift run -c release masked-images --validation 500 --output Results/masked-images-validation
	$(if $(CIFAR10),swift run -c release masked-images --data $(CIFAR10) $(CIFAR10_OPTIONS))
	swift run -c release hierarchical-memory
	swift run -c release implicit-gradients
	swift run -c release energy-landscape
	swift run -c release generation
	swift run -c release descent-methods
	$(if $(CIFAR10),swift run -c release descent-methods --data $(CIFAR10) $(CIFAR10_DESCENTS))
	swift run -c release graph-nodes
	$(if $(NODES),for set in $(NODE_SETS); do swift run -c release graph-nodes --data $(NODES)/$$set.safetensors || exit 1; done)
	swift run -c release graph-classification
	$(if $(TU),for set in $(TU_SETS); do swift run -c release graph-classification --data $(TU)/$$set || exit 1; done)
	swift run -c release memory-retrieval $(if $(PHOTOS),--photos $(PHOTOS)) $(if $(wildcard .build/peers/bin/python),,--no-peers)
	swift run -c release multiple-instance
	$(if $(MODEL),swift run -c release attention-regimes --model $(MODEL) --pairs $(PAIRS) $(if \
		$(wildcard .build/peers/bin/python),,--no-peers))
	swift run -c release results-tables

# Graphs with anomalous nodes, files in the folder that NODES= names.
NODE_SETS = reddit books disney inj_cora

# Sets of the TU Dortmund collection, folders in the one that TU= names.
TU_SETS = MUTAG ENZYMES PROTEINS IMDB-BINARY NCI1

# MODEL= names the folder of a published encoder for attention-regimes, PAIRS= another file of sentence pairs with scores.
PAIRS = Experiments/AttentionRegimes/pairs.tsv

# PHOTOS= names a folder of photos for memory-retrieval, which is compared with faiss where Benchmarks/Peers/setup.sh
# installed it.
CIFAR10_OPTIONS = --dimension 128 --key-size 32 --memories 512 --weight-deviation 0.02 --epochs 3 \
	--test-images 2000 --compare --output Results/masked-images-cifar10

CIFAR10_DESCENTS = --checkpoint Results/masked-images-cifar10/model.safetensors --test-images 500 \
	--output Results/descent-methods-cifar10
# The library beside JAX and PyTorch into Results/performance*, on a machine that does nothing else.
bench: setup bench-operations
	Benchmarks/Peers/setup.sh
	swift build -c release --product masked-images
	if command -v perf > /dev/null; then Benchmarks/profile.sh; fi
	swift run -c release performance layered
	swift run -c release performance $(BENCH_OPTIONS)
	swift run -c release performance $(BENCH_OPTIONS) --configurations none --epochs 3 6 12 24 --output Results/performance-masked-images
	swift run -c release performance $(BENCH_OPTIONS) --configurations none --curves tokens batch dimension steps \
		--output Results/performance-curves
	swift run -c release performance graphs $(if $(NODES),--data $(NODES)/reddit.safetensors)
	swift run -c release performance long-run

# Single operations into Results/performance/operations.md, with a package that the manifest adds only here.
bench-operations: setup
	Benchmarks/Operations/run.sh

# Reference pages of the public declarations, into .build/docs.
docs: setup
	Scripts/docs.sh

setup:
	@Scripts/setup.sh
