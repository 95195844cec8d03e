# Thin: every target is a line or two that can as well be typed.
.PHONY: run serve test test-threads test-browser lint results runs bench bench-operations docs check-links setup

# Trains on the package's own digits and writes Runs/masked-images, which git ignores.
run: setup
	swift run -c release masked-images

# A local page in which to draw, mask and complete pictures; PHOTOS= names a folder of photos to recall.
serve: setup
	swift run -c release energy-transformer serve $(if $(PHOTOS),--photos $(PHOTOS))

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
	$(if $(ENERGY_TRANSFORMER),,swift build -c release --product energy-transformer)
	/usr/bin/python3 Tests/Browser $(TESTS)

lint:
	swift format lint --strict --parallel --recursive Package.swift Sources Experiments Benchmarks Documentation Tests
	Scripts/check-imports.sh
	Scripts/check-files.sh

# Figures, tables and web pages under Results from the records of the runs; one of them with ONLY=folder.
results: setup
	swift run -c release results-tables $(if $(ONLY),--only $(ONLY))

# Everything under Results, from the beginning; with CIFAR10=path/to/cifar10-images.tar also that page, which takes
# an hour and a half.
runs: setup
	$(call published,masked-images) --compare
	$(call published,masked-images,-validation) --validation-images 500
	$(if $(CIFAR10),$(call published,masked-images,-cifar10) --data $(CIFAR10) $(CIFAR10_OPTIONS))
	$(call published,hierarchical-memory) --block Results/masked-images/run.json
	$(call published,implicit-gradients)
	$(call published,energy-landscape) --model $(DIGITS_MODEL)
	$(call published,generation) --model $(DIGITS_MODEL)
	$(call published,descent-methods) --model $(DIGITS_MODEL)
	$(if $(CIFAR10),$(call published,descent-methods,-cifar10) --data $(CIFAR10) $(CIFAR10_DESCENTS))
	$(call published,graph-nodes,-communities)
	$(if $(NODES),for set in $(NODE_SETS); do \
		$(call published,graph-nodes,-$$set) --data $(NODES)/$$set.safetensors || exit 1; done)
	$(call published,graph-classification,-generated)
	$(if $(TU),for set in $(TU_SETS); do \
		$(call published,graph-classification,-$$(echo $$set | tr A-Z a-z)) --data $(TU)/$$set || exit 1; done)
	$(call published,memory-retrieval) $(if $(PHOTOS),--photos $(PHOTOS)) $(WITHOUT_PEERS)
	$(call published,multiple-instance)
	$(if $(TEXT),$(call published,language,-shakespeare) --data $(TEXT))
	$(call published,language,-listops) --task listops $(LISTOPS_OPTIONS)
	$(call published,language,-brackets) --task brackets $(BRACKETS_OPTIONS)
	$(if $(MODEL),$(call published,attention-regimes) --model $(MODEL) --pairs $(PAIRS) $(WITHOUT_PEERS))
	swift run -c release results-tables

# A program, and what its folder is called behind its name: the same with the published folder as its output.
published = swift run -c release $(1) --output Results/$(1)$(2) --overwrite

# What other programs read is the published model too.
DIGITS_MODEL = Results/masked-images/model.safetensors
WITHOUT_PEERS = $(if $(wildcard .build/peers/bin/python),,--no-peers)

# Graphs with anomalous nodes, files in the folder that NODES= names.
NODE_SETS = reddit books disney inj_cora

# Sets of the TU Dortmund collection, folders in the one that TU= names.
TU_SETS = MUTAG ENZYMES PROTEINS IMDB-BINARY NCI1

# TEXT= names Tiny Shakespeare, or another text, for language; calculations are learned by a model of a size that NRGPT reports.
LISTOPS_OPTIONS = --context 128 --batch 64 --dimension 64 --heads 1 --key-size 64 --memories 256 --blocks 1 --steps 5 \
	--minutes 15
BRACKETS_OPTIONS = --context 128 --dimension 64 --heads 4 --key-size 16 --memories 256 --minutes 5

# MODEL= names the folder of a published encoder for attention-regimes, PAIRS= another file of sentence pairs with scores.
PAIRS = Experiments/AttentionRegimes/pairs.tsv

# PHOTOS= names a folder of photos for memory-retrieval, which is compared with faiss where Benchmarks/Peers/setup.sh
# installed it.
CIFAR10_OPTIONS = --dimension 128 --key-size 32 --memories 512 --weight-deviation 0.02 --epochs 3 \
	--test-images 2000 --compare

CIFAR10_DESCENTS = --model Results/masked-images-cifar10/model.safetensors --test-images 500

# The library beside JAX and PyTorch into Results/performance*, with BENCH_OPTIONS=--quick into Runs, on a machine that does nothing else.
bench: setup bench-operations
	Benchmarks/Peers/setup.sh
	swift build -c release --product masked-images
	if command -v perf > /dev/null; then Benchmarks/profile.sh; fi
	$(call measured,layered,-layered) $(BENCH_QUICK)
	$(call measured,compare,) $(BENCH_OPTIONS)
	$(call measured,compare,-masked-images) $(BENCH_OPTIONS) --configurations none --epochs 3 6 12 24
	$(call measured,compare,-curves) $(BENCH_OPTIONS) --configurations none --curves tokens batch dimension steps
	$(call measured,graphs,-graphs) $(BENCH_QUICK) $(if $(NODES),--data $(NODES)/reddit.safetensors)
	$(call measured,long-run,-long-run) $(BENCH_QUICK)

# Figures of a quick run mean nothing and are not published.
BENCH_QUICK = $(filter --quick,$(BENCH_OPTIONS))
measured = swift run -c release performance $(1) --output $(if $(BENCH_QUICK),Runs,Results)/performance$(2) --overwrite

# Single operations into Results/performance/operations.md, with a package that the manifest adds only here.
bench-operations: setup
	Benchmarks/Operations/run.sh

# Articles, modules and results as pages that open from disk, at .build/docs/index.html.
docs: setup
	Scripts/docs.sh

# Every relative link of the repository's pages, and of the documentation where it was built.
check-links: setup
	Scripts/check-links.sh

setup:
	@Scripts/setup.sh
