"""A small random GPT-2 checkpoint in the layout that model hubs use, and what it answers, computed with NumPy alone.

gpt2/          one file with the prefix "transformer.", the causal masks and the tied lm_head that older exports carry
gpt2-sharded/  the same weights without the prefix, in two files with an index
gpt2.safetensors  ids (3, 9) and logits (3, 9, 29)
"""
import json
import pathlib
import sys

import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[3] / "Shared"))
import safetensors_format

VOCABULARY, POSITIONS, WIDTH, LAYERS, HEADS = 29, 32, 8, 2, 2
random = np.random.default_rng(11)
w = {"wte.weight": (VOCABULARY, WIDTH), "wpe.weight": (POSITIONS, WIDTH), "ln_f.weight": (WIDTH,), "ln_f.bias": (WIDTH,)}
for n in range(LAYERS):
    for name, shape in {"ln_1": (WIDTH,), "ln_2": (WIDTH,), "attn.c_attn": (WIDTH, 3 * WIDTH), "attn.c_proj": (WIDTH, WIDTH),
                        "mlp.c_fc": (WIDTH, 4 * WIDTH), "mlp.c_proj": (4 * WIDTH, WIDTH)}.items():
        w[f"h.{n}.{name}.weight"], w[f"h.{n}.{name}.bias"] = shape, shape[-1:]
w = {name: random.normal(1 if "ln_" in name and name.endswith("weight") else 0, 0.5, shape).astype(np.float32) for name, shape in w.items()}


def norm(x, name):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * w[name + ".weight"] + w[name + ".bias"]


def dense(x, name):
    return x @ w[name + ".weight"].astype(np.float64) + w[name + ".bias"]


def heads(x):
    return x.reshape(len(x), HEADS, WIDTH // HEADS).transpose(1, 0, 2)


def logits(ids):
    x = w["wte.weight"][ids].astype(np.float64) + w["wpe.weight"][:len(ids)]
    for n in range(LAYERS):
        q, k, v = (heads(part) for part in np.split(dense(norm(x, f"h.{n}.ln_1"), f"h.{n}.attn.c_attn"), 3, -1))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(WIDTH // HEADS)
        scores[:, np.triu(np.ones(scores.shape[1:], bool), 1)] = -np.inf
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (weights / weights.sum(-1, keepdims=True)) @ v
        x = x + dense(mixed.transpose(1, 0, 2).reshape(len(ids), WIDTH), f"h.{n}.attn.c_proj")
        h = dense(norm(x, f"h.{n}.ln_2"), f"h.{n}.mlp.c_fc")
        h = 0.5 * h * (1 + np.tanh(np.sqrt(2 / np.pi) * (h + 0.044715 * h ** 3)))
        x = x + dense(h, f"h.{n}.mlp.c_proj")
    return norm(x, "ln_f") @ w["wte.weight"].T.astype(np.float64)


config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": VOCABULARY, "n_positions": POSITIONS,
          "n_ctx": POSITIONS, "n_embd": WIDTH, "n_layer": LAYERS, "n_head": HEADS, "n_inner": None,
          "activation_function": "gelu_new", "resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1,
          "layer_norm_epsilon": 1e-05, "bos_token_id": 28, "eos_token_id": 28}
for folder in ("gpt2", "gpt2-sharded"):
    (here / folder).mkdir(exist_ok=True)
    (here / folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")

masks = {f"h.{n}.attn.bias": np.tril(np.ones((1, 1, 4, 4), np.uint8)) for n in range(LAYERS)}
whole = {"transformer." + name: value for name, value in (w | masks).items()} | {"lm_head.weight": w["wte.weight"]}
safetensors_format.write(here / "gpt2" / "model.safetensors", whole, {"format": "pt"})

names = list(w)
shards = {"model-00001-of-00002.safetensors": names[:5], "model-00002-of-00002.safetensors": names[5:]}
for file, part in shards.items():
    safetensors_format.write(here / "gpt2-sharded" / file, {name: w[name] for name in part}, {"format": "pt"})
(here / "gpt2-sharded" / "model.safetensors.index.json").write_text(json.dumps(
    {"metadata": {"total_size": sum(v.nbytes for v in w.values())},
     "weight_map": {name: file for file, part in shards.items() for name in part}}, indent=2) + "\n")

ids = random.integers(0, VOCABULARY, (3, 9))
safetensors_format.write(here / "gpt2.safetensors", {"ids": ids, "logits": np.stack([logits(row) for row in ids]).astype(np.float32)})
