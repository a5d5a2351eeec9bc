"""Makes the folders beside it: causal language models as the common exporters write them, with random weights.

The graphs are put together node by node with Debian's python3-onnx (1.12); what each model writes is computed by a
second implementation in NumPy (float64, the whole sequence anew for each token), which shares nothing with them but the
weights. Run: /usr/bin/python3 decoders.py

llama-fp16      onnx/model.onnx with model.onnx_data: float16 weights, caches and logits; grouped-query attention with
                two heads of keys for four of queries; rotary positions from position_ids
merged          decoder_model_merged.onnx: an If on use_cache_branch; float32
mask-positions  model.onnx without position_ids: positions from the mask; float16 caches alone
"""
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
HIDDEN, LAYERS, HEADS, KV, SIZE, INNER, LONGEST = 32, 2, 4, 2, 8, 48, 128
EPSILON = 1e-5
MERGES = ["t h", "th e", "Ġ the", "a t", "Ġ c", "Ġc at"]
SPECIAL = ["<s>", "</s>", "<|im_end|>"]
PROMPTS = ["the cat sat", "a naïve 😀 cat on the mat", "x"]
NEW_TOKENS = 24


def byte_characters():
    """The characters that stand for bytes in byte-level vocabularies, by byte."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(b) if b in kept else chr(next(others)) for b in range(256)]


def vocabulary():
    tokens = sorted(byte_characters()) + [m.replace(" ", "") for m in MERGES] + SPECIAL
    return {token: i for i, token in enumerate(tokens)}


def encode(text, vocab):
    """Tokens of a text: <s>, then each piece of letters with the space before it, merged by rank."""
    characters = byte_characters()
    pieces, piece = [], ""
    for c in text:
        if c == " " and piece:
            pieces.append(piece)
            piece = ""
        piece += c
    pieces.append(piece)
    ids = [vocab["<s>"]]
    for piece in pieces:
        parts = [characters[b] for b in piece.encode()]
        while True:
            pairs = [MERGES.index(f"{a} {b}") if f"{a} {b}" in MERGES else len(MERGES) for a, b in zip(parts, parts[1:])]
            if not pairs or min(pairs) == len(MERGES):
                break
            at = pairs.index(min(pairs))
            parts[at:at + 2] = ["".join(parts[at:at + 2])]
        ids += [vocab[p] for p in parts]
    return ids


def tokenizer_json(vocab):
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": vocab[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
             "special": True} for t in SPECIAL],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": " ?[^ ]+"}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [vocab["<s>"]], "tokens": ["<s>"]}}},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {t: i for t, i in vocab.items() if t not in SPECIAL}, "merges": MERGES},
    }


def weights(seed, size):
    random = np.random.default_rng(seed)

    def normal(*shape):
        return random.normal(0, 2.5 / np.sqrt(shape[0]), shape)

    made = {"embedding": random.normal(0, 1, (size, HIDDEN)), "head": normal(HIDDEN, size), "norm": normal(1, HIDDEN)[0]}
    for layer in range(LAYERS):
        made.update({
            f"{layer}.norm1": 1 + random.normal(0, 0.1, HIDDEN), f"{layer}.norm2": 1 + random.normal(0, 0.1, HIDDEN),
            f"{layer}.q": normal(HIDDEN, HEADS * SIZE), f"{layer}.k": normal(HIDDEN, KV * SIZE),
            f"{layer}.v": normal(HIDDEN, KV * SIZE), f"{layer}.o": normal(HEADS * SIZE, HIDDEN),
            f"{layer}.gate": normal(HIDDEN, INNER), f"{layer}.up": normal(HIDDEN, INNER),
            f"{layer}.down": normal(INNER, HIDDEN)})
    return made


def angles():
    frequencies = 10000.0 ** (-np.arange(0, SIZE, 2) / SIZE)
    table = np.arange(LONGEST)[:, None] * np.concatenate([frequencies, frequencies])[None]
    return np.cos(table), np.sin(table)


# The reference: one sequence, all tokens, no cache.
def reference_logits(w, ids):
    cos, sin = (t[:len(ids)] for t in angles())

    def norm(x, scale):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPSILON) * scale

    def turn(x):
        return x * cos + np.concatenate([-x[:, SIZE // 2:], x[:, :SIZE // 2]], -1) * sin

    x = w["embedding"][ids]
    for layer in range(LAYERS):
        h = norm(x, w[f"{layer}.norm1"])
        q, k, v = (h @ w[f"{layer}.{n}"] for n in "qkv")
        heads = []
        for head in range(HEADS):
            group = head // (HEADS // KV)
            one = turn(q[:, head * SIZE:(head + 1) * SIZE])
            keys = turn(k[:, group * SIZE:(group + 1) * SIZE])
            scores = one @ keys.T / np.sqrt(SIZE)
            scores[np.triu_indices(len(ids), 1)] = -np.inf
            share = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(share / share.sum(-1, keepdims=True) @ v[:, group * SIZE:(group + 1) * SIZE])
        x = x + np.concatenate(heads, -1) @ w[f"{layer}.o"]
        h = norm(x, w[f"{layer}.norm2"])
        gate = h @ w[f"{layer}.gate"]
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w[f"{layer}.up"])) @ w[f"{layer}.down"]
    return norm(x, w["norm"]) @ w["head"]


def write(w, prompt, stops, least_margin):
    """Greedy tokens, and the last logits of the prompt; None where two tokens are too close to tell apart."""
    ids, new = list(prompt), []
    first = reference_logits(w, ids)[-1]
    while len(new) < NEW_TOKENS and not (new and new[-1] in stops):
        logits = reference_logits(w, ids)[-1]
        best = np.sort(logits)[-2:]
        if best[1] - best[0] < least_margin:
            return None
        new.append(int(logits.argmax()))
        ids.append(new[-1])
    return {"prompt": prompt, "logits": [round(float(v), 5) for v in first], "tokens": new,
            "perplexity": perplexity(w, ids)}


def perplexity(w, ids):
    """Of all tokens but the first."""
    logits = reference_logits(w, ids[:-1])
    logits = logits - logits.max(-1, keepdims=True)
    logarithms = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return round(float(np.exp(-logarithms[np.arange(len(ids) - 1), ids[1:]].mean())), 6)


class Graph:
    """Nodes of one graph or branch."""

    def __init__(self, prefix):
        self.prefix, self.nodes, self.constants = prefix, [], []

    def __call__(self, op, *inputs, outputs=None, **attributes):
        names = outputs or [f"{self.prefix}{op}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(op, list(inputs), names, name=f"{self.prefix}{op}_{len(self.nodes)}",
                                           **attributes))
        return names[0]

    def constant(self, value, dtype=np.int64):
        name = f"{self.prefix}constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name


def body(g, kind, cache, logits, position_ids, uses_past):
    """Adds the model to a graph; gives the names of its outputs."""
    number = np.float16 if kind == TensorProto.FLOAT16 else np.float32

    def norm(x, scale):
        wide = g("Cast", x, to=TensorProto.FLOAT)
        mean = g("ReduceMean", g("Mul", wide, wide), axes=[-1], keepdims=1)
        root = g("Sqrt", g("Add", mean, g.constant(EPSILON, np.float32)))
        return g("Mul", g("Cast", g("Div", wide, root), to=kind), scale)

    ids_shape, mask_shape = g("Shape", "input_ids"), g("Shape", "attention_mask")
    zero, one = g.constant([0]), g.constant([1])
    length = g("Gather", ids_shape, g.constant(1))
    whole = g("Gather", mask_shape, g.constant(1)) if uses_past else length
    past = g("Sub", whole, length)
    if position_ids:
        positions = "position_ids"
    else:
        counted = g("Sub", g("CumSum", "attention_mask", g.constant(1)), g.constant(1))
        counted = g("Max", counted, g.constant(0))
        positions = g("Slice", counted, g("Unsqueeze", past, zero), g("Unsqueeze", whole, zero), one)
    cos, sin = (g("Unsqueeze", g("Gather", t, positions), one) for t in ("cos", "sin"))
    queries = g("Unsqueeze", g("Range", past, whole, g.constant(1)), one)
    keys_at = g("Unsqueeze", g("Range", g.constant(0), whole, g.constant(1)), zero)
    seen = g("And", g("LessOrEqual", keys_at, queries),
             g("Unsqueeze", g("Cast", "attention_mask", to=TensorProto.BOOL), g.constant([1, 2])))
    bias = g("Where", seen, g.constant(0, number), g.constant(np.finfo(number).min, number))

    def heads(x, count):
        return g("Transpose", g("Reshape", x, g.constant([0, 0, count, SIZE])), perm=[0, 2, 1, 3])

    def turn(x):
        left = g("Slice", x, g.constant([0]), g.constant([SIZE // 2]), g.constant([3]))
        right = g("Slice", x, g.constant([SIZE // 2]), g.constant([SIZE]), g.constant([3]))
        return g("Add", g("Mul", x, cos), g("Mul", g("Concat", g("Neg", right), left, axis=3), sin))

    def repeat(x):
        shape = g("Concat", g("Slice", ids_shape, zero, one), g.constant([KV, HEADS // KV]),
                  g("Unsqueeze", whole, zero), g.constant([SIZE]), axis=0)
        return g("Reshape", g("Expand", g("Unsqueeze", x, g.constant([2])), shape), g.constant([0, HEADS, -1, SIZE]))

    x = g("Gather", "embedding", "input_ids")
    outputs = []
    for layer in range(LAYERS):
        h = norm(x, f"{layer}.norm1")
        q = turn(heads(g("MatMul", h, f"{layer}.q"), HEADS))
        k = turn(heads(g("MatMul", h, f"{layer}.k"), KV))
        v = heads(g("MatMul", h, f"{layer}.v"), KV)
        if uses_past:
            k = g("Concat", g("Cast", f"past_key_values.{layer}.key", to=kind), k, axis=2)
            v = g("Concat", g("Cast", f"past_key_values.{layer}.value", to=kind), v, axis=2)
        outputs += [g("Cast", k, to=cache), g("Cast", v, to=cache)]
        scores = g("Mul", g("MatMul", q, g("Transpose", repeat(k), perm=[0, 1, 3, 2])),
                   g.constant(SIZE ** -0.5, number))
        share = g("Softmax", g("Add", scores, bias), axis=-1)
        joined = g("Reshape", g("Transpose", g("MatMul", share, repeat(v)), perm=[0, 2, 1, 3]),
                   g.constant([0, 0, HEADS * SIZE]))
        x = g("Add", x, g("MatMul", joined, f"{layer}.o"))
        h = norm(x, f"{layer}.norm2")
        gate = g("MatMul", h, f"{layer}.gate")
        x = g("Add", x, g("MatMul", g("Mul", g("Mul", gate, g("Sigmoid", gate)), g("MatMul", h, f"{layer}.up")),
                          f"{layer}.down"))
    return [g("Cast", g("MatMul", norm(x, "norm"), "head"), to=logits)] + outputs


def network(w, kind, cache, logits, position_ids=True, merged=False):
    names = ["logits"] + [f"present.{n}.{k}" for n in range(LAYERS) for k in ("key", "value")]
    shapes = [["batch_size", "sequence_length", "vocabulary"]] + \
        [["batch_size", KV, "total_length", SIZE]] * (2 * LAYERS)
    types = [logits] + [cache] * (2 * LAYERS)
    infos = [helper.make_tensor_value_info(n, t, s) for n, t, s in zip(names, types, shapes)]
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch_size", "total_length"])]
    if position_ids:
        inputs.append(
            helper.make_tensor_value_info("position_ids", TensorProto.INT64, ["batch_size", "sequence_length"]))
    inputs += [
        helper.make_tensor_value_info(f"past_key_values.{n}.{k}", cache, ["batch_size", KV, "past_length", SIZE])
        for n in range(LAYERS) for k in ("key", "value")]
    number = np.float16 if kind == TensorProto.FLOAT16 else np.float32
    tensors = dict(w, cos=angles()[0], sin=angles()[1])
    initializers = [numpy_helper.from_array(t.astype(number), n) for n, t in tensors.items()]
    g = Graph("")
    if merged:
        inputs.append(helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1]))
        branches = []
        for prefix, uses_past in (("with/", True), ("without/", False)):
            b = Graph(prefix)
            made = body(b, kind, cache, logits, position_ids, uses_past)
            branches.append(helper.make_graph(
                b.nodes, prefix[:-1],
                [], [helper.make_tensor_value_info(n, t, s) for n, t, s in zip(made, types, shapes)], b.constants))
        g("If", "use_cache_branch", outputs=names, then_branch=branches[0], else_branch=branches[1])
    else:
        made = body(g, kind, cache, logits, position_ids, True)
        for name, value in zip(names, made):
            g("Identity", value, outputs=[name])
    graph = helper.make_graph(g.nodes, "decoder", inputs, infos, initializers + g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="decoders.py")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def save(name, model, file, outside, w, stops, generation, least_margin):
    folder = os.path.join(HERE, name)
    path = os.path.join(folder, file)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    data = os.path.basename(path) + "_data"
    if outside and os.path.exists(path + "_data"):
        os.remove(path + "_data")
    onnx.save_model(model, path, save_as_external_data=outside, location=data, size_threshold=512)
    vocab = vocabulary()

    def put(file, content):
        with open(os.path.join(folder, file), "w", encoding="utf-8", newline="\n") as stream:
            json.dump(content, stream, ensure_ascii=False, separators=(",", ":"))
            stream.write("\n")

    put("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": LONGEST,
        "hidden_size": HIDDEN, "num_attention_heads": HEADS, "num_key_value_heads": KV, "num_hidden_layers": LAYERS,
        "vocab_size": len(vocab), "eos_token_id": vocab["</s>"], "bos_token_id": vocab["<s>"]})
    if generation is not None:
        put("generation_config.json", generation)
    put("tokenizer.json", tokenizer_json(vocab))
    put("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>",
        "chat_template": "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}"})
    texts = [dict(write(w, encode(text, vocab), stops, least_margin), text=text) for text in PROMPTS]
    put("expected.json", texts)
    print(name, [len(t["tokens"]) for t in texts])


def find(convert, stops, least_margin, size, first):
    """Weights whose greedy tokens do not hang on rounding, and one text of which meets a stop token."""
    for seed in range(first, first + 5000):
        w = {n: convert(t) for n, t in weights(seed, size).items()}
        texts = []
        for text in PROMPTS:
            one = write(w, encode(text, vocabulary()), stops, least_margin)
            if one is None:
                break
            texts.append(one)
        if len(texts) == len(PROMPTS) and any(len(t["tokens"]) < NEW_TOKENS for t in texts):
            return w
    raise SystemExit("no such weights")


def main():
    vocab = vocabulary()
    size = len(vocab)
    float16, float32 = TensorProto.FLOAT16, TensorProto.FLOAT
    both = [vocab["</s>"], vocab["<|im_end|>"]]

    def half(t):
        return t.astype(np.float16).astype(np.float64)

    def single(t):
        return t.astype(np.float32).astype(np.float64)

    w = find(half, both, 0.06, size, 0)
    save("llama-fp16", network(w, float16, float16, float16), "onnx/model.onnx", True, w, both,
         {"bos_token_id": vocab["<s>"], "eos_token_id": both, "do_sample": True, "temperature": 0.6, "top_p": 0.9}, 0.06)
    w = find(single, both[:1], 0.001, size, 10000)
    save("merged", network(w, float32, float32, float32, merged=True), "decoder_model_merged.onnx", False, w, both[:1],
         {"eos_token_id": both[0]}, 0.001)
    w = find(single, both[:1], 0.02, size, 20000)
    save("mask-positions", network(w, float32, float16, float32, position_ids=False), "model.onnx", False, w, both[:1],
         None, 0.02)


main()
