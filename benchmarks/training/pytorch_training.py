"""Trains one of MaaS's networks with PyTorch: one line of JSON on standard output.

usage: pytorch_training.py pytorch|pytorch-tuned REQUEST    (REQUEST: JSON of RunRequest)

pytorch:       the tutorial's way: Dataset, DataLoader with shuffle, per-sample normalisation, padding in collate_fn.
pytorch-tuned: the data set as one tensor, whole batches by index, channels-last; texts of about one length share a batch.
"""
import copy
import gzip
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

RATE, RESNET_IMAGES, BUCKET = 1e-3, 8000, 32


def read_idx(folder, name):
    path = Path(folder) / name
    opener = open if path.exists() else gzip.open
    with opener(path if path.exists() else f"{path}.gz", "rb") as file:
        raw = file.read()
    dimensions = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dimensions).copy()


def xavier(layer):
    nn.init.xavier_uniform_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = xavier(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False))
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = xavier(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False))
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                xavier(nn.Conv2d(inputs, outputs, 1, stride, bias=False)), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = xavier(nn.Conv2d(1, 16, 3, padding=1, bias=False))
        self.norm = nn.BatchNorm2d(16)
        self.stages = nn.Sequential(ResidualBlock(16, 16, 1), ResidualBlock(16, 32, 2), ResidualBlock(32, 64, 2))
        self.dense = xavier(nn.Linear(64, 10))

    def forward(self, x):
        return self.dense(self.stages(F.relu(self.norm(self.conv(x)))).mean((2, 3)))


class Transformer(nn.Module):
    """MaaS's "transformer": width 128, one layer of four heads, norm first, GELU, dropout 0.3, mean over the tokens."""

    def __init__(self, vocabulary, padding, classes):
        super().__init__()
        self.padding = padding
        self.tokens = nn.Embedding(vocabulary, 128)
        self.positions = nn.Embedding(256, 128)
        nn.init.normal_(self.tokens.weight, std=0.02)
        nn.init.normal_(self.positions.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(128, 4, 256, 0.3, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, nn.LayerNorm(128), enable_nested_tensor=False)
        self.dropout = nn.Dropout(0.3)
        self.head = xavier(nn.Linear(128, classes))

    def forward(self, ids):
        hidden = ids == self.padding
        x = self.dropout(self.tokens(ids) + self.positions.weight[:ids.shape[1]])
        x = self.encoder(x, src_key_padding_mask=hidden)
        kept = (~hidden).unsqueeze(-1).float()
        return self.head(self.dropout((x * kept).sum(1) / kept.sum(1).clamp_min(1)))


def network(name, tokens):
    if name == "mlp":
        return nn.Sequential(nn.Flatten(), xavier(nn.Linear(784, 32)), nn.ReLU(), xavier(nn.Linear(32, 10)))
    if name in ("convnet", "sequential"):
        return nn.Sequential(
            xavier(nn.Conv2d(1, 32, 3)), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), xavier(nn.Linear(32 * 13 * 13, 10)))
    return ResNet() if name == "resnet" else Transformer(tokens["Vocabulary"], tokens["Padding"], len(tokens["Classes"]))


class Images(Dataset):
    def __init__(self, images, labels, mean, std):
        self.images, self.labels, self.mean, self.std = images, labels, mean, std

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = torch.from_numpy(self.images[index]).unsqueeze(0).float().div(255)
        return (image - self.mean) / self.std, int(self.labels[index])


class ImageTask:
    batch_size = 128

    def __init__(self, request, tuned):
        images = read_idx(request["Images"], "train-images-idx3-ubyte")
        labels = read_idx(request["Images"], "train-labels-idx1-ubyte").astype(np.int64)
        self.mean, self.std, self.tuned = images.mean() / 255, images.std() / 255, tuned
        if request["Network"] == "resnet":
            images, labels = images[:RESNET_IMAGES], labels[:RESNET_IMAGES]
        self.train, self.test = (images, labels), (
            read_idx(request["Images"], "t10k-images-idx3-ubyte"),
            read_idx(request["Images"], "t10k-labels-idx1-ubyte").astype(np.int64))

    def normalized(self, images):
        x = torch.from_numpy(images).unsqueeze(1).float().mul_(1 / (255 * self.std)).sub_(self.mean / self.std)
        return x.to(memory_format=torch.channels_last) if self.tuned else x

    def batches(self):
        if not self.tuned:
            return DataLoader(Images(*self.train, self.mean, self.std), batch_size=self.batch_size, shuffle=True)
        data, targets = torch.from_numpy(self.train[0]).unsqueeze(1), torch.from_numpy(self.train[1])
        return self.whole(data, targets)

    def whole(self, data, targets):
        order = torch.randperm(len(data))
        for begin in range(0, len(data), self.batch_size):
            index = order[begin:begin + self.batch_size]
            x = data[index].to(memory_format=torch.channels_last).float()
            yield x.mul_(1 / (255 * self.std)).sub_(self.mean / self.std), targets[index]

    def tests(self, size):
        for start in range(0, len(self.test[0]), size):
            yield self.normalized(self.test[0][start:start + size]), torch.from_numpy(self.test[1][start:start + size])


class TextTask:
    batch_size = 32

    def __init__(self, tokens, tuned):
        self.tokens, self.tuned = tokens, tuned

    def padded(self, ids):
        rows = [torch.tensor(row) for row in ids]
        return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self.tokens["Padding"])

    def collate(self, samples):
        return self.padded([ids for ids, _ in samples]), torch.tensor([label for _, label in samples])

    def batches(self):
        samples = list(zip(self.tokens["TrainIds"], self.tokens["TrainLabels"]))
        if not self.tuned:
            return DataLoader(samples, batch_size=self.batch_size, shuffle=True, collate_fn=self.collate)
        return self.by_length(samples)

    def by_length(self, samples):
        order = torch.randperm(len(samples)).tolist()
        whole, stretch = len(order) // self.batch_size * self.batch_size, BUCKET * self.batch_size
        for start in range(0, whole, stretch):
            end = min(start + stretch, whole)
            order[start:end] = sorted(order[start:end], key=lambda i: len(samples[i][0]))
        starts = [self.batch_size * i for i in torch.randperm(whole // self.batch_size).tolist()]
        for start in starts + ([whole] if whole < len(order) else []):
            yield self.collate([samples[i] for i in order[start:start + self.batch_size]])

    def tests(self, size):
        for start in range(0, len(self.tokens["TestIds"]), size):
            yield (self.padded(self.tokens["TestIds"][start:start + size]),
                   torch.tensor(self.tokens["TestLabels"][start:start + size]))


def epochs(net, task, count):
    optimizer = torch.optim.Adam(net.parameters(), RATE)
    net.train()
    for _ in range(count):
        start = time.perf_counter()
        for x, y in task.batches():
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        yield time.perf_counter() - start


def accuracy(net, task):
    net.eval()
    with torch.no_grad():
        pairs = [((net(x).argmax(1) == y).sum().item(), len(y)) for x, y in task.tests(250)]
    return sum(hits for hits, _ in pairs) / sum(size for _, size in pairs)


def gradients(net, x, y):
    return [g.double() for g in torch.autograd.grad(F.cross_entropy(net(x), y), list(net.parameters()))]


def gradient_error(net, x, y):
    """Largest relative error of a parameter's gradient against float64; see NumberCheck."""
    single = gradients(net, x, y)
    exact = gradients(copy.deepcopy(net).double(), x.double() if x.is_floating_point() else x, y)
    whole = sum(g.norm() ** 2 for g in exact) ** 0.5
    return max(((a - b).norm() / torch.maximum(b.norm(), 1e-3 * whole)).item() for a, b in zip(single, exact))


def convolution_error():
    torch.manual_seed(0)
    x, weight, gradient = torch.randn(2, 3, 16), torch.randn(2, 3, 3), torch.randn(2, 2, 14)
    results = []
    for kind in (torch.float32, torch.float64):
        data = x.to(kind).requires_grad_()
        results.append(torch.autograd.grad(F.conv1d(data, weight.to(kind)), data, gradient.to(kind))[0].double())
    return ((results[0] - results[1]).norm() / results[1].norm()).item()


def main():
    tuned, request = sys.argv[1] == "pytorch-tuned", json.loads(sys.argv[2])
    torch.set_num_threads(os.cpu_count())    # Debian's build takes one thread by default.
    torch.manual_seed(request["Seed"])
    text = request["Network"] == "transformer"
    tokens = json.loads(Path(request["Tokens"]).read_text()) if text else None
    task = TextTask(tokens, tuned) if text else ImageTask(request, tuned)
    net = network(request["Network"], tokens)
    if tuned:
        net.to(memory_format=torch.channels_last)
    seconds = list(epochs(net, task, request["Epochs"]))
    test = accuracy(net, task)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    x, y = next(iter(task.tests(task.batch_size)))
    print(json.dumps({
        "Version": f"torch {torch.__version__}, Python {platform.python_version()}",
        "Settings": f"{torch.get_num_threads()} threads, "
                    + ("channels-last, malloc set" if tuned else "NCHW, DataLoader"),
        "OneDnn": "default",
        "EpochSeconds": seconds,
        "TestAccuracy": test,
        "PeakMegabytes": peak,
        "GradientError": gradient_error(net, x, y),
        "ConvolutionError": convolution_error(),
    }))


main()
