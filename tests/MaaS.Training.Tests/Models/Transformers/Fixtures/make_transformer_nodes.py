"""How many nodes PyTorch's own exporter writes for the same architectures. Writes transformer_nodes.json beside this file."""
import io
import json
import os

import onnx
import torch
import torch.nn as nn

WIDTH, HEADS, LAYERS, HIDDEN, VOCABULARY, LENGTH = 32, 4, 2, 128, 30, 256
OPTIONS = dict(dropout=0.1, activation="gelu", batch_first=True, norm_first=True)


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LENGTH, WIDTH)

    def forward(self, ids):
        return self.tokens(ids) + self.positions.weight[: ids.shape[1]]


def encoder():
    # enable_nested_tensor and the fast path cannot be exported.
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, **OPTIONS), LAYERS, nn.LayerNorm(WIDTH), False)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.encoder, self.head = Embedding(), encoder(), nn.Linear(WIDTH, 2)

    def forward(self, ids, mask):
        x = self.encoder(self.embedding(ids), src_key_padding_mask=mask == 0)
        kept = mask.unsqueeze(-1).to(x.dtype)
        return self.head((x * kept).sum(1) / kept.sum(1).clamp(min=1))


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target, self.encoder, self.head = Embedding(), Embedding(), encoder(), nn.Linear(WIDTH, VOCABULARY)
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, **OPTIONS), LAYERS, nn.LayerNorm(WIDTH))

    def forward(self, source, mask, target):
        memory = self.encoder(self.source(source), src_key_padding_mask=mask == 0)
        t = torch.arange(target.shape[1])
        x = self.decoder(self.target(target), memory, tgt_mask=t[None] > t[:, None], memory_key_padding_mask=mask == 0)
        return self.head(x)


def count(module, *inputs):
    module.eval()
    for p in module.parameters():    # gradients keep evaluation mode off the fast path
        p.requires_grad_()
    names = [f"input_{i}" for i in range(len(inputs))]
    file = io.BytesIO()
    torch.onnx.export(module, inputs, file, opset_version=17, input_names=names, output_names=["logits"],
                      dynamic_axes={name: {0: "batch", 1: "length" if i < 2 else "target"} for i, name in enumerate(names)})
    return len(onnx.load_from_string(file.getvalue()).graph.node)


IDS = torch.randint(0, VOCABULARY, (2, 7))
record = {"classifier": count(Classifier(), IDS, torch.ones_like(IDS)),
          "seq2seq": count(Seq2Seq(), IDS, torch.ones_like(IDS), IDS[:, :5])}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "transformer_nodes.json"), "w") as file:
    json.dump(record, file)
print(record)
