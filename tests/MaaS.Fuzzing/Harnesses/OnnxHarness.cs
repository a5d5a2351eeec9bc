using Google.Protobuf;
using MaaS.Fuzzing.Engine;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Passes;
using MaaS.Onnx.Schema;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>Models: loaded, asked for what they hold, written and read again, and optimised, after which they are whole
/// still.</summary>
internal sealed class OnnxHarness : IFuzzHarness
{
    private static readonly string[] Fixtures = ["conv", "gather", "half", "linear", "mixed", "text", "total", "mlp"];

    public string Name => "onnx";

    public IReadOnlyList<string> Words { get; } =
    [
        "", "x", "y", "w", "b", "image", "logits", "Gemm", "Conv", "Relu", "Identity", "Constant", "Add", "Mul", "Cast",
        "Reshape", "Flatten", "Gather",
        "Shape", "Slice", "Concat", "Transpose", "BatchNormalization", "If", "Loop", "MatMul", "axis", "perm", "value",
        "to", "epsilon", "kernel_shape",
        "transB", "batch", "labels", "preprocessing", "modules", "warnings", "[\"a\"]", "com.microsoft", "ai.onnx",
        "location", "../w",
    ];

    public MessageParser Message => ModelProto.Parser;

    public IReadOnlyList<byte[]> Seeds()
        => [.. Fixtures.Select(f => KnownInputs.Seed("Onnx", f + ".onnx")).Where(f => f.Length < 4096)];

    public bool IsDocumented(Exception exception) => exception is InvalidDataException or InferenceException;

    public void Run(byte[] input)
    {
        var fault = FaultOf(input);
        var model = OnnxModel.Load(input);
        FuzzFaultException.Unless(
            fault is null, $"expected the check of a served file to take what is loaded, it says: {fault}");
        _ = (model.Opset, model.Inputs.Count, model.Outputs.Count, model.WeightBytes);
        var bytes = model.ToByteArray();
        FuzzFaultException.Unless(
            bytes.AsSpan().SequenceEqual(OnnxModel.Load(bytes).ToByteArray()),
            "expected the same model after it was written and read");
        var optimised = model.Clone();
        GraphOptimizer.Optimize(optimised);
        try
        {
            GraphCheck.Check(optimised);
        }
        catch (InvalidDataException e)
        {
            throw new FuzzFaultException($"expected a sound graph after optimisation: {e.Message}");
        }

        Metadata(model);
    }

    /// <summary>What the check says to a file that is about to be served; null where it takes it.</summary>
    private static string? FaultOf(byte[] input)
    {
        try
        {
            GraphCheck.CheckBytes(input);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static void Metadata(OnnxModel model)
    {
        _ = model.GetLabels();
        _ = model.GetWarnings();
        _ = model.GetPreprocessing();
        _ = model.GetModules();
    }
}
