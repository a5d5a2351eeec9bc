using Google.Protobuf;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Execution;
using MaaS.Serving.Protocols.TensorFlow;
using MaaS.Serving.Protocols.TensorFlow.Grpc;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>TensorFlow Serving's Predict as a message: whole tensors.</summary>
internal sealed class TensorFlowPredictHarness : IFuzzHarness
{
    // A few bytes may ask for 2^20 times the same value: the tensor is read, which is what the server does with it, and
    // not written again.
    private const int LargestWritten = 1 << 12;

    public string Name => "tensorflow-predict";

    public IReadOnlyList<string> Words { get; } = ["x", "n", "t", "b", "h", "u", "d", "s", "m", "serving_default"];

    public MessageParser Message => PredictRequest.Parser;

    public IReadOnlyList<byte[]> Seeds() =>
    [
        Predict(
            ("x", new TensorProto { Dtype = DataType.DtFloat, TensorShape = Shape(1, 4), FloatVal = { 1, 2, 3, 4 } })),
        Predict(
            ("x",
                new TensorProto
                {
                    Dtype = DataType.DtFloat,
                    TensorShape = Shape(1, 4),
                    TensorContent = ByteString.CopyFrom(new byte[16]),
                })),
        Predict(
            ("x", new TensorProto { Dtype = DataType.DtFloat, TensorShape = Shape(2, 4), FloatVal = { 1 } }),
            ("n", new TensorProto { Dtype = DataType.DtInt64, TensorShape = Shape(3), Int64Val = { 1, -1, 2 } }),
            ("t",
                new TensorProto
                {
                    Dtype = DataType.DtString,
                    TensorShape = Shape(2),
                    TensorContent = ByteString.CopyFrom(1, 2, 65, 66, 67),
                }),
            ("b", new TensorProto { Dtype = DataType.DtBool, TensorShape = Shape(1, 2), BoolVal = { true } }),
            ("h", new TensorProto { Dtype = DataType.DtHalf, TensorShape = Shape(2), HalfVal = { 15360 } }),
            ("u", new TensorProto { Dtype = DataType.DtUint8, TensorShape = Shape(1, 1), IntVal = { 255 } }),
            ("d", new TensorProto { Dtype = DataType.DtDouble, DoubleVal = { 0.5 } }),
            ("s", new TensorProto { Dtype = DataType.DtInt16, TensorShape = Shape(2, 3) })),
    ];

    public int LargestInput => 1 << 12;

    public bool IsDocumented(Exception exception) => ServedInputs.IsRefusal(exception);

    public void Run(byte[] input)
    {
        var request = TensorFlowPredict.Parse(input);
        using var tensors = ServedInputs.TensorsOf(request.Inputs.Count > 1 ? ServedInputs.Many : ServedInputs.One);
        foreach (var (name, proto) in request.Inputs)
        {
            var index = tensors.IndexOf(name);
            var tensor = TensorProtos.Read(name, proto);
            if (BinaryTensor.Count(name, tensor.Shape) <= LargestWritten)
            {
                TensorRoundTrip.Binary(tensor);
                using var again = TensorProtos.Read(name, TensorProtos.Write(tensor));
                TensorRoundTrip.Same(tensor, again);
            }

            tensors.Complete(index, tensor);
        }

        tensors.Finish();
        _ = ModelSpecs.Reference(request.ModelSpec);
    }

    private static byte[] Predict(params (string Name, TensorProto Tensor)[] inputs)
    {
        var request = new PredictRequest { ModelSpec = new ModelSpec { Name = "m", Version = 1 } };
        foreach (var (name, tensor) in inputs)
        {
            request.Inputs.Add(name, tensor);
        }

        return request.ToByteArray();
    }

    private static TensorShapeProto Shape(params int[] sizes)
        => new() { Dim = { sizes.Select(s => new TensorShapeProto.Types.Dim { Size = s }) } };
}
