using MaaS.Benchmarks.Serving;
using MaaS.Serving;
using Microsoft.Extensions.Logging;

// dotnet run -c Release --project benchmarks/serving [-- [encrypted|embeddings] [ROUNDS [SECONDS]]]
// Starts every server in a process of its own, drives one after another with wrk, round by round, and prints ratios.
switch (args)
{
    case ["bare", var model, var port, var grpc, var threads]:
        await BareServer.RunAsync(model, int.Parse(port), int.Parse(grpc), int.Parse(threads));
        return 0;
    case ["bare-embeddings", var package, var port]:
        await BareEmbeddings.RunAsync(package, int.Parse(port));
        return 0;
    case ["maas", var models, var port, var grpc, .. var keys]:
        await using (var server = await ServingHost.StartAsync(
            options =>
            {
                (options.ModelsPath, options.GrpcUrl) = (models, $"http://127.0.0.1:{grpc}");
                Array.ForEach(keys, key => EncryptedPackages.UseKey(options, key));
            },
            $"http://127.0.0.1:{port}", static b => b.Logging.ClearProviders()))
        {
            await server.WaitForShutdownAsync();
        }

        return 0;
    case ["session", var model, var body]:
        return SessionLatency.Print(model, body);
    case ["gain", var model, .. var row]:
        return BatchGain.Print(model, [.. row.Select(long.Parse)]);
    default:
        var mode = args is ["encrypted" or "embeddings", ..] ? args[0] : null;
        var figures = mode is null ? args : args[1..];
        var benchmark = new Benchmark(
            rounds: figures.Length > 0 ? int.Parse(figures[0]) : 3,
            seconds: figures.Length > 1 ? int.Parse(figures[1]) : 3);
        return await benchmark.RunAsync(mode);
}
