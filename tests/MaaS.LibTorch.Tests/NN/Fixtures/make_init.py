"""What every initialisation draws from seed 11, by PyTorch. Writes init.json beside this file."""
import json
import os

import torch
import torch.nn as nn
from torch.nn import init

cases = {
    "ones_": ((2, 3), init.ones_), "zeros_": ((2, 3), init.zeros_), "eye_": ((2, 3), init.eye_), "dirac_": ((3, 2, 3, 3), init.dirac_),
    "constant_": ((2, 3), lambda t: init.constant_(t, 0.3)),
    "uniform_": ((2, 3), lambda t: init.uniform_(t, -2, 3)), "normal_": ((4, 5), lambda t: init.normal_(t, 1, 2)),
    "trunc_normal_": ((4, 5), lambda t: init.trunc_normal_(t, 0.5, 2, -1, 1.5)),
    "orthogonal_": ((3, 5), lambda t: init.orthogonal_(t, 1.5)), "orthogonal_tall": ((5, 3), init.orthogonal_),
    "sparse_": ((5, 3), lambda t: init.sparse_(t, 0.4, 0.1)),
    "kaiming_uniform_": ((4, 3, 2), lambda t: init.kaiming_uniform_(t, 0.2)),
    "kaiming_normal_": ((4, 3, 2), lambda t: init.kaiming_normal_(t, mode="fan_out", nonlinearity="relu")),
    "xavier_uniform_": ((4, 3, 2), lambda t: init.xavier_uniform_(t, 2)), "xavier_normal_": ((4, 3, 2), init.xavier_normal_),
}
result = {}
for name, (shape, function) in cases.items():
    torch.manual_seed(11)
    tensor = function(torch.empty(shape))
    result[name] = {"shape": list(shape), "dtype": "float32", "data": [float("%.8g" % v) for v in tensor.reshape(-1).tolist()]}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "init.json"), "w") as file:
    file.write("{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in result.items()) + "\n}\n")
