"""Writes encoder.safetensors: a small encoder with random weights and what Hugging Face's transformers makes of it in
double precision. Made with transformers 5.24.0 and torch 2.15.0:

    python make-encoder.py

Arrays: `state_dict/NAME` (weights), `ids`, `types`, `mask` [batch, tokens]; `hidden_L` [batch, tokens, D] after L layers,
`attention_L` [batch, heads, tokens, tokens] of layer L, `sentences` [batch, D]. The configuration is JSON in the metadata.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

SIZES = dict(
    vocab_size=61, max_position_embeddings=19, type_vocab_size=2, hidden_size=12, num_hidden_layers=3,
    num_attention_heads=3, intermediate_size=20, layer_norm_eps=1e-5, hidden_act="gelu",
)
LENGTHS = (9, 4, 7, 9)

torch.manual_seed(7)
config = transformers.BertConfig(**SIZES, attn_implementation="eager")
model = transformers.BertModel(config, add_pooling_layer=False).double().eval()
with torch.no_grad():
    for name, value in model.named_parameters():
        scale = 0.6 if "dense" in name or "attention" in name else 1.0
        value.copy_((scale * torch.randn(value.shape)).float().double())
        if "LayerNorm.weight" in name:
            value.add_(1)
            value.copy_(value.float().double())

batch, count = len(LENGTHS), max(LENGTHS)
ids = torch.randint(0, SIZES["vocab_size"], (batch, count))
types = torch.randint(0, 2, (batch, count))
mask = torch.zeros(batch, count, dtype=torch.int64)
for row, length in enumerate(LENGTHS):
    mask[row, :length] = 1
# Padding need not stand at the end.
mask[3, 2] = mask[3, 5] = 0

with torch.no_grad():
    found = model(
        input_ids=ids, token_type_ids=types, attention_mask=mask, output_hidden_states=True, output_attentions=True
    )
real = mask.double()[:, :, None]
means = (found.last_hidden_state * real).sum(1) / real.sum(1)
arrays = {f"state_dict/{name}": value for name, value in model.state_dict().items()}
arrays |= {"ids": ids, "types": types, "mask": mask, "sentences": torch.nn.functional.normalize(means, dim=1)}
arrays |= {f"hidden_{layer}": value for layer, value in enumerate(found.hidden_states)}
arrays |= {f"attention_{layer}": value for layer, value in enumerate(found.attentions)}
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
text = json.dumps(SIZES | {"model_type": "bert", "position_embedding_type": "absolute"})
save_file(
    {name: value.contiguous() for name, value in arrays.items()}, folder / "encoder.safetensors", {"configuration": text}
)
