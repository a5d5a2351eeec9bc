using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution.Batching;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests.Execution;

public sealed class RowIndependenceTests
{
    [TestCase("linear", null)]
    [TestCase("conv", null)]
    [TestCase("gather", null)]
    [TestCase("mixed", null)]
    [TestCase("total", "fixed size")]
    public void Obstacle_Fixture_IsFound(string name, string? expected)
    {
        using var model = InferenceModel.Load(ModelsFolder.Fixture(name + ".onnx"));

        Assert.That(RowIndependence.Obstacle(model), expected is null ? Is.Null : Does.Contain(expected));
    }

    [Test]
    public void Obstacle_SoftmaxOverRows_IsFound()
    {
        var graph = new GraphBuilder("softmax");
        graph.AddInput("x", DataType.Float, ["n", 3]);
        graph.AddOutput(graph.Node("Softmax", ["x"], ("axis", 0)), DataType.Float, ["n", 3]);
        using var model = InferenceModel.Load(graph.Build().ToByteArray());

        Assert.That(RowIndependence.Obstacle(model), Does.Contain("depend on the other rows"));
    }
}
