using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MaaS.Cli.Tests.Gateway;

/// <summary><c>maas gateway</c> as a process of its own.</summary>
internal sealed partial class GatewayProcess : IDisposable
{
    private readonly Process _process;

    private GatewayProcess(Process process, Uri address, Uri admin)
        => (_process, Address, Admin) = (process, address, admin);

    public Uri Address { get; }

    /// <summary>Where the fleet is shown.</summary>
    public Uri Admin { get; }

    public static async Task<GatewayProcess> StartAsync(string folder, params string[] arguments)
    {
        var process = CommandProcess.Start(folder, ["gateway", "--port", "0", .. arguments]);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Matches(line) is [var address, var admin, ..])
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new GatewayProcess(process, new Uri(address.Value), new Uri(admin.Value));
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    [GeneratedRegex(@"http://(127\.0\.0\.1|\[::1\]):\d+")]
    private static partial Regex Listening();
}
