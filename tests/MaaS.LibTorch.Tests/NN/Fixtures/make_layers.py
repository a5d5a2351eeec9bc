"""Outputs, gradients, initial values and changed buffers of every layer, by PyTorch. Writes layers.json beside this file.

Every case: seed 7, construct; the initial state is recorded; every parameter gets linspace(-0.2, 0.2) added; seed 3;
forward; the loss is the sum of output * linspace(-1, 1) over all floating outputs; backward. Equal tensors are kept
once, in "tensors", and cases name them by number.
"""
import json
import os

import torch
import torch.nn as nn

torch.set_num_threads(1)
cases = {}
kept = {}


def ramp(shape, low=-1.0, high=1.0, dtype=torch.float32):
    count = 1
    for size in shape:
        count *= size
    return torch.linspace(low, high, count, dtype=dtype).reshape(shape)


def wave(*shape):
    """Inputs without ties or symmetry, of four decimals."""
    count = 1
    for size in shape:
        count *= size
    return torch.sin(torch.arange(count, dtype=torch.float32) * 1.7 + 0.3).mul(1.5e4).round().div(1e4).reshape(shape)


def plain(t):
    whole = t.dtype in (torch.int64, torch.bool)
    data = t.long().reshape(-1).tolist() if whole else [float("%.6g" % v) for v in t.detach().reshape(-1).tolist()]
    text = json.dumps({"shape": list(t.shape), "dtype": "int64" if whole else "float32", "data": data}, separators=(",", ":"))
    return kept.setdefault(text.replace(".0,", ",").replace(".0]", "]"), len(kept))


def tensors(result):
    if isinstance(result, torch.Tensor):
        return [result]
    return [t for r in result if r is not None for t in tensors(r)]


def case(name, make, *inputs, train=False, call=None):
    torch.manual_seed(7)
    module = make()
    record = {"train": train, "inputs": [plain(i) for i in inputs]}
    is_module = isinstance(module, nn.Module)
    if is_module:
        record["state"] = {k: plain(v) for k, v in module.state_dict().items()}
        with torch.no_grad():
            for p in module.parameters():
                p.add_(ramp(p.shape, -0.2, 0.2))
        module.train(train)
    inputs = [i.clone().requires_grad_() if i.is_floating_point() else i for i in inputs]
    torch.manual_seed(3)
    outputs = tensors(call(module, *inputs) if call else module(*inputs))
    record["outputs"] = [plain(o) for o in outputs]
    loss = sum((o * ramp(o.shape)).sum() for o in outputs if o.is_floating_point())
    if loss.requires_grad:
        loss.backward()
    record["input_grads"] = [plain(i.grad) if i.grad is not None else None for i in inputs]
    if is_module:
        record["grads"] = {k: plain(p.grad.to_dense() if p.grad.is_sparse else p.grad) for k, p in module.named_parameters() if p.grad is not None}
        record["buffers"] = {k: plain(b) for k, b in module.named_buffers()}
    cases[name] = record


x2, x3, x4, x5 = wave(3, 4), wave(2, 4, 6), wave(2, 4, 6, 5), wave(1, 2, 4, 5, 3)

case("Linear", lambda: nn.Linear(4, 3), x2)
case("Linear_without_bias", lambda: nn.Linear(4, 3, bias=False), x3.transpose(1, 2).contiguous())
case("Bilinear", lambda: nn.Bilinear(4, 3, 2), x2, wave(3, 3))
case("Identity", lambda: nn.Identity(), x2)
case("Flatten", lambda: nn.Flatten(), x4)
case("Unflatten", lambda: nn.Unflatten(1, (2, 2)), x2)
case("Embedding", lambda: nn.Embedding(5, 3, padding_idx=1), torch.tensor([[0, 1, 4], [2, 1, 0]]))
case("Embedding_with_max_norm", lambda: nn.Embedding(5, 3, max_norm=1.0, scale_grad_by_freq=True), torch.tensor([[0, 1, 4], [2, 1, 0]]))
case("Embedding_sparse", lambda: nn.Embedding(5, 3, sparse=True), torch.tensor([3, 1, 3]))
case("EmbeddingBag_sum", lambda: nn.EmbeddingBag(5, 3, mode="sum"), torch.tensor([[0, 1, 4], [2, 1, 0]]))
case("EmbeddingBag_mean", lambda: nn.EmbeddingBag(5, 3), torch.tensor([0, 1, 4, 2, 1]), torch.tensor([0, 2]))
case("EmbeddingBag_max", lambda: nn.EmbeddingBag(5, 3, mode="max"), torch.tensor([0, 1, 4, 2, 1]), torch.tensor([0, 3]))
case("CosineSimilarity", lambda: nn.CosineSimilarity(), x2, wave(4, 3).t().contiguous())
case("PairwiseDistance", lambda: nn.PairwiseDistance(), x2, wave(4, 3).t().contiguous())

case("Conv1d", lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1, dilation=1, groups=2), x3)
case("Conv1d_same", lambda: nn.Conv1d(4, 3, 4, padding="same", dilation=2), x3)
case("Conv1d_unbatched", lambda: nn.Conv1d(4, 3, 3), x3[0])
case("Conv2d", lambda: nn.Conv2d(4, 3, 3), x4)
case("Conv2d_tuples", lambda: nn.Conv2d(4, 4, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=4, bias=False), x4)
case("Conv2d_valid", lambda: nn.Conv2d(4, 2, 3, padding="valid"), x4)
case("Conv2d_same", lambda: nn.Conv2d(4, 2, 3, padding="same"), x4)
case("Conv2d_reflect", lambda: nn.Conv2d(4, 2, 3, padding=(1, 2), padding_mode="reflect"), x4)
case("Conv2d_replicate", lambda: nn.Conv2d(4, 2, 3, padding=1, padding_mode="replicate"), x4)
case("Conv2d_circular", lambda: nn.Conv2d(4, 2, 3, padding=1, padding_mode="circular"), x4)
case("Conv2d_circular_same", lambda: nn.Conv2d(4, 2, (2, 3), padding="same", padding_mode="circular"), x4)
case("Conv3d", lambda: nn.Conv3d(2, 3, 2, stride=2, padding=1), x5)
case("ConvTranspose1d", lambda: nn.ConvTranspose1d(4, 3, 3, stride=2, padding=1, output_padding=1), x3)
case("ConvTranspose2d", lambda: nn.ConvTranspose2d(4, 2, (3, 2), stride=(2, 1), padding=(1, 0), output_padding=(1, 0)), x4)
case("ConvTranspose2d_output_size", lambda: nn.ConvTranspose2d(4, 2, 3, stride=2, padding=1), x4,
     call=lambda m, x: m(x, output_size=[12, 10]))
case("ConvTranspose3d", lambda: nn.ConvTranspose3d(2, 2, 2, stride=2), x5[:, :, :2, :2, :2].contiguous())

case("BatchNorm1d_train", lambda: nn.BatchNorm1d(4), x3, train=True)
case("BatchNorm1d_eval", lambda: nn.BatchNorm1d(4), x2)
case("BatchNorm2d_train", lambda: nn.BatchNorm2d(4, momentum=0.3), x4, train=True)
case("BatchNorm2d_no_stats", lambda: nn.BatchNorm2d(4, track_running_stats=False), x4)
case("BatchNorm2d_not_affine", lambda: nn.BatchNorm2d(4, affine=False), x4, train=True)
case("BatchNorm3d_train", lambda: nn.BatchNorm3d(2), x5, train=True)
case("InstanceNorm1d", lambda: nn.InstanceNorm1d(4, affine=True), x3)
case("InstanceNorm2d_stats", lambda: nn.InstanceNorm2d(4, affine=True, track_running_stats=True), x4, train=True)
case("InstanceNorm2d_unbatched", lambda: nn.InstanceNorm2d(4), x4[0])
case("InstanceNorm3d", lambda: nn.InstanceNorm3d(2), x5)
case("LayerNorm", lambda: nn.LayerNorm(6), x3)
case("LayerNorm_two_dimensions", lambda: nn.LayerNorm([6, 5], eps=1e-3), x4)
case("GroupNorm", lambda: nn.GroupNorm(2, 4), x4)
case("LocalResponseNorm", lambda: nn.LocalResponseNorm(3, alpha=0.1, beta=0.6, k=1.5), x4)

case("MaxPool1d", lambda: nn.MaxPool1d(2, stride=1, padding=1, dilation=2), x3)
case("MaxPool2d", lambda: nn.MaxPool2d(2), x4)
case("MaxPool2d_tuples", lambda: nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), ceil_mode=True), x4)
case("MaxPool3d", lambda: nn.MaxPool3d(2), x5)
case("AvgPool1d", lambda: nn.AvgPool1d(3, stride=2, padding=1), x3)
case("AvgPool2d", lambda: nn.AvgPool2d(2, padding=1, count_include_pad=False), x4)
case("AvgPool2d_divisor", lambda: nn.AvgPool2d((2, 3), stride=(1, 2), divisor_override=4), x4)
case("AvgPool3d", lambda: nn.AvgPool3d(2), x5)
case("AdaptiveAvgPool1d", lambda: nn.AdaptiveAvgPool1d(4), x3)
case("AdaptiveAvgPool2d", lambda: nn.AdaptiveAvgPool2d((3, 2)), x4)
case("AdaptiveAvgPool3d", lambda: nn.AdaptiveAvgPool3d(2), x5)
case("AdaptiveMaxPool1d", lambda: nn.AdaptiveMaxPool1d(4), x3)
case("AdaptiveMaxPool2d", lambda: nn.AdaptiveMaxPool2d((3, 2)), x4)
case("AdaptiveMaxPool3d", lambda: nn.AdaptiveMaxPool3d((2, 2, 2)), x5)

case("ZeroPad2d", lambda: nn.ZeroPad2d((1, 2, 0, 1)), x4)
case("ConstantPad1d", lambda: nn.ConstantPad1d((1, 2), 3.5), x3)
case("ConstantPad2d", lambda: nn.ConstantPad2d(1, 3.5), x4)
case("ConstantPad3d", lambda: nn.ConstantPad3d(1, 3.5), x5)
case("ReflectionPad1d", lambda: nn.ReflectionPad1d((2, 1)), x3)
case("ReflectionPad2d", lambda: nn.ReflectionPad2d((1, 2, 0, 1)), x4)
case("ReflectionPad3d", lambda: nn.ReflectionPad3d(1), x5)
case("ReplicationPad1d", lambda: nn.ReplicationPad1d(2), x3)
case("ReplicationPad2d", lambda: nn.ReplicationPad2d((1, 2, 0, 1)), x4)
case("ReplicationPad3d", lambda: nn.ReplicationPad3d(1), x5)

for name, make in {
    "ReLU": nn.ReLU, "ReLU6": nn.ReLU6, "ELU": lambda: nn.ELU(0.7), "CELU": lambda: nn.CELU(0.7), "SELU": nn.SELU, "GELU": nn.GELU,
    "GELU_tanh": lambda: nn.GELU("tanh"), "SiLU": nn.SiLU, "Mish": nn.Mish, "Softplus": lambda: nn.Softplus(2, 1.5), "Sigmoid": nn.Sigmoid,
    "Tanh": nn.Tanh, "LogSigmoid": nn.LogSigmoid, "Softsign": nn.Softsign, "Hardsigmoid": nn.Hardsigmoid, "Hardswish": nn.Hardswish,
    "Hardtanh": lambda: nn.Hardtanh(-0.6, 0.9), "LeakyReLU": lambda: nn.LeakyReLU(0.2), "PReLU": lambda: nn.PReLU(4, 0.3),
    "Threshold": lambda: nn.Threshold(0.4, -2.0), "Hardshrink": nn.Hardshrink, "Softshrink": lambda: nn.Softshrink(0.3), "Tanhshrink": nn.Tanhshrink,
    "Softmax": lambda: nn.Softmax(1), "LogSoftmax": lambda: nn.LogSoftmax(2), "Softmin": lambda: nn.Softmin(1), "GLU": lambda: nn.GLU(1),
}.items():
    case(name, make, x3)
case("Softmax2d", nn.Softmax2d, x4)
case("RReLU_train", nn.RReLU, x3, train=True)
case("RReLU_eval", nn.RReLU, x3)

case("Dropout_train", lambda: nn.Dropout(0.4), x3, train=True)
case("Dropout_eval", lambda: nn.Dropout(0.4), x3)
case("Dropout1d_train", lambda: nn.Dropout1d(0.4), x3, train=True)
case("Dropout2d_train", lambda: nn.Dropout2d(0.4), x4, train=True)
case("Dropout3d_train", lambda: nn.Dropout3d(0.4), x5, train=True)
case("AlphaDropout_train", lambda: nn.AlphaDropout(0.4), x3, train=True)
case("FeatureAlphaDropout_train", lambda: nn.FeatureAlphaDropout(0.4), x3, train=True)

case("Upsample_nearest", lambda: nn.Upsample(scale_factor=2.0), x4)
case("Upsample_bilinear", lambda: nn.Upsample(size=(9, 4), mode="bilinear", align_corners=True), x4)
case("Upsample_bicubic", lambda: nn.Upsample(scale_factor=(1.5, 2.0), mode="bicubic"), x4)
case("Upsample_linear", lambda: nn.Upsample(size=9, mode="linear"), x3)
case("Upsample_trilinear", lambda: nn.Upsample(scale_factor=1.5, mode="trilinear"), x5)
case("PixelShuffle", lambda: nn.PixelShuffle(2), x4)
case("PixelUnshuffle", lambda: nn.PixelUnshuffle(2), wave(2, 1, 4, 6))
case("ChannelShuffle", lambda: nn.ChannelShuffle(2), x4, call=lambda m, x: m(x.detach()))
case("Unfold", lambda: nn.Unfold((2, 3), dilation=(1, 1), padding=(1, 0), stride=(2, 1)), x4)
case("Fold", lambda: nn.Fold((4, 5), (2, 2), padding=1, stride=(2, 1)), wave(2, 8, 18))

seq = wave(5, 3, 4)
state = wave(2, 3, 6).mul(0.5)
case("RNN", lambda: nn.RNN(4, 6), seq)
case("RNN_relu_deep", lambda: nn.RNN(4, 6, 2, nonlinearity="relu", batch_first=True), seq, wave(2, 5, 6))
case("LSTM", lambda: nn.LSTM(4, 6), seq, call=lambda m, x: (lambda o: [o[0], o[1][0], o[1][1]])(m(x)))
case("LSTM_bidirectional_deep", lambda: nn.LSTM(4, 3, 2, bidirectional=True, batch_first=True), seq,
     call=lambda m, x: (lambda o: [o[0], o[1][0], o[1][1]])(m(x)))
case("LSTM_dropout_train", lambda: nn.LSTM(4, 3, 2, dropout=0.5), seq, train=True,
     call=lambda m, x: (lambda o: [o[0], o[1][0], o[1][1]])(m(x)))
case("LSTM_with_state", lambda: nn.LSTM(4, 6, bias=False), seq, wave(1, 3, 6), wave(1, 3, 6).mul(0.3),
     call=lambda m, x, h, c: (lambda o: [o[0], o[1][0], o[1][1]])(m(x, (h, c))))
case("GRU", lambda: nn.GRU(4, 6), seq)
case("GRU_bidirectional", lambda: nn.GRU(4, 6, bidirectional=True), seq, state)
case("RNNCell", lambda: nn.RNNCell(4, 6), x2, wave(3, 6))
case("RNNCell_relu", lambda: nn.RNNCell(4, 6, nonlinearity="relu"), x2)
case("LSTMCell", lambda: nn.LSTMCell(4, 6), x2, wave(3, 6), wave(3, 6).mul(0.3), call=lambda m, x, h, c: m(x, (h, c)))
case("GRUCell", lambda: nn.GRUCell(4, 6), x2, wave(3, 6))


def packed(module, x, lengths):
    pack = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    output, last = module(pack)
    padded, sizes = nn.utils.rnn.pad_packed_sequence(output, padding_value=-1.0, total_length=6)
    return [padded, sizes] + (list(last) if isinstance(last, tuple) else [last])


lengths = torch.tensor([2, 5, 3])
case("RNN_packed", lambda: nn.RNN(4, 6), seq, lengths, call=packed)
case("GRU_packed", lambda: nn.GRU(4, 6, bidirectional=True), seq, lengths, call=packed)
case("LSTM_packed", lambda: nn.LSTM(4, 6, 2), seq, lengths, call=packed)
case("pad_sequence", lambda: None, seq[0], seq[1, :2].contiguous(), call=lambda m, a, b: nn.utils.rnn.pad_sequence([a, b], padding_value=0.5))

query, key = wave(3, 2, 8), wave(5, 2, 8).flip(0).contiguous()
padding = torch.tensor([[0, 0, 0, 1, 1], [0, 0, 0, 0, 1]])
case("MultiheadAttention", lambda: nn.MultiheadAttention(8, 2), query, key, key.mul(0.5))
case("MultiheadAttention_masks", lambda: nn.MultiheadAttention(8, 2), query, key, key.mul(0.5), padding,
     call=lambda m, q, k, v, p: m(q, k, v, key_padding_mask=p.bool(), attn_mask=torch.ones(3, 5).triu(3).bool()))
case("MultiheadAttention_sizes", lambda: nn.MultiheadAttention(8, 4, kdim=3, vdim=6, add_bias_kv=True, add_zero_attn=True), query, wave(5, 2, 3), wave(5, 2, 6), padding,
     call=lambda m, q, k, v, p: m(q, k, v, key_padding_mask=p.bool(), attn_mask=wave(3, 5)))
case("MultiheadAttention_without_bias_train", lambda: nn.MultiheadAttention(8, 2, dropout=0.3, bias=False), query, key, key, train=True)
small = dict(d_model=8, nhead=2, dim_feedforward=6, dropout=0.0)
case("TransformerEncoderLayer", lambda: nn.TransformerEncoderLayer(**small), query, train=True)
case("TransformerEncoderLayer_gelu", lambda: nn.TransformerEncoderLayer(**small, activation="gelu"), query, train=True,
     call=lambda m, x: m(x, torch.ones(3, 3).triu(1).bool(), torch.tensor([[0, 0, 1], [0, 0, 0]]).bool()))
case("TransformerEncoder", lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(**small), 2), query, train=True)
case("TransformerDecoderLayer", lambda: nn.TransformerDecoderLayer(**small), query, key, train=True)
case("TransformerDecoder", lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(**small), 2), query, key, train=True,
     call=lambda m, t, s: m(t, s, torch.ones(3, 3).triu(1).bool()))

case("Sequential", lambda: nn.Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6, 2)), x4, train=True)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json"), "w") as file:
    file.write('{"tensors":[\n' + ",\n".join(kept) + '\n],\n"cases":{\n')
    file.write(",\n".join(json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in cases.items()) + "\n}}\n")
