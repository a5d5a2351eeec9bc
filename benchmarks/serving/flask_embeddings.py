"""Flask and PyTorch as /v1/embeddings of all-MiniLM-L6-v2. Run by gunicorn; MODEL names the folder with model.onnx and
vocab.txt. The weights are those of the ONNX file, the network is written down here."""
import os
import re

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # As torch below: a worker has one thread.
import onnx
import torch
from flask import Flask, jsonify, request
from onnx import numpy_helper
from torch.nn import functional as F

LAYERS, HEADS = 6, 12
torch.set_num_threads(1)
graph = onnx.load(os.path.join(os.environ["MODEL"], "model.onnx")).graph
weights = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in graph.initializer}
# The matrices of the graph have numbers: the bias that is added to a product says whose it is.
products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
for node in graph.node:
    if node.op_type == "Add":
        bias = [name for name in node.input if name.endswith(".bias")]
        product = [name for name in node.input if name in products]
        if bias and product:
            weights[bias[0][:-len("bias")] + "weight"] = weights[products[product[0]]].t().contiguous()
with open(os.path.join(os.environ["MODEL"], "vocab.txt"), encoding="utf-8") as file:
    vocabulary = {line.rstrip("\n"): i for i, line in enumerate(file)}
app = Flask(__name__)


def tokens(text):
    """WordPiece of ASCII texts, as the benchmark's are."""
    ids = [vocabulary["[CLS]"]]
    for word in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower()):
        start, pieces = 0, []
        while start < len(word):
            end = len(word)
            while end > start and ("##" if start else "") + word[start:end] not in vocabulary:
                end -= 1
            if end == start:
                pieces = [vocabulary["[UNK]"]]
                break
            pieces.append(vocabulary[("##" if start else "") + word[start:end]])
            start = end
        ids += pieces
    return ids[:255] + [vocabulary["[SEP]"]]


def linear(x, name):
    return F.linear(x, weights[name + ".weight"], weights[name + ".bias"])


def norm(x, name):
    return F.layer_norm(x, x.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], 1e-12)


def embed(texts):
    rows = [tokens(text) for text in texts]
    longest = max(map(len, rows))
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows])  # (B, T)
    mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in rows])  # (B, T)
    hidden = (1 - mask)[:, None, None, :] * -1e9  # (B, 1, 1, T)
    e = "embeddings."
    x = weights[e + "word_embeddings.weight"][ids] + weights[e + "position_embeddings.weight"][:longest]
    x = norm(x + weights[e + "token_type_embeddings.weight"][0], e + "LayerNorm")  # (B, T, C)
    for layer in range(LAYERS):
        p = f"encoder.layer.{layer}."
        q, k, v = (
            linear(x, f"{p}attention.self.{part}").view(len(rows), longest, HEADS, -1).transpose(1, 2)
            for part in ("query", "key", "value"))  # (B, H, T, D)
        scores = torch.softmax(q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + hidden, -1)  # (B, H, T, T)
        context = (scores @ v).transpose(1, 2).reshape(len(rows), longest, -1)  # (B, T, C)
        x = norm(x + linear(context, p + "attention.output.dense"), p + "attention.output.LayerNorm")
        inner = F.gelu(linear(x, p + "intermediate.dense"))
        x = norm(x + linear(inner, p + "output.dense"), p + "output.LayerNorm")
    mean = (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)  # (B, C)
    return F.normalize(mean), sum(map(len, rows))


@app.post("/v1/embeddings")
def embeddings():
    body = request.get_json()
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    with torch.inference_mode():
        vectors, count = embed(texts)
    return jsonify(
        object="list", model=body["model"], usage={"prompt_tokens": count, "total_tokens": count},
        data=[{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors.tolist())])
