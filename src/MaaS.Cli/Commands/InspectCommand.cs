using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Core.Packages;
using MaaS.Onnx.Costs;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.Commands;

/// <summary><c>maas inspect</c>: what a model is and what it costs.</summary>
internal sealed class InspectCommand : VerbCommand
{
    private readonly Argument<FileSystemInfo> _model = new("model")
    {
        Description = "An ONNX file, a package (.maas or folder) or a trained model (.safetensors).",
    };

    private readonly Option<string[]> _sizes = OptionKinds.Several(
        "--size", "Size of a dynamic axis, so that costs are numbers instead of formulas; may be given several times.",
        "axis=number");

    public InspectCommand()
        : base("inspect", "Prints inputs, outputs, operators, parameters, MACs, bytes, and what each layer costs.")
    {
        Arguments.Add(_model);
        Options.Add(_sizes);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas inspect model.onnx", "Costs as formulas of the dynamic axes."),
        ("maas inspect artifacts/demo/digits.maas --size batch=1",
            "Costs of one image; what the package says of itself."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var sizes = result.GetRequiredValue(_sizes).Select(Size).ToDictionary();
        var path = result.GetRequiredValue(_model).FullName;
        var network = await NetworkFile.OpenAsync(path, cancellationToken);
        var description = OptionKinds.Checked(() => ModelSummary.Describe(network.Model, sizes));
        if (!path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            foreach (var (name, value) in Lines(network.Manifest))
            {
                Console.WriteLine($"{name,-11} {value}");
            }

            Console.WriteLine();
        }

        Console.Write(description);
        return ExitCode.Success;
    }

    private static KeyValuePair<string, long> Size(string text)
        => text.Split('=') is [{ Length: > 0 } axis, var number] && long.TryParse(number, out var size) && size > 0
            ? new(axis, size)
            : throw new UsageException($"--size: expected AXIS=NUMBER with a number above 0, got '{text}'.");

    private static IEnumerable<(string Name, string Value)> Lines(ModelManifest manifest)
    {
        yield return ("name", manifest.Name + (manifest.Version is { } version ? $" {version}" : ""));
        if (manifest.Description is { } description)
        {
            yield return ("description", description);
        }

        if (manifest.Labels is { } labels)
        {
            yield return ("labels", $"{labels.Count}: {string.Join(", ", labels)}");
        }

        foreach (var (name, value) in manifest.Metrics ?? new Dictionary<string, double>())
        {
            yield return ("metric", $"{name} {value:0.####}");
        }

        if (manifest.Lineage?.Parent is { } parent)
        {
            yield return ("made from", parent);
        }

        foreach (var step in manifest.Lineage?.Compression ?? [])
        {
            yield return ("compression", step);
        }

        foreach (var (file, entry) in manifest.Files)
        {
            yield return ("file", $"{file} {entry.Size:n0} bytes");
        }
    }
}
