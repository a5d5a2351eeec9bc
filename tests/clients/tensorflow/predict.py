"""predict.py ADDRESS STUBS: TensorFlow Serving's calls by stubs that protoc made of this repository's .proto files, in STUBS.

Prints a line `client TAB call TAB outcome` for each call. Debian: python3-grpcio, python3-protobuf, protobuf-compiler.
"""
import sys

import grpc

address, stubs = sys.argv[1:]
sys.path.insert(0, stubs)
import tensorflow_pb2 as tf  # noqa: E402
import tensorflow_serving_pb2 as serving  # noqa: E402

channel = grpc.insecure_channel(address)


def method(service, name, request, response):
    return channel.unary_unary(
        f"/tensorflow.serving.{service}/{name}", request_serializer=request.SerializeToString, response_deserializer=response.FromString)


def step(call, run, is_right):
    try:
        answer = run()
        outcome = "ok" if is_right(answer) else f"WRONG {str(answer)[:200]!r}"
    except grpc.RpcError as error:
        outcome = f"FAILED {error.code().name} {error.details()}"
    report(call, outcome)


def refused(call, run, code):
    try:
        outcome = f"WRONG {str(run())[:200]!r}"
    except grpc.RpcError as error:
        outcome = f"ok ({code.name})" if error.code() == code else f"WRONG {error.code().name} {error.details()}"
    report(call, outcome)


def report(call, outcome):
    print("TensorFlow Serving stubs", call, outcome, sep="\t", flush=True)


def predict(name="same", version=None, content=False):
    request = serving.PredictRequest()
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    x = request.inputs["x"]
    x.dtype = tf.DT_FLOAT
    for size in (1, 3):
        x.tensor_shape.dim.add(size=size)
    if content:
        import struct

        x.tensor_content = struct.pack("<3f", 1, 2.5, -3)
    else:
        x.float_val.extend([1, 2.5, -3])
    return method("PredictionService", "Predict", serving.PredictRequest, serving.PredictResponse)(request, timeout=20)


def metadata():
    request = serving.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "same"
    return method("PredictionService", "GetModelMetadata", serving.GetModelMetadataRequest, serving.GetModelMetadataResponse)(request, timeout=20)


def status(name):
    request = serving.GetModelStatusRequest()
    request.model_spec.name = name
    return method("ModelService", "GetModelStatus", serving.GetModelStatusRequest, serving.GetModelStatusResponse)(request, timeout=20)


def regress():
    request = serving.RegressionRequest()
    request.model_spec.name = "scale"
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.append(2.5)
    return method("PredictionService", "Regress", serving.RegressionRequest, serving.RegressionResponse)(request, timeout=20)


def classify():
    request = serving.ClassificationRequest()
    request.model_spec.name = "linear"
    example = request.input.example_list.examples.add()
    example.features.feature["x"].float_list.value.extend([1, 2, 3, 4])
    return method("PredictionService", "Classify", serving.ClassificationRequest, serving.ClassificationResponse)(request, timeout=20)


def is_same(answer):
    return list(answer.outputs["y"].float_val) == [1, 2.5, -3] and answer.model_spec.version.value == 1


step("Predict, float_val", predict, is_same)
step("Predict, tensor_content", lambda: predict(content=True), is_same)
step("Predict of a version", lambda: predict(version=1), is_same)
refused("Predict of an unknown version", lambda: predict(version=2**63 - 1), grpc.StatusCode.NOT_FOUND)
refused("Predict of an unknown model", lambda: predict("none"), grpc.StatusCode.NOT_FOUND)
step("Classify", classify, lambda a: len(a.result.classifications[0].classes) == 3)
step("Regress", regress, lambda a: a.result.regressions[0].value == 5)
step("GetModelMetadata", metadata, lambda a: "signature_def" in a.metadata)
step("GetModelStatus", lambda: status("same"), lambda a: a.model_version_status[0].state == serving.ModelVersionStatus.AVAILABLE)
refused("GetModelStatus of an unknown model", lambda: status("none"), grpc.StatusCode.NOT_FOUND)
