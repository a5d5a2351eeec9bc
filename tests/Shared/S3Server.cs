using System.Diagnostics;

namespace MaaS.Tests;

/// <summary>The S3 server <c>s3rver</c> in a folder of its own, which ./maas test installs. It knows one key, and
/// checks no signatures.</summary>
internal sealed class S3Server : IDisposable
{
    public const string Bucket = "maas", Key = "S3RVER", Secret = "S3RVER";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder;
    private readonly Process _process;

    private S3Server(TemporaryFolder folder, Process process, Uri endpoint)
        => (_folder, _process, Endpoint) = (folder, process, endpoint);

    public Uri Endpoint { get; }

    /// <summary>Starts it with an empty bucket.</summary>
    /// <param name="root">Of the repository.</param>
    public static async Task<S3Server> StartAsync(string root)
    {
        var script = Path.Combine(root, "artifacts", "s3rver", "node_modules", "s3rver", "bin", "s3rver.js");
        if (!File.Exists(script))
        {
            throw new InvalidOperationException($"expected {script}, which ./maas test installs");
        }

        var folder = new TemporaryFolder();
        var process = Process.Start(new ProcessStartInfo(
            "node",
            [
                script, "--directory", folder["data"], "--address", "127.0.0.1", "--port", "0", "--silent",
                "--configure-bucket", Bucket,
            ])
        {
            RedirectStandardOutput = true,
        })!;
        var listening = new TaskCompletionSource<Uri>();
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null)
            {
                listening.TrySetException(new InvalidOperationException("expected s3rver to listen, it has ended"));
            }
            else if (e.Data.StartsWith("S3rver listening on ", StringComparison.Ordinal))
            {
                listening.TrySetResult(new Uri($"http://127.0.0.1:{e.Data.Split(':')[^1]}"));
            }
        };
        process.BeginOutputReadLine();
        return new S3Server(folder, process, await listening.Task.WaitAsync(StartTimeout));
    }

    /// <summary>A place for contents, as an address of a registry names it.</summary>
    public string Contents(string prefix, Uri? endpoint = null, string bucket = Bucket)
        => $"s3://{bucket}/{prefix}?endpoint={Uri.EscapeDataString((endpoint ?? Endpoint).AbsoluteUri)}&region=eu-1";

    /// <summary>The files that the server keeps objects in, without those of their metadata.</summary>
    public IReadOnlyList<string> Objects(string prefix)
    {
        var folder = Path.Combine(_folder["data"], Bucket, prefix);
        return !Directory.Exists(folder) ? []
            : [.. Directory.EnumerateFiles(folder, "*._S3rver_object", SearchOption.AllDirectories).Order()];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }
}
