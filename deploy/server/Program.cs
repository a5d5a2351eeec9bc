// The server without the rest of the command, and so without libtorch. Everything is configuration: appsettings.json in the
// working directory, the environment (MaaS__ModelsPath=…), the command line (--MaaS:ModelsPath=…), the last of these winning.
using MaaS.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

if (args is ["health", var address])
{
    // For images that have no curl: exit code 0 while the server is ready.
    using var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(5) };
    try
    {
        using var response = await client.GetAsync(new Uri("/v2/health/ready", UriKind.Relative));
        return response.IsSuccessStatusCode ? 0 : 1;
    }
    catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
    {
        Console.Error.WriteLine($"maas-server: expected an answer from {address}, got none: {e.Message}");
        return 1;
    }
}

try
{
    await using var server = await ServingHost.StartAsync(static _ => { }, url: null, builder => builder.Configuration.AddCommandLine(args));
    Console.WriteLine($"serving {string.Join(", ", server.Models.Names)} on {server.Address}");
    await server.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidOperationException or InvalidDataException or IOException)
{
    Console.Error.WriteLine($"maas-server: {e.Message}");
    return 1;
}
