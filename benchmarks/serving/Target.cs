namespace MaaS.Benchmarks.Serving;

/// <summary>An endpoint and what is posted to it.</summary>
/// <param name="Name">Name in the tables.</param>
/// <param name="Server">Who answers.</param>
/// <param name="Path">Where.</param>
/// <param name="Body">File that is posted.</param>
/// <param name="Headers">As <c>Name:value</c>.</param>
internal sealed record Target(string Name, Server Server, string Path, string Body, params string[] Headers)
{
    /// <summary>Whether it is a method of gRPC, on the server's port for it.</summary>
    public bool IsGrpc { get; init; }

    /// <summary>Whether each line of the file is a request, rather than the whole of it.</summary>
    public bool IsLines { get; init; }

    /// <summary>Where its requests go.</summary>
    public Uri Url => new(IsGrpc ? Server.GrpcAddress : Server.Address, Path);

    /// <summary>Drives it for some seconds, each connection waiting for its answer before it asks again.</summary>
    public Figures Drive(int connections, int seconds)
    {
        var before = Server.Cpu();
        var figures = IsGrpc ? H2Load.Run(this, connections, seconds) : Wrk.Run(this, connections, seconds);
        return figures with
        {
            Cpu = (Server.Cpu() - before).TotalMicroseconds / Math.Max(1, figures.PerSecond * seconds),
        };
    }
}
