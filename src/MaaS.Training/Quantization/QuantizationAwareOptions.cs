using MaaS.Onnx.Quantization.Numerics;


namespace MaaS.Training.Quantization;

/// <summary>How <see cref="QuantizationAware"/> imitates 8-bit integers. The defaults fit
/// <c>StaticQuantizer</c>'s.</summary>
public sealed record QuantizationAwareOptions
{
    /// <summary>The share of the newest batch in the moving averages of ranges, above 0 and at most 1. Default
    /// 0.01.</summary>
    public double AveragingWeight { get; init; } = 0.01;

    /// <summary>Whether weights keep to ±64; null where the processor that runs this decides. Default null.</summary>
    /// <remarks>Set it to true when the model will run on x64 processors without VNNI: see
    /// <see cref="Processor"/>.</remarks>
    public bool? ReduceRange { get; init; }

    /// <summary>Names of layers that stay float, in training and in the exported model.</summary>
    public IReadOnlySet<string> Exclude { get; init; } = new HashSet<string>();

    internal bool ReducesRange => ReduceRange ?? Processor.SaturatesInt8Products;

    internal void Validate()
    {
        if (AveragingWeight is not (> 0 and <= 1))
        {
            throw new ArgumentException(
                $"AveragingWeight: expected a number above 0 and at most 1, got {AveragingWeight}.",
                nameof(AveragingWeight));
        }
    }
}
