namespace MaaS.Registry.Exchange;

/// <summary>How registries are talked to.</summary>
public sealed record ExchangeOptions
{
    /// <summary>HTTP without TLS. Passwords and tokens are then sent to this machine alone. Default false.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>A PEM file of the authorities that sign registries' certificates, instead of the system's. Default
    /// null: the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>Who asks, by registry. Default: the files that <c>maas login</c> and Docker write.</summary>
    public RegistryLogins Logins { get; init; } = RegistryLogins.Default;

    /// <summary>Uploads or downloads at once, 1 to 64. Default 4.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>Bytes of one request of an upload, at least 1. Default 16 MiB.</summary>
    public int ChunkBytes { get; init; } = 16 << 20;

    /// <summary>Times that a request is made before a registry that fails is given up. Default 5.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Longest wait for the head of an answer, then each time for its next bytes. Default 100 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Most bytes that a copy between registries takes through this machine's temporary folder, at least 0.
    /// Default 16 GiB, as much as a package may have.</summary>
    public long MaxCopyBytes { get; init; } = 16L << 30;

    /// <summary>Tells how long to wait between attempts. Default the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Runs something for every item, several at once.</summary>
    internal Task EachAsync<T>(
        IEnumerable<T> items, Func<T, CancellationToken, Task> run, CancellationToken cancellationToken)
        => Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (item, ct) => await run(item, ct).ConfigureAwait(false));
}
