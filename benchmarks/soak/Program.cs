using MaaS.Benchmarks.Soak;

// `dotnet run -c Release --project benchmarks/soak [requests]`: a server process under load while its models change.
if (args is ["--serve", var models])
{
    return await SoakServer.RunAsync(models);
}

var requests = args.Length > 0 ? int.Parse(args[0]) : 200_000;
return await new Soak(requests).RunAsync();
