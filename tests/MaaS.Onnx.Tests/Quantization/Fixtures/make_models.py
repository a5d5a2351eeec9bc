"""Trains the four small networks of the quantization tests with PyTorch and writes their .onnx files and test data.

Run with /usr/bin/python3 make_models.py [convnet mlp transformer lstm] in this folder: a few minutes. Images are Fashion-MNIST (Debian's
dataset-fashion-mnist), halved to 14 x 14. Token sequences are made here: each of 256 tokens belongs to one of four
classes, and a sequence's label is its most frequent class.
"""
import base64
import gzip
import json
import os
import sys
import numpy as np
import torch
from torch import nn

torch.manual_seed(7)
torch.set_num_threads(1)
rng = np.random.default_rng(7)
FASHION = "/usr/share/datasets/fashion-mnist/"


def idx(name, offset):
    with gzip.open(FASHION + name) as f:
        return np.frombuffer(f.read(), np.uint8, offset=offset)


def images(split):
    x = idx(split + "-images-idx3-ubyte.gz", 16).reshape(-1, 14, 2, 14, 2).mean((2, 4))
    return np.rint(x).astype(np.uint8), idx(split + "-labels-idx1-ubyte.gz", 8).astype(np.int64)


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = torch.relu(self.bn1(self.depthwise(x)))
        return torch.relu(x + self.bn2(self.pointwise(y)))


class ConvNet(nn.Module):
    """Convolution, batch norm, depthwise, residual add, concatenation, max and average pooling, linear."""

    def __init__(self):
        super().__init__()
        self.stem, self.bn = nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24)
        self.block = Residual(24)
        self.pool = nn.MaxPool2d(2)
        self.left, self.right = nn.Conv2d(24, 32, 3, padding=1), nn.Conv2d(24, 32, 1)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        x = self.pool(self.block(torch.relu(self.bn(self.stem(x)))))
        x = torch.cat([torch.relu(self.left(x)), torch.relu(self.right(x))], 1)
        return self.head(torch.flatten(nn.functional.adaptive_avg_pool2d(x, 1), 1))


class Mlp(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(196, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, x):
        return self.layers(x)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        def split(y):
            return y.reshape(y.shape[0], -1, self.heads, y.shape[2] // self.heads).transpose(1, 2)
        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        weights = torch.softmax(q @ k.transpose(2, 3) * q.shape[3] ** -0.5, -1)
        return self.out((weights @ v).transpose(1, 2).reshape(x.shape))


class Transformer(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.embedding = nn.Embedding(256, width)
        self.position = nn.Parameter(torch.randn(16, width) * 0.1)
        self.layers = nn.ModuleList(nn.ModuleDict({
            "attention": Attention(width, 4), "norm1": nn.LayerNorm(width), "norm2": nn.LayerNorm(width),
            "up": nn.Linear(width, 4 * width), "down": nn.Linear(4 * width, width)}) for _ in range(2))
        self.head = nn.Linear(width, 4)

    def forward(self, ids):
        x = self.embedding(ids) + self.position
        for layer in self.layers:
            x = x + layer["attention"](layer["norm1"](x))
            x = x + layer["down"](nn.functional.gelu(layer["up"](layer["norm2"](x))))
        return self.head(x.mean(1))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(256, 32)
        self.lstm = nn.LSTM(32, 32, bidirectional=True)
        self.head = nn.Linear(64, 4)

    def forward(self, ids):
        out, _ = self.lstm(self.embedding(ids).transpose(0, 1))
        return self.head(out.mean(0))


def train(model, x, y, epochs):
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * (len(x) // 128))
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for i in range(len(x) // 128):
            pick = order[i * 128:(i + 1) * 128]
            loss = nn.functional.cross_entropy(model(x[pick]), y[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def export(model, name, x, y):
    with torch.no_grad():
        accuracy = float((model(x).argmax(1) == y).float().mean())
    dynamic = {"input": {0: "batch"}, "logits": {0: "batch"}}
    torch.onnx.export(model, x[:2], name + ".onnx", opset_version=17, input_names=["input"], output_names=["logits"],
                      dynamic_axes=dynamic)
    print(name, "accuracy", accuracy, "parameters", sum(p.numel() for p in model.parameters()))
    return {"accuracy": accuracy}


def sequences():
    kind = rng.integers(0, 4, 256)
    tokens = rng.integers(0, 256, (13000, 16))
    counts = np.stack([(kind[tokens] == c).sum(1) for c in range(4)], 1)
    ranked = np.sort(counts, 1)
    clear = ranked[:, -1] > ranked[:, -2]
    return tokens[clear], counts[clear].argmax(1)


def scaled(a):
    return torch.from_numpy(a.astype(np.float32) / 255).unsqueeze(1)


wanted = sys.argv[1:] or ["convnet", "mlp", "transformer", "lstm"]
raw, labels = images("train")
test_raw, test_labels = images("t10k")
test_raw, test_labels = test_raw[:1000], test_labels[:1000]
tokens, token_labels = sequences()
out = json.load(open("models.json")) if os.path.exists("models.json") else {}
out |= {
    "images": base64.b64encode(test_raw.tobytes()).decode(), "labels": test_labels.tolist(),
    "calibration_images": base64.b64encode(raw[:128].tobytes()).decode(),
    "tokens": tokens[:500].tolist(), "token_labels": token_labels[:500].tolist(),
    "calibration_tokens": tokens[500:564].tolist(),
}
x, y, tx, ty = scaled(raw), torch.from_numpy(labels), scaled(test_raw), torch.from_numpy(test_labels)
ids, answers = torch.from_numpy(tokens), torch.from_numpy(token_labels)
if "convnet" in wanted:
    out["convnet"] = export(train(ConvNet(), x[:30000], y[:30000], 4), "convnet", tx, ty)
if "mlp" in wanted:
    out["mlp"] = export(train(Mlp(), x, y, 5), "mlp", tx, ty)
if "transformer" in wanted:
    out["transformer"] = export(train(Transformer(), ids[564:], answers[564:], 12), "transformer", ids[:500], answers[:500])
if "lstm" in wanted:
    out["lstm"] = export(train(Lstm(), ids[564:], answers[564:], 8), "lstm", ids[:500], answers[:500])
with open("models.json", "w") as f:
    json.dump(out, f)
