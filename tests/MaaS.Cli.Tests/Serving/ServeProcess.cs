using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Cli.Tests.Serving;

/// <summary><c>maas serve</c> as a process of its own, over a registry whose model m multiplies by its
/// version.</summary>
internal sealed partial class ServeProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _start;
    private readonly Task<string> _rest;

    private ServeProcess(Process process, Uri address, Uri admin, string start, Task<string> rest)
    {
        (_process, _start, _rest) = (process, start, rest);
        Address = address;
        Admin = admin;
    }

    public Uri Address { get; }

    /// <summary>Where models are loaded, unloaded and routed.</summary>
    public Uri Admin { get; }

    public static Task<ServeProcess> StartAsync(string models, params string[] arguments)
        => StartWithAsync(new Dictionary<string, string>(), models, arguments);

    /// <summary>Starts with variables added to the environment.</summary>
    public static async Task<ServeProcess> StartWithAsync(
        IReadOnlyDictionary<string, string> variables, string models, params string[] arguments)
    {
        var process = CommandProcess.StartWith(
            variables, models, ["serve", "--models", models, "--port", "0", .. arguments]);
        List<string> lines = [];
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            if (Listening().Matches(line) is [var address, var admin])
            {
                return new ServeProcess(
                    process, new Uri(address.Value), new Uri(admin.Value),
                    string.Join('\n', lines), process.StandardOutput.ReadToEndAsync());
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    /// <summary>Registers the next version of a model: (batch, 1) → x · version.</summary>
    public static async Task<long> RegisterAsync(string models, string name = "m")
    {
        var registry = new ModelRegistry(models);
        var version = registry.Versions(name).Select(v => v.Version).DefaultIfEmpty().Max() + 1;
        var builder = new GraphBuilder("scale");
        builder.AddInput("x", DataType.Float, ["batch", 1]);
        builder.AddInitializer(OnnxTensor.Create<float>("factor", [version], 1));
        builder.Graph.Node.Add(
            new NodeProto { OpType = "Mul", Name = "mul", Input = { "x", "factor" }, Output = { "y" } });
        builder.AddOutput("y", DataType.Float, ["batch", 1]);
        var file = Path.Combine(Path.GetTempPath(), $"maas-{Guid.NewGuid():N}.maas");
        try
        {
            await ModelPackage.CreateAsync(
                file, new ModelManifest { Name = name },
                new Dictionary<string, PackageContent>
                {
                    [ModelPackage.ModelFile] = PackageContent.FromBytes(builder.Build().ToByteArray()),
                });
            using var package = await ModelPackage.OpenAsync(file);
            return (await registry.RegisterAsync(package, name)).Version;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Sends one number to the model and checks the answer.</summary>
    /// <returns>The version that answered.</returns>
    public static async Task<int> AskAsync(HttpClient client, string model, int number)
        => (await TellAsync(client, model, number)).Version;

    /// <summary>Sends one number to the model and checks the answer, which says twice which version gave it.</summary>
    /// <returns>The version, and whether the server asks to go elsewhere.</returns>
    public static async Task<(int Version, bool IsLast)> TellAsync(HttpClient client, string model, int number)
    {
        using var content = new StringContent(
            $$"""{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[{{number}}]}]}""", Encoding.UTF8,
            "application/json");
        using var response = await client.PostAsync(new Uri($"/v2/models/{model}/infer", UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)response.StatusCode} {text}", null, response.StatusCode);
        }

        var answer = JsonDocument.Parse(text).RootElement;
        var version = int.Parse(answer.GetProperty("model_version").GetString()!);
        var value = answer.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble();
        return value == (double)number * version
            ? (version, response.Headers.ConnectionClose == true)
            : throw new InvalidDataException($"{number} * {version}: got {value}");
    }

    /// <summary>What the process wrote to its output, when it has ended.</summary>
    public async Task<string> LogAsync() => _start + await _rest;

    public void Terminate() => Kill(_process.Id, 15);

    public void KillAtOnce() => Kill(_process.Id, 9);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Kill(int process, int signal)
    {
        if (SendSignal(process, signal) != 0)
        {
            throw new InvalidOperationException($"kill {signal}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [GeneratedRegex(@"https?://127\.0\.0\.1:\d+")]
    private static partial Regex Listening();
}
