"""A gRPC client of the Open Inference Protocol, by Google's own implementation: Debian's python3-grpcio and python3-protobuf.

Called by GrpcClientTests: client.py ADDRESS DESCRIPTORS, where DESCRIPTORS holds serialized FileDescriptorProtos as lines of
base64. Reads one JSON step a line from standard input and writes one JSON answer a line:
{"method", "requests": [request as protobuf JSON], "timeout"?, "gzip"?, "metadata"?, "service"?} ->
{"code", "message", "responses": [...], "trailers": {...}}. A service is a full name, as tensorflow.serving.PredictionService,
whose messages are in its package; without one it is inference.GRPCInferenceService.
"""
import base64
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

pool = descriptor_pool.DescriptorPool()
for line in open(sys.argv[2]):
    pool.Add(descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(line)))
factory = message_factory.MessageFactory(pool)

METHODS = {
    "ModelInfer": ("ModelInferRequest", "ModelInferResponse"),
    "ModelStreamInfer": ("ModelInferRequest", "ModelStreamInferResponse"),
    "Unknown": ("ServerLiveRequest", "ServerLiveResponse"),
    "Classify": ("ClassificationRequest", "ClassificationResponse"),
    "Regress": ("RegressionRequest", "RegressionResponse"),
    "HandleReloadConfigRequest": ("ReloadConfigRequest", "ReloadConfigResponse"),
    "PredictStreamed": ("PredictRequest", "PredictResponse"),
}


def message(name, package="inference"):
    return factory.GetPrototype(pool.FindMessageTypeByName(f"{package}.{name}"))


def run(channel, step):
    method = step["method"]
    if method == "Check":
        path, request, response = "/grpc.health.v1.Health/Check", message("HealthCheckRequest", "grpc.health.v1"), message(
            "HealthCheckResponse", "grpc.health.v1")
    else:
        service = step.get("service", "inference.GRPCInferenceService")
        path, package = f"/{service}/{method}", service.rpartition(".")[0]
        names = METHODS.get(method, (f"{method}Request", f"{method}Response"))
        request, response = message(names[0], package), message(names[1], package)
    requests = [json_format.ParseDict(r, request()) for r in step["requests"]]
    options = {
        "timeout": step.get("timeout"),
        "compression": grpc.Compression.Gzip if step.get("gzip") else None,
        "metadata": [tuple(m) for m in step.get("metadata", [])],
    }
    codec = {"request_serializer": request.SerializeToString, "response_deserializer": response.FromString}
    responses = []
    try:
        if method == "ModelStreamInfer":
            call = channel.stream_stream(path, **codec)(iter(requests), **options)
            responses = [json_format.MessageToDict(r, preserving_proto_field_name=True) for r in call]
        else:
            answer, call = channel.unary_unary(path, **codec).with_call(requests[0], **options)
            responses = [json_format.MessageToDict(answer, preserving_proto_field_name=True, descriptor_pool=pool)]
        code, text = call.code(), call.details()
    except grpc.RpcError as error:
        call, code, text = error, error.code(), error.details()
    trailers = {k: v for k, v in (call.trailing_metadata() or ()) if isinstance(v, str)}
    return {"code": code.name, "message": text, "responses": responses, "trailers": trailers}


with grpc.insecure_channel(sys.argv[1], options=[("grpc.max_receive_message_length", -1)]) as channel:
    for line in sys.stdin:
        print(json.dumps(run(channel, json.loads(line))), flush=True)
