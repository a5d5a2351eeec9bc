"""Counts the nodes of PyTorch's own ONNX exporter for the architectures of WholeModelTests and ResNet18Tests (same
layers, same dynamic axes, opset 17). Run with the system's python3-torch: /usr/bin/python3 make_node_counts.py"""
import io
import json
import os

import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F


class Depthwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6(),
            nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU6(),
            nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(16, 5))

    def forward(self, x):
        return self.layers(x)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.middle = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.head = nn.ConvTranspose2d(8, 4, 2, stride=2), nn.Conv2d(8, 2, 1)

    def forward(self, x):
        skip = F.relu(self.down(x))
        deep = F.relu(self.middle(F.max_pool2d(skip, 2)))
        return self.head(torch.cat([skip, self.up(deep)], 1))


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(20, 6), nn.Linear(10, 3)
        self.lstm = nn.LSTM(6, 5, num_layers=2, batch_first=True, bidirectional=True)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0].mean(1))


class Block(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self.norm1, self.norm2, self.causal = nn.LayerNorm(8), nn.LayerNorm(8), causal
        self.qkv, self.projection, self.up, self.down = nn.Linear(8, 24), nn.Linear(8, 8), nn.Linear(8, 32), nn.Linear(32, 8)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, 2, 4).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) / 2
        if self.causal:
            scores = scores.masked_fill(torch.ones(t, t).tril() == 0, float("-inf"))
        y = (scores.softmax(-1) @ v).transpose(1, 2).contiguous().view(b, t, 8)
        x = x + self.projection(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, causal):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(20, 8), nn.Embedding(32, 8)
        self.blocks, self.head = nn.Sequential(Block(causal), Block(causal)), nn.Linear(8, 20, bias=False)

    def forward(self, x):
        return self.head(self.blocks(self.tokens(x) + self.positions(torch.arange(x.shape[1]))))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity() if inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.downsample(x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.fc = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.Linear(512, 1000)
        widths = [64, 64, 128, 256, 512]
        self.stages = nn.Sequential(*(
            nn.Sequential(BasicBlock(a, b, 1 if a == b else 2), BasicBlock(b, b, 1)) for a, b in zip(widths, widths[1:])))

    def forward(self, x):
        x = self.stages(F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def trained(model):
    """Batch norms with statistics of their own, as training gives them: equal ones would be shared through Identity."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight.data, module.bias.data, module.running_mean, module.running_var):
                tensor.uniform_(0.5, 1.5)
    return model


def count(model, example, axes):
    buffer = io.BytesIO()
    torch.onnx.export(model.eval(), example, buffer, opset_version=17, input_names=["input"], dynamic_axes={"input": axes})
    return len(onnx.load_from_string(buffer.getvalue()).graph.node)


image, sequence = {0: "batch"}, {0: "batch", 1: "sequence"}
tokens = torch.randint(0, 20, (2, 7))
counts = {
    "depthwise": count(Depthwise(), torch.randn(2, 3, 12, 12), image),
    "unet": count(UNet(), torch.randn(2, 1, 8, 12), {0: "batch", 2: "height", 3: "width"}),
    "resnet18": count(trained(ResNet18()), torch.randn(2, 3, 32, 32), image),
    "lstm": count(LstmClassifier(), tokens, sequence),
    "transformer": count(Transformer(False), tokens, sequence),
    "causal_transformer": count(Transformer(True), tokens, sequence),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "node_counts.json"), "w") as file:
    json.dump(counts, file, indent=2)
    file.write("\n")
