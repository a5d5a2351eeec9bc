"""Flask and PyTorch on the benchmark's first model. Run by gunicorn; MODEL names its .onnx file, for the weights."""
import os

import onnx
import torch
from flask import Flask, jsonify, request
from onnx import numpy_helper

torch.set_num_threads(1)
weights = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()) for w in onnx.load(os.environ["MODEL"]).graph.initializer}
conv, conv_bias, linear, linear_bias = weights.values()
model = torch.nn.Sequential(torch.nn.Conv2d(1, 32, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Flatten(), torch.nn.Linear(5408, 10))
model.load_state_dict({"0.weight": conv, "0.bias": conv_bias, "4.weight": linear, "4.bias": linear_bias})
model.eval()
app = Flask(__name__)


@app.post("/infer")
def infer():
    tensor = request.get_json()["inputs"][0]
    with torch.inference_mode():
        logits = model(torch.tensor(tensor["data"], dtype=torch.float32).reshape(tensor["shape"]))
    return jsonify(model_name="conv", outputs=[
        {"name": "output", "datatype": "FP32", "shape": list(logits.shape), "data": logits.flatten().tolist()}])
