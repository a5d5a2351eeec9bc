using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Doctor;
using MaaS.Training.Startup;

namespace MaaS.Cli.Commands;

/// <summary><c>maas doctor</c>: versions, settings, and whether torch computes right on this processor.</summary>
internal sealed class DoctorCommand : VerbCommand
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Everything as JSON, every operator, shape and result.",
    };

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "Versions and settings alone; measures nothing.",
    };

    private readonly Option<string?> _only = new("--measure-setting") { Hidden = true };

    public DoctorCommand()
        : base(
            "doctor",
            "Prints versions and settings, and compares torch's operators with float64 for every setting of oneDNN.")
    {
        _only.AcceptOnlyFromAmong([.. OperatorSurvey.Settings]);
        Options.Add(_json);
        Options.Add(_quick);
        Options.Add(_only);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas doctor", "Also finds the fastest setting that is right, for all later processes on this processor."),
        ("maas doctor --json", "For a bug report."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        if (result.GetValue(_only) is { } setting)
        {
            Console.WriteLine(OperatorSurvey.MeasureHere(setting));
            return ExitCode.Success;
        }

        var versions = DoctorReport.Read();
        var quick = result.GetValue(_quick);
        var (results, chosen) = quick ? ([], null) : await OperatorSurvey.RunAsync(Child, cancellationToken);
        var report = new DoctorReport(versions, TorchRuntime.Settings, results, chosen);
        Console.Write(
            result.GetValue(_json) ? JsonSerializer.Serialize(report, Indented) + "\n" : DoctorText.Render(report));
        if (quick || results.Any(static r => r.IsRight))
        {
            return ExitCode.Success;
        }

        await Console.Error.WriteLineAsync(
            "maas: torch computes wrong numbers on this processor with every setting; do not train here.");
        return ExitCode.Failure;
    }

    // This program again: as `dotnet maas.dll`, or by its own name.
    private static ProcessStartInfo Child(string setting)
    {
        var program = Environment.ProcessPath
            ?? throw new InvalidOperationException("doctor: expected the path of this program, got none.");
        string[] own = Path.GetFileNameWithoutExtension(program) is "dotnet"
            ? [Path.Combine(AppContext.BaseDirectory, "maas.dll")]
            : [];
        return new ProcessStartInfo(program, [.. own, "doctor", "--measure-setting", setting]);
    }
}
