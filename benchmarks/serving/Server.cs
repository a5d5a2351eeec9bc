using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MaaS.Benchmarks.Serving;

/// <summary>A server under test: a process of its own on a free loopback port.</summary>
internal sealed class Server : IDisposable
{
    private readonly Process _process;

    private Server(Process process, Uri address, Uri grpcAddress)
    {
        _process = process;
        Address = address;
        GrpcAddress = grpcAddress;
    }

    public Uri Address { get; }

    /// <summary>Of servers that have gRPC.</summary>
    public Uri GrpcAddress { get; }

    /// <summary>Starts a server; <c>{port}</c> and <c>{grpc}</c> in its arguments become free ones.</summary>
    public static Server Start(
        string file, string[] arguments, string folder, params (string Name, string Value)[] environment)
    {
        var (port, grpc) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(
            file,
            arguments.Select(
                a => a.Replace("{port}", $"{port}", StringComparison.Ordinal)
                    .Replace("{grpc}", $"{grpc}", StringComparison.Ordinal)))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ORT_DISABLE_TELEMETRY"] = "1"; // MaaS forbids it by itself; all shall have the same work.
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, e) =>
            Console.Error.Write(e.Data is null ? "" : e.Data + Environment.NewLine);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new Server(process, new Uri($"http://127.0.0.1:{port}"), new Uri($"http://127.0.0.1:{grpc}"));
    }

    /// <summary>Processor time so far, that of the processes which the server started included.</summary>
    public TimeSpan Cpu() => Cpu(_process.Id);

    /// <summary>Posts until the server answers, and gives the answer.</summary>
    public async Task<byte[]> AnswerAsync(Target target)
    {
        using var client = new HttpClient();
        for (var stop = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                using var content = new ByteArrayContent(await File.ReadAllBytesAsync(target.Body));
                foreach (var header in target.Headers)
                {
                    content.Headers.TryAddWithoutValidation(
                        header[..header.IndexOf(':', StringComparison.Ordinal)],
                        header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..]);
                }

                using var request = new HttpRequestMessage(HttpMethod.Post, target.Url)
                {
                    Content = content,
                    Version = target.IsGrpc ? HttpVersion.Version20 : HttpVersion.Version11,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                using var response = await client.SendAsync(request);
                var answer = await response.Content.ReadAsByteArrayAsync();
                return response.IsSuccessStatusCode ? answer
                    : throw new InvalidDataException(
                        $"{target.Name}: expected an answer, got {(int)response.StatusCode}: "
                            + $"{System.Text.Encoding.UTF8.GetString(answer)}");
            }
            catch (HttpRequestException) when (!_process.HasExited && stop.Elapsed < TimeSpan.FromSeconds(60))
            {
                // Not up yet.
            }
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static TimeSpan Cpu(int id)
    {
        using var process = Process.GetProcessById(id);
        var children = File.ReadAllText($"/proc/{id}/task/{id}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return children.Aggregate(process.TotalProcessorTime, static (sum, child) => sum + Cpu(int.Parse(child)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
