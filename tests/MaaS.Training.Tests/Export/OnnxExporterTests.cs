using MaaS.Onnx;
using MaaS.Training.Export;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

public class OnnxExporterTests : ExportTests
{
    [Test]
    public void Export_ConvNet_GivesCleanGraphWithNamedParameters()
    {
        using var model = new ConvNet();
        using var example = randn(1, 1, 28, 28);

        var result = Export(model, [example]);

        Assert.That(Operators(result), Is.EqualTo(new[] { "Conv", "Relu", "MaxPool", "Flatten", "Gemm" }));
        Assert.That(
            result.Model.Graph.Initializer.Select(static tensor => tensor.Name),
            Is.EquivalentTo(new[] { "conv.weight", "conv.bias", "dense.weight", "dense.bias" }));
        Assert.That(Shape(result.Model.Inputs[0]), Is.EqualTo("batch,1,28,28"));
        Assert.That(Shape(result.Model.Outputs[0]), Is.EqualTo("batch,10"));
        Assert.That((result.Model.Proto.IrVersion, result.Model.Opset), Is.EqualTo((8, 17)));
        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(7));
    }

    [Test]
    public void Export_Mlp_UsesGemm()
    {
        using var model = new Mlp();
        using var example = randn(2, 1, 28, 28);

        var result = Export(model, [example]);

        Assert.That(Operators(result), Is.EqualTo(new[] { "Flatten", "Gemm", "Relu", "Gemm" }));
    }

    [Test]
    public void Export_ResNet_FoldsEveryBatchNorm()
    {
        using var model = new ResNet();
        foreach (var (_, buffer) in model.named_buffers())
        {
            // Running statistics of a trained network are not 0 and 1.
            if (buffer.is_floating_point())
            {
                buffer.copy_(rand_like(buffer) + 0.5);
            }
        }
        using var example = randn(2, 1, 28, 28);

        var result = Export(model, [example]);

        Assert.That(Operators(result), Does.Not.Contain("BatchNormalization").And.Contains("Add"));
        Assert.That(Operators(result).Distinct(), Is.SubsetOf(
            new[] { "Conv", "Relu", "Add", "ReduceMean", "Gemm" }));
    }

    [Test]
    public void Export_ModuleInTrainingMode_RestoresModeOfEverySubmodule()
    {
        using var model = new ResNet();
        var frozen = model.named_modules().First().module;
        frozen.eval();
        using var example = randn(2, 1, 28, 28);

        OnnxExporter.Export(model, example);

        Assert.That(model.training, Is.True);
        Assert.That(frozen.training, Is.False);
    }

    private static string Shape(MaaS.Onnx.Schema.ValueInfoProto value) =>
        string.Join(',', OnnxDimension.ShapeOf(value)!.Select(static dim => dim.ToString()));
}
