using MaaS.Onnx.Inference;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Tests.Inference;

public sealed class WarmUpTests
{
    [Test]
    public void WarmUp_InputLargerThanAnArray_FailsAsInference()
    {
        var graph = new GraphBuilder("huge");
        graph.AddInput("x", DataType.Float, ["batch", 65_536L, 65_536L]);
        graph.AddOutput(graph.Node("Relu", ["x"]), DataType.Float, ["batch", 65_536L, 65_536L]);
        using var model = InferenceModel.Load(graph.Build().ToByteArray());

        Assert.That(
            model.WarmUp, Throws.TypeOf<InferenceException>().With.Message.Contains("float32[batch,65536,65536]"));
    }
}
