using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Quantization.WeightOnly;
using MaaS.Training.Fitting;
using MaaS.Training.Pruning;

namespace MaaS.Training.Compression;

/// <summary>What <see cref="Compressor"/> tries and what it chooses by.</summary>
public sealed record CompressorOptions
{
    /// <summary>What the chosen network must keep to.</summary>
    public CompressionBudget Budget { get; init; } = new();

    /// <summary>Shares of channels to remove, each above 0 and below 1; the unpruned network is always tried.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [0.25, 0.5, 0.75];

    /// <summary>How to quantize each network; the float one is always tried. Default: dynamic and static, and
    /// weight-only where the budget limits bytes.</summary>
    public IReadOnlyList<QuantizationKind> Quantizations
    {
        get => field ?? (Budget.MaxBytes is null
            ? [QuantizationKind.Dynamic, QuantizationKind.Static]
            : [QuantizationKind.Dynamic, QuantizationKind.Static, QuantizationKind.WeightOnly]);
        init;
    }

    /// <summary>Which channels go first; the goal is replaced by the ratios. Default: multiples of 4 channels
    /// stay.</summary>
    public ChannelPruningOptions Pruning { get; init; } = new() { RoundTo = 4 };

    /// <summary>How to train after each pruning step; null to not train. Default: two epochs.</summary>
    public TrainerOptions? FineTuning { get; init; } = new() { Epochs = 2 };

    /// <summary>What dynamic quantization quantizes.</summary>
    public DynamicQuantizerOptions Dynamic { get; init; } = new();

    /// <summary>How weights are stored where only they are quantized.</summary>
    public WeightOnlyQuantizerOptions WeightOnly { get; init; } = new();

    /// <summary>How static quantization chooses ranges and nodes.</summary>
    public StaticQuantizerOptions Static { get; init; } = new();

    /// <summary>Share of the held-back samples by which is chosen, above 0 and below 1; on the others the choice is
    /// measured once. Default 0.5.</summary>
    public double ValidationShare { get; init; } = 0.5;

    /// <summary>Training samples that ranges are calibrated on, at least 1. Default 256.</summary>
    public int CalibrationSamples { get; init; } = 256;

    /// <summary>Samples of a run when latency is measured, at least 1. Default 1.</summary>
    public int LatencyBatch { get; init; } = 1;

    /// <summary>How long the latency of each network is measured. Default 1 s.</summary>
    public TimeSpan LatencyDuration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Threads with which all networks run.</summary>
    public InferenceOptions Inference { get; init; } = new();

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentException">At least one value is out of its range; the message names all of
    /// them.</exception>
    public void Validate()
    {
        List<string> faults = [.. Budget.Faults()];
        faults.AddRange(
            Ratios.Where(static r => r is not (> 0 and < 1))
                .Select(static r => $"Ratios: expected above 0 and below 1, got {r}"));
        if (ValidationShare is not (> 0 and < 1))
        {
            faults.Add($"ValidationShare: expected above 0 and below 1, got {ValidationShare}");
        }

        if (CalibrationSamples < 1)
        {
            faults.Add($"CalibrationSamples: expected at least 1, got {CalibrationSamples}");
        }

        if (LatencyBatch < 1)
        {
            faults.Add($"LatencyBatch: expected at least 1, got {LatencyBatch}");
        }

        if (FineTuning?.CheckpointPath is { } checkpoint)
        {
            faults.Add(
                $"FineTuning: expected no CheckpointPath, because several networks are trained, got '{checkpoint}'");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"CompressorOptions: {string.Join("; ", faults)}.");
        }

        Pruning.Validate();
        FineTuning?.Validate();
    }
}
