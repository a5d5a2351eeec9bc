using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MaaS.Tests;

/// <summary>A PostgreSQL of Debian's packages with a data folder and port of its own.</summary>
internal static class PostgresServer
{
    private static TemporaryFolder? _folder;
    private static string _tools = "";
    private static int _port;

    /// <summary>A new, empty database.</summary>
    /// <param name="contents">Folder of the registry's files.</param>
    /// <returns>The address of a registry in it.</returns>
    public static async Task<string> NewRegistryAsync(string contents)
    {
        var name = $"maas{Guid.NewGuid():N}";
        await RunAsync(
            "psql", "-h", "127.0.0.1", "-p", $"{_port}", "-U", "maas", "-d", "postgres", "-c",
            $"CREATE DATABASE {name}");
        return $"postgres:Host=127.0.0.1;Port={_port};Username=maas;Database={name};Contents={contents}";
    }

    /// <summary>Starts it.</summary>
    public static async Task StartAsync()
    {
        _tools = Directory.Exists("/usr/lib/postgresql")
            ? Path.Combine(Directory.EnumerateDirectories("/usr/lib/postgresql").Max()!, "bin")
            : throw new InvalidOperationException("expected Debian's package postgresql, which ./maas test installs");
        _folder = new TemporaryFolder();
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        if (Environment.UserName == "root")
        {
            Process.Start("chown", ["postgres", _folder.Path]).WaitForExit();   // PostgreSQL refuses to run as root.
        }

        await RunAsync("initdb", "-D", _folder["data"], "-U", "maas", "--auth=trust", "--no-sync");
        await RunAsync(
            "pg_ctl", "-D", _folder["data"], "-w", "-l", _folder["log"],
            "-o", $"-p {_port} -k {_folder.Path} -c listen_addresses=127.0.0.1 -c fsync=off", "start");
    }

    /// <summary>Ends it and removes its data.</summary>
    public static async Task StopAsync()
    {
        await RunAsync("pg_ctl", "-D", _folder!["data"], "-w", "-m", "immediate", "stop");
        _folder.Dispose();
    }

    /// <summary>Stops the server as a crash does, and starts it again.</summary>
    public static async Task RestartAsync()
        => await RunAsync("pg_ctl", "-D", _folder!["data"], "-w", "-m", "immediate", "-l", _folder["log"], "restart");

    private static async Task RunAsync(string tool, params string[] arguments)
    {
        var path = Path.Combine(_tools, tool);
        var start = Environment.UserName == "root"
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.WorkingDirectory = "/";
        start.RedirectStandardError = tool != "pg_ctl";   // The server would hold the pipe open.
        start.RedirectStandardOutput = tool != "pg_ctl";
        using var process = Process.Start(start)!;
        var words = start.RedirectStandardError
            ? await process.StandardOutput.ReadToEndAsync() + await process.StandardError.ReadToEndAsync() : "";
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"{tool}: {words}");
    }
}
