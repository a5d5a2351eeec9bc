"""Text classifiers in PyTorch, as oracle of RecurrentClassifier and TextCnn.

Run with /usr/bin/python3 (Debian's python3-torch 1.13). Recurrent networks read packed sequences; the convolutional one
reads every text alone, unpadded. Each case holds weights, logits and the gradients of mean((logits - target)^2).
"""
import pathlib
import sys

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[4] / "Shared"))
import safetensors_format

VOCABULARY, EMBEDDING, HIDDEN, CLASSES, WIDTHS, FILTERS = 13, 3, 4, 3, (2, 3, 5), 2
torch.manual_seed(5)
ids = torch.randint(0, VOCABULARY, (4, 7))
lengths = torch.tensor([3, 7, 1, 5])
mask = (torch.arange(7)[None] < lengths[:, None]).long()
target = torch.randn(4, CLASSES)
out = {"ids": ids, "mask": mask, "target": target}


class Recurrent(nn.Module):
    def __init__(self, kind, layers, bidirectional, pooling):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.rnn = {"Rnn": nn.RNN, "Lstm": nn.LSTM, "Gru": nn.GRU}[kind](
            EMBEDDING, HIDDEN, layers, batch_first=True, bidirectional=bidirectional)
        self.classifier = nn.Linear(HIDDEN * (1 + bidirectional), CLASSES)
        self.pooling = pooling

    def forward(self):
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        outputs, state = self.rnn(packed)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True)
        if self.pooling == "Last":
            state = state[0] if isinstance(state, tuple) else state
            directions = 2 if self.rnn.bidirectional else 1
            pooled = torch.cat(list(state[-directions:]), -1)
        elif self.pooling == "Mean":
            pooled = outputs.sum(1) / lengths[:, None]
        else:
            pooled = torch.stack([o[:n].max(0).values for o, n in zip(outputs, lengths)])
        return self.classifier(pooled)


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, EMBEDDING)
        self.convolutions = nn.ModuleList(nn.Conv1d(EMBEDDING, FILTERS, width) for width in WIDTHS)
        self.classifier = nn.Linear(len(WIDTHS) * FILTERS, CLASSES)

    def forward(self):
        rows = []
        for text, n in zip(ids, lengths):
            x = self.embedding(text[:n]).T[None]
            rows.append(torch.cat([torch.relu(c(nn.functional.pad(x, (0, w - 1)))).max(2).values
                                   for c, w in zip(self.convolutions, WIDTHS)], 1))
        return self.classifier(torch.cat(rows))


models = {f"{kind}.{layers}.{bidirectional}.{pooling}": Recurrent(kind, layers, bidirectional, pooling)
          for kind in ("Rnn", "Lstm", "Gru")
          for layers, bidirectional, pooling in
          ((1, False, "Last"), (2, True, "Last"), (2, True, "Mean"), (3, False, "Max"), (1, True, "Max"))}
models["cnn"] = Cnn()
for name, model in models.items():
    logits = model()
    ((logits - target) ** 2).mean().backward()
    out[f"{name}/logits"] = logits
    for key, parameter in model.named_parameters():
        out[f"{name}/weight/{key}"] = parameter
        out[f"{name}/gradient/{key}"] = parameter.grad

safetensors_format.write(pathlib.Path(__file__).with_name("text_models.safetensors"),
                         {name: value.detach().numpy() for name, value in out.items()})
