"""Writes averages.json: PyTorch's averaged weights of a small regression.

Run with a Python that has torch 1.13 (Debian: python3-torch).
"""
import json
from pathlib import Path

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, update_bn

torch.manual_seed(3)
x, y = torch.randn(20, 3), torch.randn(20, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
start = {k: v.tolist() for k, v in model.state_dict().items()}
optimizer = torch.optim.SGD(model.parameters(), 0.1)
ema = AveragedModel(model, avg_fn=lambda a, p, n: 0.9 * a + 0.1 * p)
ema.update_parameters(model)  # the first call copies: the average starts from the weights of the start
swa = AveragedModel(model)
for epoch in range(1, 13):
    model.train()
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
    ema.update_parameters(model)
    if epoch >= 5:
        swa.update_parameters(model)


class Halves:
    def __iter__(self):
        return iter([x[:10], x[10:]])


update_bn(Halves(), swa)
floats = lambda m: {k: v.tolist() for k, v in m.module.state_dict().items() if v.is_floating_point()}
Path(__file__).with_name("averages.json").write_text(json.dumps({
    "x": x.flatten().tolist(), "y": y.flatten().tolist(), "start": start,
    "ema": {k: v for k, v in floats(ema).items() if "running" not in k}, "swa": floats(swa)}, separators=(",", ":")) + "\n")
