"""A published encoder of the BERT family in PyTorch: one JSON object a line, one answer a line.

    bert_encoder.py FOLDER [--threads N]

FOLDER holds config.json, model.safetensors and vocab.txt. The model and the tokenizer are those of Hugging Face's
transformers; times are those of the fastest of them and a plain implementation, at the best of some batch sizes.
Commands: `tokenize` (the ids of a text file without begin and end), `sentences` (ids and vectors of a JSON list of
texts), `time` (one pass over the array "ids" [sequences, tokens] of a safetensors file, its seconds).
"""

import argparse
import json
import os
import sys
import time

import arrays
from serving import serve

BATCH_SIZES = (4, 8, 16, 32)
PARTS = ("query", "key", "value")


class PlainEncoder:
    """The forward pass in operations of torch, with its fused attention."""

    def __init__(self, weights, config):
        import torch

        self.weights, self.heads, self.epsilon = weights, config.num_attention_heads, config.layer_norm_eps
        self.layers = range(config.num_hidden_layers)
        self.projections = [
            tuple(
                torch.cat([weights[f"encoder.layer.{layer}.attention.self.{part}.{kind}"] for part in PARTS])
                for kind in ("weight", "bias")
            )
            for layer in self.layers
        ]

    def linear(self, x, name):
        from torch.nn import functional

        return functional.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def norm(self, x, name):
        from torch.nn import functional

        weight, bias = self.weights[name + ".weight"], self.weights[name + ".bias"]
        return functional.layer_norm(x, weight.shape, weight, bias, self.epsilon)

    def __call__(self, ids):
        from torch.nn import functional

        batch, count = ids.shape
        x = functional.embedding(ids, self.weights["embeddings.word_embeddings.weight"])
        x = x + self.weights["embeddings.position_embeddings.weight"][:count]
        x = self.norm(x + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in self.layers:
            name = f"encoder.layer.{layer}."
            parts = functional.linear(x, *self.projections[layer]).view(batch, count, 3, self.heads, -1)
            query, key, value = parts.permute(2, 0, 3, 1, 4)
            answer = functional.scaled_dot_product_attention(query, key, value)
            answer = answer.transpose(1, 2).reshape(batch, count, -1)
            x = x + self.linear(answer, name + "attention.output.dense")
            x = self.norm(x, name + "attention.output.LayerNorm")
            hidden = functional.gelu(self.linear(x, name + "intermediate.dense"))
            x = self.norm(x + self.linear(hidden, name + "output.dense"), name + "output.LayerNorm")
        return x


class Encoder:
    def __init__(self, options):
        import torch
        import transformers

        torch.set_num_threads(options.threads)
        transformers.logging.set_verbosity_error()
        self.torch = torch
        self.tokenizer = transformers.BertTokenizer.from_pretrained(options.folder)
        # tokenizer.json may bring truncation and padding of its own.
        self.tokenizer.backend_tokenizer.no_truncation()
        self.tokenizer.backend_tokenizer.no_padding()
        self.model = transformers.BertModel.from_pretrained(
            options.folder, dtype=torch.float32, attn_implementation="sdpa"
        ).eval()
        self.limit, self.lowers = self.model.config.max_position_embeddings, False
        rules = os.path.join(options.folder, "sentence_bert_config.json")
        if os.path.exists(rules):
            with open(rules, encoding="utf-8-sig") as file:
                rules = json.load(file)
            self.limit = min(self.limit, rules.get("max_seq_length") or self.limit)
            self.lowers = bool(rules.get("do_lower_case"))
        plain = PlainEncoder(dict(self.model.state_dict()), self.model.config)
        self.passes = {"plain": plain, "transformers": lambda ids: self.model(input_ids=ids).last_hidden_state}
        self.versions = {"torch": torch.__version__, "transformers": transformers.__version__}
        self.batches, self.chosen = {}, None

    def tokenize(self, request):
        import numpy

        with open(request["text"], encoding="utf-8", newline="") as file:
            text = file.read()
        text = text.lower() if self.lowers else text
        found = self.tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids
        arrays.write(request["output"], {"ids": numpy.array(found, dtype="int64")})
        return {"count": len(found)}

    def sentences(self, request):
        import numpy

        with open(request["texts"], encoding="utf-8") as file:
            texts = json.load(file)
        ids, vectors = [], []
        with self.torch.inference_mode():
            for text in texts:
                found = self.tokenizer.backend_tokenizer.encode(text.lower() if self.lowers else text).ids
                if len(found) > self.limit:
                    found = found[: self.limit - 1] + found[-1:]
                states = self.model(input_ids=self.torch.tensor([found])).last_hidden_state[0]
                vectors.append(self.torch.nn.functional.normalize(states.mean(0), dim=0).numpy())
                ids.append(found)
        arrays.write(
            request["output"],
            {
                "ids": numpy.array([i for row in ids for i in row], dtype="int64"),
                "lengths": numpy.array([len(row) for row in ids], dtype="int64"),
                "vectors": numpy.stack(vectors).astype("float32"),
            },
        )
        return {"count": len(texts)}

    def run(self, ids, name, size):
        found = []
        with self.torch.inference_mode():
            for start in range(0, len(ids), size):
                states = self.passes[name](ids[start : start + size])
                found.append(self.torch.nn.functional.normalize(states.mean(1), dim=1))
        return self.torch.cat(found)

    def seconds(self, ids, name, size):
        started = time.perf_counter()
        self.run(ids, name, size)
        return time.perf_counter() - started

    def choose(self, ids):
        """The fastest implementation and batch size on a few sequences, after a run that does not count."""
        trial = ids[: max(BATCH_SIZES)]
        for name in self.passes:
            self.run(trial, name, BATCH_SIZES[0])
        times = {
            (name, size): min(self.seconds(trial, name, size) for _ in range(2))
            for name in self.passes
            for size in BATCH_SIZES
        }
        return min(times, key=times.get)

    def time(self, request):
        path = request["ids"]
        if path not in self.batches:
            self.batches[path] = self.torch.tensor(arrays.read(path)["ids"])
            self.chosen = self.choose(self.batches[path])
        name, size = self.chosen
        return {"seconds": self.seconds(self.batches[path], name, size), "implementation": name, "batch": size}

    def answer(self, request):
        name = request["command"]
        if name not in ("tokenize", "sentences", "time"):
            raise ValueError(f"no command {name}")
        return getattr(self, name)(request)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    def start():
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        encoder = Encoder(options)
        return {"versions": encoder.versions}, encoder.answer

    return serve(options.threads, start)


if __name__ == "__main__":
    sys.exit(main())
