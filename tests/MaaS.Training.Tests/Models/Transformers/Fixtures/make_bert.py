"""A small BERT written as plain functions after the paper and the layout of common checkpoints, without MaaS's structure.
Writes bert.json beside this file: weights by checkpoint name, outputs of both heads, gradients of their losses.

The loss is the sum of logits * ramp.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(11)
CONFIG = {
    "architectures": ["BertForSequenceClassification"], "model_type": "bert", "vocab_size": 13, "hidden_size": 8,
    "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 10, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 9, "type_vocab_size": 2,
    "initializer_range": 0.02, "layer_norm_eps": 1e-12, "pad_token_id": 0, "position_embedding_type": "absolute",
    "id2label": {"0": "ham", "1": "spam", "2": "other"}, "use_cache": True,
}
C, INNER, VOCABULARY, HEADS = 8, 10, 13, 2


def draw(*shape, scale=0.4):
    return (torch.randn(shape) * scale).mul(1e4).round().div(1e4).requires_grad_()


W = {}


def dense(name, outputs, inputs):
    W[name + ".weight"], W[name + ".bias"] = draw(outputs, inputs), draw(outputs)


def norm(name):
    W[name + ".weight"] = (1 + draw(C, scale=0.2).detach()).mul(1e4).round().div(1e4).requires_grad_()
    W[name + ".bias"] = draw(C, scale=0.2)


W["bert.embeddings.word_embeddings.weight"] = draw(VOCABULARY, C)
W["bert.embeddings.position_embeddings.weight"] = draw(9, C)
W["bert.embeddings.token_type_embeddings.weight"] = draw(2, C)
norm("bert.embeddings.LayerNorm")
for i in range(2):
    layer = f"bert.encoder.layer.{i}."
    for part in ("query", "key", "value"):
        dense(layer + "attention.self." + part, C, C)
    dense(layer + "attention.output.dense", C, C)
    norm(layer + "attention.output.LayerNorm")
    dense(layer + "intermediate.dense", INNER, C)
    dense(layer + "output.dense", C, INNER)
    norm(layer + "output.LayerNorm")
dense("bert.pooler.dense", C, C)
dense("classifier", 3, C)
W["cls.predictions.bias"] = draw(VOCABULARY)
dense("cls.predictions.transform.dense", C, C)
norm("cls.predictions.transform.LayerNorm")


def affine(x, name):
    return x @ W[name + ".weight"].T + W[name + ".bias"]


def normalise(x, name):
    centred = x - x.mean(-1, keepdim=True)
    deviation = ((centred ** 2).mean(-1, keepdim=True) + CONFIG["layer_norm_eps"]).sqrt()
    return centred / deviation * W[name + ".weight"] + W[name + ".bias"]


def gelu(x):
    return x * (1 + torch.erf(x / math.sqrt(2))) / 2


def encode(ids, mask, types):
    x = (W["bert.embeddings.word_embeddings.weight"][ids]
         + W["bert.embeddings.position_embeddings.weight"][torch.arange(ids.shape[1])]
         + W["bert.embeddings.token_type_embeddings.weight"][types])
    x = normalise(x, "bert.embeddings.LayerNorm")
    for i in range(2):
        layer = f"bert.encoder.layer.{i}."
        q, k, v = (affine(x, layer + "attention.self." + part) for part in ("query", "key", "value"))
        mixed = []
        for head in range(HEADS):
            part = slice(head * C // HEADS, (head + 1) * C // HEADS)
            scores = q[..., part] @ k[..., part].transpose(1, 2) / math.sqrt(C // HEADS)
            weights = F.softmax(scores.masked_fill(mask[:, None, :] == 0, -math.inf), -1)
            mixed.append(weights @ v[..., part])
        x = normalise(x + affine(torch.cat(mixed, -1), layer + "attention.output.dense"), layer + "attention.output.LayerNorm")
        inner = gelu(affine(x, layer + "intermediate.dense"))
        x = normalise(x + affine(inner, layer + "output.dense"), layer + "output.LayerNorm")
    return x


def plain(t):
    return {"shape": list(t.shape), "data": [float("%.8g" % v) for v in t.detach().reshape(-1).tolist()]}


def head(logits, kept):
    for w in W.values():
        w.grad = None
    (logits * torch.linspace(-1, 1, logits.numel()).reshape(logits.shape)).sum().backward()
    return {"logits": plain(logits), "weights": {k: plain(W[k]) for k in kept},
            "gradients": {k: plain(W[k].grad) for k in kept}}


IDS = torch.tensor([[2, 5, 7, 3, 9, 3], [2, 11, 3, 0, 0, 0]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]])
TYPES = torch.tensor([[0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 0, 0]])
hidden = encode(IDS, MASK, TYPES)
pooled = torch.tanh(affine(hidden[:, 0], "bert.pooler.dense"))
record = {"config": CONFIG, "ids": plain(IDS.float()), "mask": plain(MASK.float()), "types": plain(TYPES.float()),
          "classifier": head(affine(pooled, "classifier"), [k for k in W if not k.startswith("cls.")])}
hidden = encode(IDS, MASK, torch.zeros_like(TYPES))
transformed = normalise(gelu(affine(hidden, "cls.predictions.transform.dense")), "cls.predictions.transform.LayerNorm")
logits = transformed @ W["bert.embeddings.word_embeddings.weight"].T + W["cls.predictions.bias"]
record["masked_language"] = head(logits, [k for k in W if not k.startswith(("classifier", "bert.pooler"))])
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "bert.json"), "w") as file:
    json.dump(record, file, separators=(",", ":"))
