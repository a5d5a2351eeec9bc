"""Writes grpc_fields.json: number, type and label of every field of the messages that grpc services of inference servers share.

    make_grpc_fields.py PROTOC FOLDER

FOLDER holds the published definitions: KServe's open_inference_grpc.proto and Triton's grpc_service.proto, model_config.proto
and health.proto.
Run with a Python that has protobuf (Debian: python3-protobuf).
"""
import json
import pathlib
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

protoc, folder = sys.argv[1:]
Field = descriptor_pb2.FieldDescriptorProto
table = {}


def add(message, name):
    fields = table.setdefault(name, {})
    for field in message.field:
        kind = field.type_name.lstrip(".") or Field.Type.Name(field.type)[5:].lower()
        fields[field.name] = [field.number, kind, Field.Label.Name(field.label)[6:].lower()]
    for nested in message.nested_type:
        add(nested, f"{name}.{nested.name}")


# KServe's file last: where both define a field, its definition counts.
for proto in ["health.proto", "model_config.proto", "grpc_service.proto", "open_inference_grpc.proto"]:
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run([protoc, f"-I{folder}", f"-o{out.name}", f"{folder}/{proto}"], check=True)
        for file in descriptor_pb2.FileDescriptorSet.FromString(out.read()).file:
            for message in file.message_type:
                add(message, f"{file.package}.{message.name}")

lines = ",\n".join(f'  "{name}": {json.dumps(fields)}' for name, fields in sorted(table.items()))
(pathlib.Path(__file__).parent / "grpc_fields.json").write_text("{\n" + lines + "\n}\n")
