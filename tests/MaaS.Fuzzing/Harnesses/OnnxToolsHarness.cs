using Google.Protobuf;
using MaaS.Fuzzing.Engine;
using MaaS.Onnx;
using MaaS.Onnx.Costs;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Opsets;
using MaaS.Onnx.Schema;

namespace MaaS.Fuzzing.Harnesses;

/// <summary>What asks ONNX Runtime about a model: conversion to a newer opset, and costs.</summary>
internal sealed class OnnxToolsHarness : IFuzzHarness
{
    private readonly OnnxHarness _models = new();

    public string Name => "onnx-tools";

    public IReadOnlyList<string> Words
        => [.. _models.Words, "Softmax", "Squeeze", "Unsqueeze", "Split", "ReduceSum", "Pad", "Clip", "TopK", "Upsample", "Dropout", "axes", "split"];

    public MessageParser Message => ModelProto.Parser;

    public IReadOnlyList<byte[]> Seeds() => [.. _models.Seeds(), .. _models.Seeds().Select(Older)];

    public bool IsDocumented(Exception exception)
        => exception is InvalidDataException or NotSupportedException or InferenceException;

    public void Run(byte[] input)
    {
        var model = OnnxModel.Load(input);
        _ = ModelSummary.Describe(model);
        OpsetConverter.Convert(model);
        try
        {
            GraphCheck.Check(model);
        }
        catch (InvalidDataException e)
        {
            throw new FuzzFaultException($"expected a sound graph after conversion: {e.Message}");
        }
    }

    /// <summary>The same of an opset that has to be converted.</summary>
    private static byte[] Older(byte[] model)
    {
        var proto = ModelProto.Parser.ParseFrom(model);
        proto.OpsetImport[0].Version = 9;
        return proto.ToByteArray();
    }
}
