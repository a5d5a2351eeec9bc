using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MaaS.Onnx;

namespace MaaS.Benchmarks.Serving;

/// <summary>Every server on the same model and the same requests, in turns.</summary>
internal sealed class Benchmark(int rounds, int seconds)
{
    private const string Json = "Content-Type:application/json", Binary = "Content-Type:application/octet-stream",
        Grpc = "Content-Type:application/grpc";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"maas-bench-{Environment.ProcessId}");
    private readonly List<Server> _servers = [];
    private readonly Summary _summary = new();

    /// <summary>Compares.</summary>
    /// <param name="mode"><c>encrypted</c> for plain and encrypted packages, <c>embeddings</c> for sentence encoders;
    /// null for servers of networks.</param>
    public async Task<int> RunAsync(string? mode)
    {
        Directory.CreateDirectory(_folder);
        try
        {
            Console.WriteLine(
                $"machine: {Machine.Cpu()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}");
            Console.WriteLine($"versions: {string.Join(", ", Machine.Versions())}");
            Console.WriteLine(
                $"{rounds} rounds of {seconds} s each, best round of each; ratios are medians over rounds");
            if (mode == "encrypted")
            {
                await EncryptedPackages.CompareAsync(
                    (package, key) => Start(Self, "maas", package, "{port}", "{grpc}", key), _folder,
                    await SaveAsync("conv.json", Encoding.UTF8.GetBytes(RequestJson())), rounds, seconds, _summary);
            }
            else if (mode == "embeddings")
            {
                await new Embeddings((file, arguments, variable) => Start(file, arguments, variable),
                    arguments => Start(Self, arguments)).CompareAsync(_folder, rounds, seconds, _summary);
            }
            else
            {
                await CompareServersAsync();
                await CompareBatchingAsync("VGG", Networks.Vgg(), RequestJson(), aim: null, "1", "28", "28");
                await CompareBatchingAsync("MiniLM-L6", Networks.SentenceEncoder(), IdsJson(), aim: 1.5, "8");
            }

            _summary.Print();
            return 0;
        }
        finally
        {
            _servers.ForEach(static s => s.Dispose());
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task CompareServersAsync()
    {
        var model = await SaveAsync("conv", Networks.Conv32Dense10());
        var json = await SaveAsync("conv.json", Encoding.UTF8.GetBytes(RequestJson()));
        var raw = MemoryMarshal.AsBytes(Pixels().AsSpan()).ToArray();
        var header = Encoding.UTF8.GetBytes(
            $$$"""{"inputs":[{"name":"input","shape":[1,1,28,28],"datatype":"FP32","parameters":{"binary_data_size":{{{raw.Length}}}}}],"parameters":{"binary_data_output":true}}""");
        var bytes = await SaveAsync("conv.bin", raw);
        var tensors = await SaveAsync("conv.tensors", [.. header, .. raw]);
        var message = await SaveAsync("conv.message", GrpcRequest.Of("conv", "input", raw));

        var maas = Start(Self, "maas", model, "{port}", "{grpc}");
        var bare = Start(Self, "bare", model, "{port}", "{grpc}", "1");
        var flask = Start("/usr/bin/python3", [
            "-m", "gunicorn", "--workers", "2", "--bind", "127.0.0.1:{port}", "--log-level", "error",
            "flask_server:app"], ("MODEL", model));
        var node = Start("node", [Path.Combine(NodeModules.Prepare(), "fastify_server.mjs"), model, "{port}"]);
        Target[] targets =
        [
            new("MaaS JSON", maas, "/v2/models/conv/infer", json, Json),
            new("bare JSON", bare, "/infer", json, Json),
            new("MaaS binary", maas, "/v2/models/conv/infer", tensors, Binary, $"Inference-Header-Content-Length:{header.Length}"),
            new("bare binary", bare, "/binary", bytes, Binary),
            new("MaaS gRPC", maas, "/inference.GRPCInferenceService/ModelInfer", message, Grpc) { IsGrpc = true },
            new("bare gRPC", bare, "/grpc", message, Grpc) { IsGrpc = true },
            new("Flask + PyTorch", flask, "/infer", json, Json),
            new("Fastify + ONNX Runtime", node, "/infer", json, Json),
        ];
        await CheckAnswersAsync(targets);
        var table = new Table("Conv32-Dense10", targets, rounds, seconds);
        table.WarmUp();
        foreach (var connections in new[] { 1, 16, 64 })
        {
            table.Measure(connections);
            table.Print(connections);
            table.Compare(_summary, connections, "MaaS JSON", "bare JSON", 1.1);
            table.Compare(_summary, connections, "MaaS binary", "bare binary", 0.95);
            table.Compare(_summary, connections, "MaaS gRPC", "bare gRPC");
            table.Compare(_summary, connections, "MaaS JSON", "Flask + PyTorch", 7);
            table.Compare(_summary, connections, "MaaS JSON", "Fastify + ONNX Runtime", 4);
        }

        AddLatencies(table, model, bytes);
        StopAll();
    }

    /// <summary>What batching gains, beside what ONNX Runtime alone gains from batches of this model: no server gains
    /// more.</summary>
    private async Task CompareBatchingAsync(
        string name, OnnxModel network, string request, double? aim, params string[] row)
    {
        const string OneThread = "bare, 1 thread a run", DefaultThreads = "bare, default threads";
        var model = await SaveAsync("batched", network);
        var json = await SaveAsync("batched.json", Encoding.UTF8.GetBytes(request));
        Target[] targets =
        [
            new("MaaS", Start(Self, "maas", model, "{port}", "{grpc}"), "/v2/models/batched/infer", json, Json),
            new(OneThread, Start(Self, "bare", model, "{port}", "{grpc}", "1"), "/infer", json, Json),
            new(DefaultThreads, Start(Self, "bare", model, "{port}", "{grpc}", "0"), "/infer", json, Json),
        ];
        await CheckAnswersAsync(targets);
        var table = new Table(name, targets, rounds, seconds);
        table.WarmUp();
        table.Measure(connections: 64);
        table.Print(connections: 64);
        table.Compare(_summary, 64, "MaaS", OneThread, aim, aim is null ? null : 1.5);
        table.Compare(_summary, 64, "MaaS", DefaultThreads, aim, aim is null ? null : 1.5);
        StopAll();
        Console.WriteLine(Output(["gain", model, .. row]));
    }

    private void AddLatencies(Table table, string model, string bytes)
    {
        var text = Output("session", model, bytes);
        var run = double.Parse(text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Session.Run alone: p50 {run:0.0} µs"));
        _summary.AddLatency("added to Session.Run, binary", table.BestP50(1, "MaaS binary") - run, 35);
        _summary.AddLatency("added to Session.Run, JSON", table.BestP50(1, "MaaS JSON") - run, 70);
        _summary.AddLatency("added to Session.Run, bare binary", table.BestP50(1, "bare binary") - run, 35);
    }

    /// <summary>What this program prints with other arguments, in a process of its own.</summary>
    private static string Output(params string[] arguments)
    {
        var (file, first) = Self;
        using var process = Process.Start(
            new ProcessStartInfo(file, [.. first, .. arguments]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().TrimEnd();
    }

    /// <summary>Every server must give the same logits, or speed says nothing.</summary>
    private static async Task CheckAnswersAsync(Target[] targets)
    {
        float[]? expected = null;
        foreach (var target in targets)
        {
            var answer = await target.Server.AnswerAsync(target);
            var logits = target.Name switch
            {
                "bare binary" => MemoryMarshal.Cast<byte, float>(answer).ToArray(),
                "MaaS binary" or "MaaS gRPC" or "bare gRPC"
                    => MemoryMarshal.Cast<byte, float>(answer.AsSpan(answer.Length - 40)).ToArray(),
                _ => [
                    .. JsonDocument.Parse(answer).RootElement.GetProperty("outputs")[0].GetProperty("data")
                        .EnumerateArray().Select(static v => v.GetSingle()),
                ],
            };
            expected ??= logits;
            if (logits.Length != 10
                || logits.Zip(expected).Any(
                    static p => Math.Abs(p.First - p.Second) > 1e-3 * Math.Max(1, Math.Abs(p.Second))))
            {
                throw new InvalidDataException(
                    $"{target.Name}: expected [{string.Join(", ", expected)}], got [{string.Join(", ", logits)}]");
            }
        }
    }

    private static (string File, string[] First) Self
        => Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
            ? (Environment.ProcessPath!, [typeof(Benchmark).Assembly.Location]) : (Environment.ProcessPath!, []);

    private Server Start(
        (string File, string[] First) self, params string[] arguments)
            => Start(self.File, [.. self.First, .. arguments]);

    private Server Start(string file, string[] arguments, params (string Name, string Value)[] environment)
    {
        var server = Server.Start(file, arguments, AppContext.BaseDirectory, environment);
        _servers.Add(server);
        return server;
    }

    private void StopAll()
    {
        _servers.ForEach(static s => s.Dispose());
        _servers.Clear();
    }

    private Task<string> SaveAsync(string name, OnnxModel model) => SaveAsync($"{name}.onnx", model.ToByteArray());

    private async Task<string> SaveAsync(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllBytesAsync(path, bytes);
        return path;
    }

    /// <summary>A short query, as people type it into a search box: eight tokens.</summary>
    private static string IdsJson()
        => """{"inputs":[{"name":"input","shape":[1,8],"datatype":"INT64","data":[101,2054,2003,1996,3007,1997,2605,102]}]}""";

    private static string RequestJson()
        => $$"""{"inputs":[{"name":"input","shape":[1,1,28,28],"datatype":"FP32","data":[{{string.Join(',', Pixels().Select(Text))}}]}]}""";

    /// <summary>Normalised pixels as a client sends them: the shortest text that gives the float32 back, 8 to 10
    /// digits.</summary>
    private static float[] Pixels()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, 784).Select(_ => ((random.Next(256) / 255f) - 0.1307f) / 0.3081f)];
    }

    private static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);
}
