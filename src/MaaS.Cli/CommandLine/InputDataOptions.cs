using System.CommandLine;
using System.Globalization;
using MaaS.Core.InputData;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.CommandLine;

/// <summary>Inputs of any model by name, without labels: from NumPy files, JSON lines, or drawn at random.</summary>
internal sealed class InputDataOptions
{
    /// <summary>What <c>--data</c> says for inputs drawn at random.</summary>
    public const string Random = "random";

    private const int RandomRuns = 16;

    private static readonly string[] Extensions = [".npz", ".npy", ".jsonl"];

    private readonly Option<string[]> _sizes = Several(
        "--size", "--data random: size of a free axis, or of INPUT[NUMBER] where it has no name.", "axis=number");

    private readonly Option<string[]> _fills = Several(
        "--fill", "--data random: the value of an input throughout, as sr=16000.", "input=number");

    public void AddTo(Command command) => new Option[] { _sizes, _fills }.AddTo(command);

    /// <summary>Whether a value of <c>--data</c> names such inputs.</summary>
    public static bool Takes(string data) => data == Random || Directory.Exists(data)
        || (File.Exists(data) && Extensions.Any(e => Has(data, e)));

    /// <summary>Finds inputs to calibrate on and others to compare on; the same where there are no others.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="data">What <c>--data</c> says.</param>
    /// <param name="model">The model.</param>
    /// <param name="samples">Samples to calibrate on, counted by the first axis; null for all files, or for 16 random
    /// runs.</param>
    /// <param name="batch">Size of the first axis of random inputs.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="UsageException">A size or value belongs to nothing, or the model fails on inputs of the sizes
    /// that were chosen.</exception>
    /// <exception cref="InvalidDataException">A file does not fit the model.</exception>
    public UnlabelledInputs Open(
        ParseResult result, string data, OnnxModel model, int? samples, int batch, CancellationToken cancellationToken)
    {
        var inputs = ModelInputs.Of(model);
        if (data == Random)
        {
            return DrawRandom(result, model, inputs, samples ?? RandomRuns, batch, cancellationToken);
        }
        if (result.GetRequiredValue(_sizes).Length + result.GetRequiredValue(_fills).Length > 0)
        {
            throw new UsageException(
                "--size, --fill: expected --data random; files have sizes and values of their own.");
        }
        IEnumerable<IReadOnlyDictionary<string, TensorValue>> runs = Has(data, ".jsonl")
            ? new InputLines(data, inputs)
            : new InputFolder(data, inputs);
        int calibration = samples is { } wanted ? Runs(runs, wanted) : int.MaxValue;
        int others = calibration == int.MaxValue ? 0 : runs.Skip(calibration).Take(1).Count();
        return new UnlabelledInputs(
            runs.Take(calibration),
            others > 0 ? runs.Skip(calibration) : runs,
            others > 0
                ? $"{data}: calibrated on the first {calibration} runs, compared on the others"
                : $"{data}: calibrated and compared on the same runs",
            null);
    }

    private UnlabelledInputs DrawRandom(
        ParseResult result, OnnxModel model, IReadOnlyList<TensorSpec> inputs, int runs, int batch,
        CancellationToken cancellationToken)
    {
        var sizes = result.GetRequiredValue(_sizes).Select(static text => Entry("--size", "AXIS", text))
            .ToDictionary(static entry => entry.Name, static entry =>
                entry.Value is >= 0 and <= int.MaxValue && double.IsInteger(entry.Value) ? (long)entry.Value
                : throw new UsageException($"--size: expected a whole number, got {entry.Value}."));
        foreach (var input in inputs.Where(static input => input.HasBatchAxis()))
        {
            string axis = input.AxisNames[0] is { } name && SizePolynomial.Parse(name).Symbols.Contains(name)
                ? name
                : $"{input.Name}[0]";
            sizes.TryAdd(axis, batch);
        }
        var options = new RandomInputOptions
        {
            Runs = runs,
            Sizes = sizes,
            Fills = result.GetRequiredValue(_fills).Select(static text => Entry("--fill", "INPUT", text))
                .ToDictionary(static entry => entry.Name, static entry => entry.Value),
        };
        var calibration = Checked(() => new RandomInputs(model, inputs, options));
        try
        {
            ModelInputs.Try(model, calibration.First(), cancellationToken);
        }
        catch (Exception e) when (e is InferenceException or ModelInputException or ArgumentException)
        {
            throw new UsageException(
                $"--data random: the model fails on {calibration.Shapes}; set sizes with --size and values with "
                + $"--fill, or give real data: {e.Message}", e);
        }
        return new UnlabelledInputs(
            calibration,
            new RandomInputs(model, inputs, options with { Seed = options.Seed + 1 }),
            $"random inputs: {calibration.Shapes}; {runs} runs to calibrate on, {runs} others to compare on",
            "calibrated and compared on random inputs: ranges and errors on real data differ; give --data with real "
            + "inputs before you rely on the result");
    }

    // How many runs have so many samples.
    private static int Runs(IEnumerable<IReadOnlyDictionary<string, TensorValue>> runs, int samples)
    {
        int count = 0;
        foreach (var run in runs)
        {
            long first = run.Values.Max(static value => value.Shape is [var size, ..] ? size : 1);
            samples -= (int)Math.Clamp(first, 1, samples);
            count++;
            if (samples == 0)
            {
                break;
            }
        }
        return count;
    }

    private static (string Name, double Value) Entry(string option, string what, string text)
    {
        int at = text.LastIndexOf('=');
        return at > 0 && double.TryParse(text.AsSpan(at + 1), CultureInfo.InvariantCulture, out double value)
            ? (text[..at], value)
            : throw new UsageException($"{option}: expected {what}=NUMBER, got '{text}'.");
    }

    private static bool Has(string path, string extension) =>
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
