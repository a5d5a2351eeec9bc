"""Small random decoders of Llama's kind in the layout that model hubs use, and what they answer, computed with NumPy alone
from the papers and the families' published settings. Nothing of MaaS is used.

NAME/config.json, NAME/model.safetensors (or two files with an index), and NAME/answers.safetensors with ids (2, T), logits
(2, T, V). Run with a Python that has NumPy: /usr/bin/python3 make_llama.py
"""
import json
import math
import pathlib
import sys

import numpy as np

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parents[2] / "Shared"))
import safetensors_format

VOCABULARY, WIDTH, HIDDEN, LAYERS, LENGTH = 31, 16, 24, 2, 11
random = np.random.default_rng(23)

BASE = {"vocab_size": VOCABULARY, "hidden_size": WIDTH, "intermediate_size": HIDDEN, "num_hidden_layers": LAYERS,
        "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_act": "silu", "max_position_embeddings": 64,
        "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": False, "eos_token_id": 2}
MODELS = {
    # Llama 3: one matrix for all heads of a group, stretched positions, an own head.
    "llama": BASE | {"model_type": "llama", "head_dim": 12, "attention_bias": False, "mlp_bias": False, "rope_scaling": {
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32}},
    # SmolLM: Llama, the head shared with the tokens; older names of the position's scaling, biases everywhere.
    "llama-linear": BASE | {"model_type": "llama", "attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True,
                            "num_key_value_heads": 4, "rope_scaling": {"type": "linear", "factor": 2.0}},
    "mistral": BASE | {"model_type": "mistral", "sliding_window": 4, "head_dim": 6, "num_key_value_heads": 1},
    "qwen2": BASE | {"model_type": "qwen2", "use_sliding_window": False, "sliding_window": 4, "max_window_layers": 2,
                     "rope_theta": 1e6, "tie_word_embeddings": True},
    "qwen3": BASE | {"model_type": "qwen3", "attention_bias": False, "head_dim": 8, "rope_theta": None,
                     "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
                     "layer_types": ["full_attention", "full_attention"]},
    "phi3": BASE | {"model_type": "phi3", "sliding_window": 5, "partial_rotary_factor": 0.5, "head_dim": None,
                    "rope_scaling": None},
}


def make(config):
    kind, heads, shared = config["model_type"], config["num_attention_heads"], config["num_key_value_heads"]
    size = config.get("head_dim") or WIDTH // heads
    w = {"model.embed_tokens.weight": (VOCABULARY, WIDTH), "model.norm.weight": (WIDTH,)}
    if not config["tie_word_embeddings"]:
        w["lm_head.weight"] = (VOCABULARY, WIDTH)
    for n in range(LAYERS):
        at = f"model.layers.{n}."
        w |= {at + "input_layernorm.weight": (WIDTH,), at + "post_attention_layernorm.weight": (WIDTH,),
              at + "self_attn.o_proj.weight": (WIDTH, heads * size), at + "mlp.down_proj.weight": (WIDTH, HIDDEN)}
        if kind == "phi3":
            w |= {at + "self_attn.qkv_proj.weight": ((heads + 2 * shared) * size, WIDTH),
                  at + "mlp.gate_up_proj.weight": (2 * HIDDEN, WIDTH)}
        else:
            w |= {at + "self_attn.q_proj.weight": (heads * size, WIDTH), at + "self_attn.k_proj.weight": (shared * size, WIDTH),
                  at + "self_attn.v_proj.weight": (shared * size, WIDTH), at + "mlp.gate_proj.weight": (HIDDEN, WIDTH),
                  at + "mlp.up_proj.weight": (HIDDEN, WIDTH)}
        if kind == "qwen3":
            w |= {at + "self_attn.q_norm.weight": (size,), at + "self_attn.k_norm.weight": (size,)}
        if kind == "qwen2" or config.get("attention_bias"):
            w |= {at + f"self_attn.{p}_proj.bias": w[at + f"self_attn.{p}_proj.weight"][:1] for p in "qkv"}
        if config.get("attention_bias"):
            w[at + "self_attn.o_proj.bias"] = (WIDTH,)
        if config.get("mlp_bias"):
            w |= {at + f"mlp.{p}_proj.bias": w[at + f"mlp.{p}_proj.weight"][:1] for p in ("gate", "up", "down")}
    return {name: random.normal(1 if "norm" in name else 0, 0.4, shape).astype(np.float32) for name, shape in w.items()}


def rates(config, turning):
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    base = rope.get("rope_theta") or config["rope_theta"]
    kind = rope.get("rope_type", rope.get("type", "default"))
    result = []
    for i in range(0, turning, 2):
        rate = 1 / base ** (i / turning)
        if kind == "linear":
            rate /= rope["factor"]
        elif kind == "llama3":
            length, wavelength = rope["original_max_position_embeddings"], 2 * math.pi / rate
            low, high = rope["low_freq_factor"], rope["high_freq_factor"]
            if wavelength > length / low:
                rate /= rope["factor"]
            elif wavelength > length / high:
                smooth = (length / wavelength - low) / (high - low)
                rate = (1 - smooth) * rate / rope["factor"] + smooth * rate
        result.append(rate)
    return np.array(result)


def logits(config, w, ids):
    heads, shared, eps = config["num_attention_heads"], config["num_key_value_heads"], config["rms_norm_eps"]
    size = config.get("head_dim") or WIDTH // heads
    turning = int(size * config.get("partial_rotary_factor", 1))
    angles = np.arange(len(ids))[:, None] * rates(config, turning)
    window = config.get("sliding_window")
    window = window if window and config.get("use_sliding_window", True) else len(ids)
    q_at, k_at = np.arange(len(ids))[:, None], np.arange(len(ids))[None]
    hidden = (k_at > q_at) | (k_at <= q_at - window)

    def norm(x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * w[name + ".weight"]

    def dense(x, name):
        return x @ w[name + ".weight"].T.astype(np.float64) + w.get(name + ".bias", 0)

    def turn(x):   # One head, (T, size): each pair (i, i + turning / 2) as a complex number.
        half = turning // 2
        z = (x[:, :half] + 1j * x[:, half:turning]) * np.exp(1j * angles)
        return np.concatenate([z.real, z.imag, x[:, turning:]], -1)

    x = w["model.embed_tokens.weight"][ids].astype(np.float64)
    for n in range(LAYERS):
        at = f"model.layers.{n}."
        h = norm(x, at + "input_layernorm")
        if config["model_type"] == "phi3":
            q, k, v = np.split(dense(h, at + "self_attn.qkv_proj"), [heads * size, (heads + shared) * size], -1)
        else:
            q, k, v = (dense(h, at + f"self_attn.{p}_proj") for p in "qkv")
        mixed = []
        for head in range(heads):
            mine = slice(head * size, (head + 1) * size)
            group = head // (heads // shared)
            theirs = slice(group * size, (group + 1) * size)
            one, other = q[:, mine], k[:, theirs]
            if config["model_type"] == "qwen3":
                one, other = norm(one, at + "self_attn.q_norm"), norm(other, at + "self_attn.k_norm")
            scores = turn(one) @ turn(other).T / np.sqrt(size)
            scores[hidden] = -np.inf
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            mixed.append(weights / weights.sum(-1, keepdims=True) @ v[:, theirs])
        x = x + dense(np.concatenate(mixed, -1), at + "self_attn.o_proj")
        h = norm(x, at + "post_attention_layernorm")
        gate, up = (np.split(dense(h, at + "mlp.gate_up_proj"), 2, -1) if config["model_type"] == "phi3"
                    else (dense(h, at + "mlp.gate_proj"), dense(h, at + "mlp.up_proj")))
        x = x + dense(gate / (1 + np.exp(-gate)) * up, at + "mlp.down_proj")
    return norm(x, "model.norm") @ w.get("lm_head.weight", w["model.embed_tokens.weight"]).T.astype(np.float64)


for name, config in MODELS.items():
    folder = here / ("decoder-" + name)
    folder.mkdir(exist_ok=True)
    config = {key: value for key, value in config.items() if value is not None or key == "rope_scaling"}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    w = make(config)
    ids = random.integers(0, VOCABULARY, (2, LENGTH))
    safetensors_format.write(folder / "answers.safetensors",
                             {"ids": ids, "logits": np.stack([logits(config, w, row) for row in ids]).astype(np.float32)})
    if name != "mistral":
        safetensors_format.write(folder / "model.safetensors", w, {"format": "pt"})
        continue
    names = list(w)
    shards = {"model-00001-of-00002.safetensors": names[:7], "model-00002-of-00002.safetensors": names[7:]}
    for file, part in shards.items():
        safetensors_format.write(folder / file, {key: w[key] for key in part}, {"format": "pt"})
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {"total_size": sum(v.nbytes for v in w.values())},
         "weight_map": {key: file for file, part in shards.items() for key in part}}, indent=2) + "\n")

# Adapters of the first model in PEFT's layout: W + alpha / r * B A for each adapted layer.
config, folder = MODELS["llama"], here / "adapters-llama"
config = {key: value for key, value in config.items() if value is not None}
folder.mkdir(exist_ok=True)
w = safetensors_format.read(here / "decoder-llama" / "model.safetensors")
RANK, ALPHA, TARGETS = 3, 6, ["q_proj", "v_proj", "down_proj"]
adapters, merged = {}, dict(w)
for name in [n for n in w if n.endswith(".weight") and n.split(".")[-2] in TARGETS]:
    outputs, inputs = w[name].shape
    a, b = (random.normal(0, 0.3, shape).astype(np.float32) for shape in ((RANK, inputs), (outputs, RANK)))
    layer = "base_model.model." + name[:-len(".weight")]
    adapters |= {layer + ".lora_A.weight": a, layer + ".lora_B.weight": b}
    merged[name] = w[name] + ALPHA / RANK * b.astype(np.float64) @ a
ids = random.integers(0, VOCABULARY, (2, LENGTH))
safetensors_format.write(folder / "adapter_model.safetensors", adapters, {"format": "pt"})
(folder / "adapter_config.json").write_text(json.dumps(
    {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": "decoder-llama", "r": RANK,
     "lora_alpha": ALPHA, "lora_dropout": 0.05, "target_modules": TARGETS, "bias": "none", "fan_in_fan_out": False,
     "inference_mode": True, "use_rslora": False, "use_dora": False, "modules_to_save": None, "rank_pattern": {},
     "alpha_pattern": {}, "layers_to_transform": None}, indent=2) + "\n")
safetensors_format.write(folder / "answers.safetensors",
                         {"ids": ids, "logits": np.stack([logits(config, merged, row) for row in ids]).astype(np.float32)})
