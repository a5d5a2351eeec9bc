using Google.Protobuf;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Grpc;
using MaaS.Serving.Grpc.Schema;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Inference requests as messages, typed and raw.</summary>
internal sealed class GrpcMessageHarness : IFuzzHarness
{
    public string Name => "grpc-message";

    public IReadOnlyList<string> Words { get; } =
        ["x", "n", "t", "b", "h", "u", "d", "s", "FP32", "FP16", "FP64", "BYTES", "BOOL", "INT64", "INT16", "UINT8", "INT8", "UINT16", "classification", "m", "1"];

    public MessageParser Message => ModelInferRequest.Parser;

    public IReadOnlyList<byte[]> Seeds()
    {
        var typed = new ModelInferRequest { ModelName = "m", Id = "1" };
        typed.Inputs.Add(Input("x", "FP32", new InferTensorContents { Fp32Contents = { 1, 2, 3, 4 } }, 1, 4));
        var raw = new ModelInferRequest { ModelName = "m", RawInputContents = { ByteString.CopyFrom(new byte[16]) } };
        raw.Inputs.Add(Input("x", "FP32", contents: null, 1, 4));
        var many = new ModelInferRequest { ModelName = "m" };
        many.Inputs.Add(Input("x", "FP32", new InferTensorContents { Fp32Contents = { 1, 2, 3, 4 } }, 1, 4));
        many.Inputs.Add(Input("n", "INT64", new InferTensorContents { Int64Contents = { 5 } }, 1));
        many.Inputs.Add(
            Input("t", "BYTES", new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("a") } }, 1));
        many.Inputs.Add(Input("b", "BOOL", new InferTensorContents { BoolContents = { true, false } }, 1, 2));
        many.Inputs.Add(Input("u", "UINT8", new InferTensorContents { UintContents = { 1, 255 } }, 2, 1));
        many.Inputs.Add(Input("s", "INT16", new InferTensorContents { IntContents = { 1, 2, 3, 4, 5, 6 } }, 2, 3));
        return [typed.ToByteArray(), raw.ToByteArray(), many.ToByteArray()];
    }

    public bool IsDocumented(Exception exception)
        => ServedInputs.IsRefusal(exception) || exception is InvalidProtocolBufferException;

    public void Run(byte[] input)
    {
        var request = ModelInferRequest.Parser.ParseFrom(input);
        using var tensors = ServedInputs.TensorsOf(request.Inputs.Count > 1 ? ServedInputs.Many : ServedInputs.One);
        GrpcTensors.Read(request, tensors, static _ => throw new RequestException("expected no shared memory"));
        TensorRoundTrip.Binary(tensors);
        foreach (var tensor in tensors.Values.Span)
        {
            using var again = BinaryTensor.Read("x", tensor.Type, tensor.Shape, GrpcTensors.Raw(tensor).Memory);
            TensorRoundTrip.Same(tensor, again);
        }
    }

    private static ModelInferRequest.Types.InferInputTensor Input(
        string name, string type, InferTensorContents? contents, params long[] shape)
        => new() { Name = name, Datatype = type, Shape = { shape }, Contents = contents };
}
