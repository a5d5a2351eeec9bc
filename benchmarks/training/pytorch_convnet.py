"""Trains the same ConvNet on Fashion-MNIST with PyTorch: one line of JSON on standard output.

usage: pytorch_convnet.py idiomatic|tuned|bf16 --data DIR [--epochs N] [--threads N] [--seed N]

idiomatic: the tutorial's way: Dataset, DataLoader with shuffle, per-sample normalisation.
tuned:     the data set as one tensor, whole batches by index, channels-last, the same arithmetic as MaaS.
bf16:      tuned, with bfloat16 autocast.
"""
import argparse
import gzip
import json
import platform
import resource
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


def read_idx(folder, name):
    path = Path(folder) / name
    opener = open if path.exists() else gzip.open
    with opener(path if path.exists() else f"{path}.gz", "rb") as file:
        raw = file.read()
    dimensions = [int.from_bytes(raw[4 + 4 * i:8 + 4 * i], "big") for i in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(dimensions).copy()


class Images(Dataset):
    def __init__(self, images, labels, mean, std):
        self.images, self.labels, self.mean, self.std = images, labels, mean, std

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = torch.from_numpy(self.images[index]).unsqueeze(0).float().div(255)
        return (image - self.mean) / self.std, int(self.labels[index])


def model():
    net = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 13 * 13, 10))
    for layer in (net[0], net[4]):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
    return net


def accuracy(net, images, labels, mean, std):
    net.eval()
    with torch.no_grad():
        hits = 0
        for start in range(0, len(images), 500):
            x = (torch.from_numpy(images[start:start + 500]).unsqueeze(1).float().div(255) - mean) / std
            hits += (net(x).argmax(1) == torch.from_numpy(labels[start:start + 500])).sum().item()
    return hits / len(images)


def idiomatic(net, optimizer, images, labels, mean, std, epochs):
    loader = DataLoader(Images(images, labels, mean, std), batch_size=128, shuffle=True)
    for _ in range(epochs):
        start = time.perf_counter()
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(net(x), y).backward()
            optimizer.step()
        yield time.perf_counter() - start


def tuned(net, optimizer, images, labels, mean, std, epochs, bf16):
    net.to(memory_format=torch.channels_last)
    data, targets = torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels)
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(data))
        for begin in range(0, len(data), 128):
            index = order[begin:begin + 128]
            x = data[index].to(memory_format=torch.channels_last).float().mul_(1 / (255 * std)).sub_(mean / std)
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                loss = F.cross_entropy(net(x), targets[index])
            loss.backward()
            optimizer.step()
        yield time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=["idiomatic", "tuned", "bf16"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    images = read_idx(options.data, "train-images-idx3-ubyte")
    labels = read_idx(options.data, "train-labels-idx1-ubyte").astype(np.int64)
    mean, std = images.mean() / 255, images.std() / 255
    net = model()
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    train = idiomatic if options.variant == "idiomatic" else tuned
    extra = () if options.variant == "idiomatic" else (options.variant == "bf16",)
    seconds = list(train(net, optimizer, images, labels, mean, std, options.epochs, *extra))
    test = accuracy(
        net, read_idx(options.data, "t10k-images-idx3-ubyte"),
        read_idx(options.data, "t10k-labels-idx1-ubyte").astype(np.int64), mean, std)
    print(json.dumps({
        "Implementation": f"PyTorch {options.variant}",
        "Version": f"torch {torch.__version__}, Python {platform.python_version()}",
        "EpochSeconds": seconds,
        "TestAccuracy": test,
        "PeakMegabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }))


main()
