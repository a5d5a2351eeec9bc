using MaaS.Benchmarks.Serving;
using MaaS.Serving;
using Microsoft.Extensions.Logging;

// dotnet run -c Release --project benchmarks/serving [-- ROUNDS [SECONDS]]
// Starts every server in a process of its own, drives one after another with wrk, round by round, and prints ratios.
switch (args)
{
    case ["bare", var model, var port, var grpc, var threads]:
        await BareServer.RunAsync(model, int.Parse(port), int.Parse(grpc), int.Parse(threads));
        return 0;
    case ["maas", var models, var port, var grpc]:
        await using (var server = await ServingHost.StartAsync(
            options => (options.ModelsPath, options.GrpcUrl) = (models, $"http://127.0.0.1:{grpc}"),
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
        return await new Benchmark(
            rounds: args.Length > 0 ? int.Parse(args[0]) : 3, seconds: args.Length > 1 ? int.Parse(args[1]) : 3).RunAsync();
}
