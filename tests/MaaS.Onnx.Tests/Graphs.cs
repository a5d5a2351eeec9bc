using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests;

/// <summary>Small graphs that several tests build on.</summary>
internal static class Graphs
{
    /// <summary>(batch, inputs) → Gemm → Relu → (batch, outputs), with weights 0, 1, 2, …</summary>
    public static OnnxModel Linear(int inputs = 3, int outputs = 2)
    {
        var builder = new GraphBuilder("linear");
        builder.AddInput("x", DataType.Float, ["batch", inputs]);
        builder.AddInitializer(OnnxTensor.Create<float>("fc.weight", Counting(inputs * outputs), outputs, inputs));
        builder.AddInitializer(OnnxTensor.Create<float>("fc.bias", Counting(outputs), outputs));
        string y = builder.Node("Relu", [builder.Node("Gemm", ["x", "fc.weight", "fc.bias"], ("transB", 1))]);
        builder.AddOutput(y, DataType.Float, ["batch", outputs]);
        return builder.Build();
    }

    /// <summary>0, 1, 2, … as reals.</summary>
    public static float[] Counting(int count) => [.. Enumerable.Range(0, count).Select(static i => (float)i)];

    /// <summary>Runs a model with one input and one output.</summary>
    public static float[] Run(OnnxModel model, float[] input, params long[] shape)
    {
        using var runner = new OnnxRunner(model);
        return runner.Run([OnnxTensor.Create<float>(model.Inputs[0].Name, input, shape)])[0].ToArray<float>();
    }
}
