"""Parameters after each of six steps of every optimizer, and learning rates of every scheduler, by PyTorch.

Writes optimizers.json and schedulers.json beside this file. The parameters are 0.1 * linspace(-1, 1) of shape (2, 3) and
(4,); in step k (from 0) their gradients are sin(p * 3 + k), so that a wrong step shows in all later ones. The second
parameter has no gradient in step 2.
"""
import inspect
import json
import os
import sys
import warnings

import torch
from torch.optim import lr_scheduler as S

warnings.simplefilter("ignore")
# PyTorch before 2.0 multiplies mu twice into NAdam's next product; later versions, and the paper, once.
nadam = sys.modules["torch.optim.nadam"]
exec(inspect.getsource(nadam._single_tensor_nadam).replace("mu_product * mu * mu_next", "mu_product * mu_next"), vars(nadam))
here = os.path.dirname(os.path.abspath(__file__))


def trajectory(make):
    parameters = [torch.nn.Parameter(torch.linspace(-1, 1, n).reshape(shape) * 0.1) for n, shape in ((6, (2, 3)), (4, (4,)))]
    optimizer = make(parameters)
    steps = []
    for k in range(6):
        for i, p in enumerate(parameters):
            p.grad = None if (i, k) == (1, 2) else torch.sin(p.detach() * 3 + k)
        optimizer.step()
        steps.append([[float("%.8g" % v) for v in p.detach().reshape(-1).tolist()] for p in parameters])
    return steps


O = torch.optim
optimizers = {
    "SGD": lambda p: O.SGD(p, 0.05),
    "SGD_momentum": lambda p: O.SGD(p, 0.05, momentum=0.9, dampening=0.1, weight_decay=0.02),
    "SGD_nesterov": lambda p: O.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.02),
    "SGD_maximize": lambda p: O.SGD(p, 0.05, momentum=0.9, weight_decay=0.02, maximize=True),
    "Adam": lambda p: O.Adam(p, 0.01),
    "Adam_all": lambda p: O.Adam(p, 0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.02, amsgrad=True, maximize=True),
    "AdamW": lambda p: O.AdamW(p, 0.01, weight_decay=0.0),
    "AdamW_all": lambda p: O.AdamW(p, 0.01, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1, amsgrad=True, maximize=True),
    "Adamax": lambda p: O.Adamax(p, 0.01, betas=(0.8, 0.99), weight_decay=0.02),
    "NAdam": lambda p: O.NAdam(p, 0.01, betas=(0.8, 0.99), weight_decay=0.02, momentum_decay=0.01),
    "RAdam": lambda p: O.RAdam(p, 0.01, betas=(0.8, 0.9), weight_decay=0.02),
    "RMSProp": lambda p: O.RMSprop(p, 0.01),
    "RMSProp_centered": lambda p: O.RMSprop(p, 0.01, alpha=0.9, weight_decay=0.02, momentum=0.8, centered=True),
    "Adagrad": lambda p: O.Adagrad(p, 0.05, lr_decay=0.1, weight_decay=0.02, initial_accumulator_value=0.3),
    "Adadelta": lambda p: O.Adadelta(p, 0.5, rho=0.8, weight_decay=0.02, maximize=True),
    "ASGD": lambda p: O.ASGD(p, 0.05, lambd=0.01, alpha=0.6, t0=2, weight_decay=0.02),
    "Rprop": lambda p: O.Rprop(p, 0.01, etas=(0.4, 1.3), step_sizes=(1e-4, 0.1)),
    "groups": lambda p: O.Adam([{"params": p[:1], "lr": 0.02}, {"params": p[1:], "weight_decay": 0.1}], 0.01),
}
with open(os.path.join(here, "optimizers.json"), "w") as file:
    file.write("{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(trajectory(v), separators=(",", ":")) for k, v in optimizers.items()) + "\n}\n")


def rates(make, optimizer=lambda p: O.SGD(p, 0.5, momentum=0.9), steps=12, metrics=None, momentum=False):
    optimizer = optimizer([torch.nn.Parameter(torch.zeros(1))])
    scheduler = make(optimizer)
    result = []
    for k in range(steps):
        group = optimizer.param_groups[0]
        result.append([group["lr"]] + ([group["betas"][0] if "betas" in group else group["momentum"]] if momentum else []))
        optimizer.step()
        scheduler.step(*([metrics[k]] if metrics else []))
    return result


plateau = [1.0, 0.9, 0.91, 0.905, 0.899995, 0.95, 0.97, 0.99, 0.5, 0.6, 0.6, 0.6]
adam = lambda p: O.Adam(p, 0.5)
schedulers = {
    "LambdaLR": rates(lambda o: S.LambdaLR(o, lambda e: 0.9 ** e)),
    "MultiplicativeLR": rates(lambda o: S.MultiplicativeLR(o, lambda e: 1 - 0.05 * e)),
    "StepLR": rates(lambda o: S.StepLR(o, 3, 0.4)),
    "MultiStepLR": rates(lambda o: S.MultiStepLR(o, [2, 5, 5, 9], 0.5)),
    "ExponentialLR": rates(lambda o: S.ExponentialLR(o, 0.8)),
    "ConstantLR": rates(lambda o: S.ConstantLR(o, 0.25, 4)),
    "LinearLR": rates(lambda o: S.LinearLR(o, 0.2, 0.9, 6)),
    "PolynomialLR": rates(lambda o: S.PolynomialLR(o, 7, 1.5)),
    "CosineAnnealingLR": rates(lambda o: S.CosineAnnealingLR(o, 5, 0.01)),
    "OneCycleLR": rates(lambda o: S.OneCycleLR(o, 0.8, total_steps=12), momentum=True, steps=12),
    "OneCycleLR_linear_three_phases": rates(lambda o: S.OneCycleLR(o, 0.8, epochs=3, steps_per_epoch=4, pct_start=0.4, anneal_strategy="linear", three_phase=True),
                                            optimizer=adam, momentum=True),
    "CyclicLR": rates(lambda o: S.CyclicLR(o, 0.1, 0.7, step_size_up=3, step_size_down=2), momentum=True),
    "CyclicLR_triangular2": rates(lambda o: S.CyclicLR(o, 0.1, 0.7, step_size_up=2, mode="triangular2"), momentum=True),
    "CyclicLR_exp_range": rates(lambda o: S.CyclicLR(o, 0.1, 0.7, step_size_up=2, mode="exp_range", gamma=0.9, cycle_momentum=False)),
    "ReduceLROnPlateau": rates(lambda o: S.ReduceLROnPlateau(o, factor=0.3, patience=1, cooldown=1, min_lr=0.02), metrics=plateau),
    "ReduceLROnPlateau_max_abs": rates(lambda o: S.ReduceLROnPlateau(o, "max", patience=2, threshold=0.05, threshold_mode="abs"), metrics=plateau),
    "SequentialLR": rates(lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, 1.0, 3), S.CosineAnnealingLR(o, 6), S.ExponentialLR(o, 0.7)], [3, 8])),
    "ChainedLR": rates(lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.2, 4), S.ExponentialLR(o, 0.9)])),
}
with open(os.path.join(here, "schedulers.json"), "w") as file:
    file.write("{\n" + ",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in schedulers.items()) + "\n}\n")
