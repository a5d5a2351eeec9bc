using Google.Protobuf;
using MaaS.Fuzzing.Engine;
using MaaS.Serving.Protocols.TensorFlow.Grpc;
using MaaS.Serving.Protocols.TensorFlow.Schema;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>The examples of TensorFlow Serving's Classify and Regress as a message.</summary>
internal sealed class TensorFlowExamplesHarness : IFuzzHarness
{
    public string Name => "tensorflow-examples";

    public IReadOnlyList<string> Words { get; } = ["x", "n", "t", "b", "h", "u", "d", "s"];

    public MessageParser Message => Input.Parser;

    public IReadOnlyList<byte[]> Seeds()
    {
        var floats = new Feature { FloatList = new FloatList { Value = { 1, 2, 3, 4 } } };
        var list = new Input { ExampleList = new ExampleList
        {
            Examples = { Example(("x", floats)), Example(("x", floats)) },
        } };
        var context = new Input
        {
            ExampleListWithContext = new ExampleListWithContext
            {
                Context = Example(("n", new Feature { Int64List = new Int64List { Value = { 7 } } })),
                Examples = { Example(
                    ("t", new Feature { BytesList = new BytesList { Value = { ByteString.CopyFromUtf8("ä") } } }),
                    ("x", floats)) },
            },
        };
        return [list.ToByteArray(), context.ToByteArray()];
    }

    public bool IsDocumented(Exception exception)
        => ServedInputs.IsRefusal(exception) || exception is InvalidProtocolBufferException;

    public void Run(byte[] input)
    {
        var message = Input.Parser.ParseFrom(input);
        ServedInputs.Each(model =>
        {
            using var tensors = ServedInputs.TensorsOf(model);
            var rows = ExampleMessages.Read(message, tensors);
            TensorRoundTrip.Binary(tensors);
            foreach (var tensor in tensors.Values.Span)
            {
                FuzzFaultException.Unless(tensor.Shape[0] == rows, $"expected {rows} rows, got {tensor}");
            }
        });
    }

    private static Example Example(params (string Name, Feature Feature)[] features)
    {
        var example = new Example { Features = new Features() };
        foreach (var (name, feature) in features)
        {
            example.Features.Feature.Add(name, feature);
        }

        return example;
    }
}
