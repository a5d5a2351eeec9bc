using MaaS.Training.Export;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Export;

/// <summary>Each lowering against libtorch's own output, at three batch sizes and at batch 1.</summary>
public class OperatorTests : ExportTests
{
    private sealed class Empty() : nn.Module("empty");

    [TestCaseSource(typeof(PointwiseCases), nameof(PointwiseCases.All))]
    [TestCaseSource(typeof(ShapeCases), nameof(ShapeCases.All))]
    [TestCaseSource(typeof(ReductionCases), nameof(ReductionCases.All))]
    [TestCaseSource(typeof(IndexingCases), nameof(IndexingCases.All))]
    [TestCaseSource(typeof(ImageCases), nameof(ImageCases.All))]
    [TestCaseSource(typeof(InPlaceCases), nameof(InPlaceCases.All))]
    public void Export_Operator_MatchesTorch(OperatorCase row)
    {
        using var scope = NewDisposeScope();
        using var module = new Empty();

        var result = OnnxExporter.Export(module, x => row.Forward(x[0]), [row.Input()]);

        Check(result);
        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(3));
    }
}
