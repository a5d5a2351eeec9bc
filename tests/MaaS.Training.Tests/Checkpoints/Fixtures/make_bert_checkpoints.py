"""Small random BERT checkpoints in the layout that model hubs use, and what they answer, computed with NumPy alone.

bert-classifier/  one file, prefix "bert.", layer norms with gamma and beta, position_ids, as older exports have them
bert-masked/      two files with an index, prefix "bert.", the tied decoder beside the head
bert.safetensors  ids, mask, types (3, 7); hidden (3, 7, 8), classes (3, 3), words (3, 7, 31)
"""
import json
import math
import pathlib
import sys

import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[3] / "Shared"))
import safetensors_format

VOCABULARY, POSITIONS, WIDTH, LAYERS, HEADS, INNER, CLASSES, EPSILON = 31, 16, 8, 2, 2, 12, 3, 1e-12
random = np.random.default_rng(23)
dense = {"pooler.dense": (WIDTH, WIDTH), "cls.predictions.transform.dense": (WIDTH, WIDTH), "classifier": (CLASSES, WIDTH)}
norms = ["embeddings.LayerNorm", "cls.predictions.transform.LayerNorm"]
for n in range(LAYERS):
    at = f"encoder.layer.{n}."
    dense |= {at + "attention.self." + part: (WIDTH, WIDTH) for part in ("query", "key", "value")}
    dense |= {at + "attention.output.dense": (WIDTH, WIDTH), at + "intermediate.dense": (INNER, WIDTH), at + "output.dense": (WIDTH, INNER)}
    norms += [at + "attention.output.LayerNorm", at + "output.LayerNorm"]
w = {f"embeddings.{kind}_embeddings.weight": random.normal(0, 1, (rows, WIDTH))
     for kind, rows in (("word", VOCABULARY), ("position", POSITIONS), ("token_type", 2))}
for name, shape in dense.items():
    w[name + ".weight"], w[name + ".bias"] = random.normal(0, 0.5, shape), random.normal(0, 0.5, shape[:1])
for name in norms:
    w[name + ".weight"], w[name + ".bias"] = random.normal(1, 0.3, WIDTH), random.normal(0, 0.3, WIDTH)
w["cls.predictions.bias"] = random.normal(0, 0.5, VOCABULARY)
w = {name: value.astype(np.float32) for name, value in w.items()}


def linear(x, name):
    return x @ w[name + ".weight"].T.astype(np.float64) + w[name + ".bias"]


def norm(x, name):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON) * w[name + ".weight"] + w[name + ".bias"]


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def encode(ids, types):
    """One text without its padding."""
    x = (w["embeddings.word_embeddings.weight"][ids].astype(np.float64) + w["embeddings.token_type_embeddings.weight"][types]
         + w["embeddings.position_embeddings.weight"][:len(ids)])
    x = norm(x, "embeddings.LayerNorm")
    for n in range(LAYERS):
        at = f"encoder.layer.{n}."
        q, k, v = (linear(x, at + "attention.self." + part).reshape(len(ids), HEADS, -1).swapaxes(0, 1) for part in ("query", "key", "value"))
        scores = np.exp(q @ k.swapaxes(1, 2) / math.sqrt(WIDTH // HEADS))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), WIDTH)
        x = norm(x + linear(mixed, at + "attention.output.dense"), at + "attention.output.LayerNorm")
        x = norm(x + linear(gelu(linear(x, at + "intermediate.dense")), at + "output.dense"), at + "output.LayerNorm")
    return x


config = {"model_type": "bert", "vocab_size": VOCABULARY, "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
          "num_attention_heads": HEADS, "intermediate_size": INNER, "hidden_act": "gelu", "max_position_embeddings": POSITIONS,
          "type_vocab_size": 2, "layer_norm_eps": EPSILON, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
          "initializer_range": 0.02, "pad_token_id": 0, "position_embedding_type": "absolute", "classifier_dropout": None,
          "use_cache": True, "transformers_version": "4.0.0", "id2label": {"0": "a", "1": "b", "2": "c"}}
prefixed = {(name if name.startswith(("cls.", "classifier.")) else "bert." + name): value for name, value in w.items()}

folder = here / "bert-classifier"
folder.mkdir(exist_ok=True)
(folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertForSequenceClassification"]}, indent=2) + "\n")
old = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): value
       for name, value in prefixed.items() if not name.startswith("cls.")}
old["bert.embeddings.position_ids"] = np.arange(POSITIONS)[None]
safetensors_format.write(folder / "model.safetensors", old, {"format": "pt"})

folder = here / "bert-masked"
folder.mkdir(exist_ok=True)
(folder / "config.json").write_text(json.dumps(config | {"architectures": ["BertForMaskedLM"]}, indent=2) + "\n")
masked = {name: value for name, value in prefixed.items() if not name.startswith(("classifier.", "bert.pooler."))}
masked |= {"cls.predictions.decoder.weight": w["embeddings.word_embeddings.weight"], "cls.predictions.decoder.bias": w["cls.predictions.bias"]}
names = list(masked)
shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
for file, part in shards.items():
    safetensors_format.write(folder / file, {name: masked[name] for name in part}, {"format": "pt"})
(folder / "model.safetensors.index.json").write_text(json.dumps(
    {"metadata": {"total_size": sum(v.nbytes for v in masked.values())},
     "weight_map": {name: file for file, part in shards.items() for name in part}}, indent=2) + "\n")

ids, types = random.integers(0, VOCABULARY, (3, 7)), random.integers(0, 2, (3, 7))
lengths = [7, 3, 5]
hidden, words, classes = np.zeros((3, 7, WIDTH)), np.zeros((3, 7, VOCABULARY)), np.zeros((3, CLASSES))
for row, n in enumerate(lengths):
    hidden[row, :n] = x = encode(ids[row, :n], types[row, :n])
    head = norm(gelu(linear(x, "cls.predictions.transform.dense")), "cls.predictions.transform.LayerNorm")
    words[row, :n] = head @ w["embeddings.word_embeddings.weight"].T.astype(np.float64) + w["cls.predictions.bias"]
    classes[row] = linear(np.tanh(linear(x[0], "pooler.dense")), "classifier")
safetensors_format.write(here / "bert.safetensors", {
    "ids": ids, "types": types, "mask": (np.arange(7)[None] < np.array(lengths)[:, None]).astype(np.int64),
    "hidden": hidden.astype(np.float32), "words": words.astype(np.float32), "classes": classes.astype(np.float32)})
