"""Bytes that autograd keeps for the backward pass of one Transformer layer in training, by PyTorch's own count of saved
tensors (each memory once, parameters not counted). Writes activations.json beside this file."""
import json
import math
import os

import torch
import torch.nn as nn
import torch.nn.functional as F


class Layer(nn.Module):
    def __init__(self, width, heads, hidden, dropout, cross):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        blocks = 2 if cross else 1
        self.projections = nn.ModuleList([nn.ModuleList([nn.Linear(width, width) for _ in range(4)]) for _ in range(blocks)])
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(blocks + 1)])
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def attend(self, block, x, memory):
        q, k, v, out = self.projections[block]

        def split(y):
            return y.view(y.shape[0], y.shape[1], self.heads, -1).transpose(1, 2)

        queries, keys, values = split(q(x)), split(k(memory)), split(v(memory))
        weights = F.softmax((queries / math.sqrt(queries.shape[-1])) @ keys.transpose(-2, -1), -1)
        mixed = (F.dropout(weights, self.dropout) if self.dropout else weights) @ values
        return out(mixed.transpose(1, 2).reshape(x.shape))

    def drop(self, x):
        return F.dropout(x, self.dropout) if self.dropout else x

    def forward(self, x, memory):
        y = self.norms[0](x)
        x = x + self.drop(self.attend(0, y, y))
        if len(self.projections) > 1:
            x = x + self.drop(self.attend(1, self.norms[1](x), memory))
        return x + self.drop(self.down(self.drop(F.gelu(self.up(self.norms[-1](x))))))


def count(batch, target, source, width, heads, hidden, dropout, cross):
    layer = Layer(width, heads, hidden, dropout, cross)
    own = {p.data_ptr() for p in layer.parameters()}
    x = torch.randn(batch, target, width, requires_grad=True) * 1    # as from a layer before
    memory = torch.randn(batch, source, width, requires_grad=True) * 1
    kept = {}
    alive = []

    def pack(t):
        storage = t.storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
            alive.append(t)    # so that no memory is used twice
        return t

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        layer(x, memory)
    return sum(kept.values()) - (memory.storage().nbytes() if cross else 0)


cases = []
for sizes in ((4, 32, 20, 64, 4, 128), (2, 128, 64, 32, 2, 128), (1, 256, 256, 128, 8, 512)):
    for dropout in (0.0, 0.1):
        for cross in (False, True):
            batch, target, source, width, heads, hidden = sizes
            cases.append(dict(batch=batch, target=target, source=source, width=width, heads=heads, hidden=hidden,
                              dropout=dropout, cross=cross, bytes=count(*sizes, dropout, cross)))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "activations.json"), "w") as file:
    json.dump(cases, file, indent=1)
