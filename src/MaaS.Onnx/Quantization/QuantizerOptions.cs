using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Quantization;

/// <summary>When <see cref="Quantizer"/> accepts a quantized model.</summary>
public sealed record QuantizerOptions
{
    /// <summary>How much accuracy may be lost, in the unit of the measure: 0.002 is 0.2 points. Default
    /// 0.002.</summary>
    public double MaxAccuracyDrop { get; init; } = 0.002;

    /// <summary>
    /// The least signal-to-quantization-noise ratio in dB of each floating-point output, where outputs are compared
    /// because there are no labels. Default 20: noise of a hundredth of the signal's power. Outputs of integers may
    /// differ in as many values as <see cref="MaxAccuracyDrop"/> says.
    /// </summary>
    public double MinSqnr { get; init; } = 20;

    /// <summary>How many times faster it must be. Default 1: not slower. 0 accepts any speed, for the sake of
    /// size.</summary>
    public double MinSpeedup { get; init; } = 1;

    /// <summary>Whether nodes may stay float to save accuracy. Default true.</summary>
    public bool MixedPrecision { get; init; } = true;

    /// <summary>Whether to return the quantized model even though it is slower or worse. Default false.</summary>
    public bool AcceptAnyway { get; init; }

    /// <summary>How long latency is measured. Default 2 s.</summary>
    public TimeSpan LatencyDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Threads with which both models run.</summary>
    public InferenceOptions Inference { get; init; } = new();
}
