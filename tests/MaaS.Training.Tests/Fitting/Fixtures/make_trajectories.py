"""Losses of 20 full-batch steps of a small ConvNet under PyTorch's optimizers and schedules.

Run with a Python that has torch 1.13: python3 make_trajectories.py
"""
import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

STEPS = 20
torch.manual_seed(5)
images = torch.randint(0, 256, (60, 1, 12, 12), dtype=torch.uint8)
labels = torch.randint(0, 4, (60,))
MEAN, STD = 0.5, 0.25
start = {
    "conv.weight": torch.empty(4, 1, 3, 3), "conv.bias": torch.empty(4),
    "dense.weight": torch.empty(4, 100), "dense.bias": torch.empty(4),
}
for value in start.values():
    value.uniform_(-0.3, 0.3)
x = (images.float() / 255 - MEAN) / STD

CASES = {
    "GradientDescent": dict(lr=0.05, optimizer=lambda p: torch.optim.SGD(p, 0.05)),
    "Sgd": dict(lr=0.02, optimizer=lambda p: torch.optim.SGD(p, 0.02, momentum=0.9, weight_decay=0.01)),
    "Adam": dict(lr=0.01, optimizer=lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.01)),
    "AdamW": dict(lr=0.01, optimizer=lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1)),
    "Smoothing": dict(lr=0.01, optimizer=lambda p: torch.optim.Adam(p, 0.01), smoothing=0.1),
    "Clip": dict(lr=0.1, optimizer=lambda p: torch.optim.SGD(p, 0.1), clip=0.5),
    "Step": dict(lr=0.05, optimizer=lambda p: torch.optim.SGD(p, 0.05),
                 schedule=lambda o: torch.optim.lr_scheduler.StepLR(o, 3, 0.5)),
    "Cosine": dict(lr=0.05, optimizer=lambda p: torch.optim.SGD(p, 0.05),
                   schedule=lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS)),
    "OneCycle": dict(lr=0.05, optimizer=lambda p: torch.optim.SGD(p, 0.05),
                     schedule=lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.05, STEPS, cycle_momentum=False)),
}


def train(lr, optimizer, smoothing=0.0, clip=None, schedule=None):
    weights = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = optimizer(list(weights.values()))
    schedule = schedule(optimizer) if schedule else None
    losses, rates = [], []
    for _ in range(STEPS):
        hidden = F.max_pool2d(F.relu(F.conv2d(x, weights["conv.weight"], weights["conv.bias"])), 2)
        logits = F.linear(hidden.flatten(1), weights["dense.weight"], weights["dense.bias"])
        loss = F.cross_entropy(logits, labels, label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(weights.values(), clip)
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        losses.append(loss.item())
        if schedule:
            schedule.step()
    return {"Losses": losses, "Rates": rates}


Path(__file__).with_name("trajectories.json").write_text(json.dumps({
    "Images": images.flatten().tolist(), "Labels": labels.tolist(), "Mean": MEAN, "Std": STD,
    "Start": {name: value.flatten().tolist() for name, value in start.items()},
    "Cases": {name: train(**case) for name, case in CASES.items()},
}))
