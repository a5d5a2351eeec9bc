"""Writes fake_quantize.json: outputs and gradients of torch.fake_quantize_* (PyTorch 1.13.1), and the ranges of
MovingAverageMinMaxObserver. Run with a Python that has torch."""
import json
import pathlib

import torch
from torch.ao.quantization import MovingAverageMinMaxObserver

torch.manual_seed(3)


def flat(tensor):
    return [float(v) for v in tensor.detach().flatten()]


activations = []
for low, high in [(0.0, 2.5), (-1.3, 3.1), (-2.0, -0.4), (0.7, 4.0)]:
    x = (torch.randn(2, 3, 5) * 2.5).requires_grad_()
    least, greatest = min(low, 0.0), max(high, 0.0)
    scale = (greatest - least) / 255
    zero_point = max(0, min(255, round(-least / scale)))
    y = torch.fake_quantize_per_tensor_affine(x, scale, zero_point, 0, 255)
    upstream = torch.randn_like(y)
    y.backward(upstream)
    activations.append({"min": low, "max": high, "input": flat(x), "output": flat(y), "upstream": flat(upstream), "gradient": flat(x.grad)})

weights = []
for shape in [(4, 3, 3, 3), (5, 7)]:
    w = torch.randn(*shape)
    w[1] *= 30
    w[2] = 0
    w.requires_grad_()
    scale = w.detach().flatten(1).abs().amax(1) / 127
    scale[scale == 0] = 2.0 ** -20
    y = torch.fake_quantize_per_channel_affine(w, scale, torch.zeros(shape[0], dtype=torch.int32), 0, -127, 127)
    upstream = torch.randn_like(y)
    y.backward(upstream)
    weights.append({"shape": list(shape), "input": flat(w), "output": flat(y), "upstream": flat(upstream), "gradient": flat(w.grad)})

observer = MovingAverageMinMaxObserver(averaging_constant=0.01)
batches = []
for i in range(5):
    x = torch.randn(6, 4) * (i + 1)
    observer(x)
    batches.append(flat(x))
observed = {"batches": batches, "columns": 4, "min": float(observer.min_val), "max": float(observer.max_val)}

path = pathlib.Path(__file__).with_name("fake_quantize.json")
path.write_text(json.dumps({"activations": activations, "weights": weights, "observed": observed}))
