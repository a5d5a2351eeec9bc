using System.Globalization;
using MaaS.Serving;
using Microsoft.Extensions.Logging;

namespace MaaS.Benchmarks.Soak;

/// <summary>The server's side: a process of its own, told over its standard input what to load and unload.</summary>
internal static class SoakServer
{
    public static async Task<int> RunAsync(string models)
    {
        await using var server = await ServingHost.StartAsync(
            options =>
            {
                options.ModelsPath = models;
                options.Defaults.IntraOpThreads = 1;
                options.SettleTime = TimeSpan.FromMilliseconds(100);
                options.StateFile = Path.Combine(models, "state.json");
            },
            "http://127.0.0.1:0",
            builder => builder.Logging.ClearProviders()); // Standard output is the parent's.
        Console.WriteLine(server.Address);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["load", var name]:
                    await server.Models.LoadAsync(name);
                    break;
                case ["unload", var name]:
                    await server.Models.UnloadAsync(name);
                    break;
                case ["reload", var name]:
                    await server.Models.LoadAsync(name, reload: true);
                    break;
            }

            // After a collection, so that what is printed over time is what is kept.
            Console.WriteLine(GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }
}
