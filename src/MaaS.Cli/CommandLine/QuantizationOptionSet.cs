using System.CommandLine;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Quantization.WeightOnly;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say how to quantize.</summary>
internal sealed class QuantizationOptionSet
{
    /// <summary>The mode that trains on.</summary>
    public const string Aware = "qat";

    public Option<string> Mode { get; } = Choice(
        "--mode",
        "static: weights and activations, calibrated; dynamic: activations as they come, the default for texts; int8, "
            + "int4: weights only; "
        + "qat: static, after training a .safetensors model on with the rounding.",
        ["static", "dynamic", "int8", "int4", Aware], "static");

    public Option<int?> Bits { get; } = new("--bits")
    {
        Description = "Weights only, in so many bits: 8 is --mode int8, 4 is --mode int4.",
        HelpName = "8|4",
    };

    private readonly Option<string> _calibrator = Choice(
        "--calibrator", "How static ranges are chosen.", CalibrationMethods.Names, new MinMaxCalibration().Name);

    public Option<int> Samples { get; } = Number(
        "--calibration-samples",
        "Samples to calibrate on; of your own files all, of random inputs 16 runs, where it is not given.", 256);
    private readonly Option<bool> _perTensor = new("--per-tensor")
    {
        Description = "One scale for all channels of a weight.",
    };
    public Option<string[]> Exclude { get; } = Several(
        "--exclude", "A node that stays float; may be given several times.", "node");

    public void AddTo(Command command)
        => new Option[] { Mode, Bits, _calibrator, Samples, _perTensor, Exclude }.AddTo(command);

    /// <summary>The mode that the options name.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="otherwise">Where they name none; null for the option's default.</param>
    /// <exception cref="UsageException">The bits are others than 8 and 4, or say something else than the
    /// mode.</exception>
    public string ModeOf(ParseResult result, string? otherwise = null)
    {
        var named = result.GetResult(Mode) is { Implicit: false } ? result.GetRequiredValue(Mode) : null;
        if (result.GetValue(Bits) is not { } bits)
        {
            return named ?? otherwise ?? result.GetRequiredValue(Mode);
        }

        var mode = bits is 8 or 4 ? $"int{bits}" : throw new UsageException($"--bits: expected 8 or 4, got {bits}.");
        return named is null || named == mode ? mode
            : throw new UsageException($"--bits {bits}: expected no --mode, or {mode}, got {named}.");
    }

    /// <summary>The scheme of a mode that does not train.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="mode">A value of <see cref="Mode"/> but <see cref="Aware"/>.</param>
    /// <param name="calibration">Inputs by name, for static ranges.</param>
    public IQuantizationScheme Read(
        ParseResult result, string mode, IEnumerable<IReadOnlyDictionary<string, TensorValue>> calibration)
    {
        var excluded = result.GetRequiredValue(Exclude).ToHashSet(StringComparer.Ordinal);
        var perChannel = !result.GetValue(_perTensor);
        var options = new QuantizationSchemeOptions
        {
            Dynamic = new DynamicQuantizerOptions { PerChannel = perChannel, ExcludedNodes = excluded },
            Static = new StaticQuantizerOptions
            {
                Calibration = CalibrationMethods.ByName(result.GetRequiredValue(_calibrator)),
                PerChannel = perChannel,
                ExcludedNodes = excluded,
            },
            WeightOnly = new WeightOnlyQuantizerOptions { Bits = mode == "int8" ? 8 : 4, ExcludedNodes = excluded },
        };
        return options.Scheme(
            mode switch
            {
                "dynamic" => QuantizationKind.Dynamic,
                "int8" or "int4" => QuantizationKind.WeightOnly,
                _ => QuantizationKind.Static,
            },
            calibration);
    }
}
