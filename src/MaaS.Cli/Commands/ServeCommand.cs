using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Serving;

namespace MaaS.Cli.Commands;

/// <summary><c>maas serve</c>: models over HTTP until the process is told to end.</summary>
internal sealed class ServeCommand : VerbCommand
{
    private readonly Option<string> _models = new("--models")
    {
        Description = "A folder of models (.onnx, .maas, package folders, registry folders), or one of these.",
        HelpName = "path",
        DefaultValueFactory = _ => "models",
    };

    private readonly Option<int> _port = new("--port") { Description = "TCP port; 0 takes a free one.", HelpName = "number", DefaultValueFactory = _ => 8080 };
    private readonly Option<string> _host = new("--host")
    {
        Description = "Address to listen on; 0.0.0.0 for all. There is no authentication yet: keep it to networks you trust.",
        HelpName = "address",
        DefaultValueFactory = _ => "127.0.0.1",
    };

    public ServeCommand()
        : base("serve", "Serves models over HTTP: /predict, TensorFlow Serving's REST and the Open Inference Protocol.")
    {
        Options.Add(_models);
        Options.Add(_port);
        Options.Add(_host);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas serve --models artifacts/demo/digits.maas --port 8080", "One package."),
        ("maas serve --models models --host 0.0.0.0", "Every model of a folder, from everywhere."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var models = result.GetRequiredValue(_models);
        if (result.GetValue(_port) is < 0 or > 65535)
        {
            throw new UsageException($"--port: expected 0 to 65535, got {result.GetValue(_port)}.");
        }

        await using var server = await ServingHost.StartAsync(
            options => options.ModelsPath = models,
            $"http://{result.GetRequiredValue(_host)}:{result.GetValue(_port)}",
            cancellationToken: cancellationToken);
        Console.WriteLine($"serving {models} on {server.Address} (Ctrl+C ends it)");
        await server.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Success;
    }
}
