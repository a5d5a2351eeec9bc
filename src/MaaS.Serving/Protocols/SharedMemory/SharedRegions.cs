using System.Collections.Concurrent;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>The regions of shared memory that callers registered, each seen by its caller alone.</summary>
internal sealed class SharedRegions(IOptions<MaaSServingOptions> options) : IDisposable
{
    private readonly SharedMemoryOptions _options = options.Value.SharedMemory;
    private readonly ConcurrentDictionary<(string Owner, string Name), SharedRegion> _regions = new();

    /// <summary>Whether the server takes shared memory at all.</summary>
    public bool IsOn => _options.Prefix is not null;

    /// <summary>Registers memory under a name.</summary>
    /// <exception cref="RequestException">400: the name is taken, the memory is not there, or not below the configured prefix.</exception>
    public void Register(Caller caller, string name, string key, long offset, long size)
    {
        var file = key.TrimStart('/');
        if (_options.Prefix is not { } prefix || file.Contains('/', StringComparison.Ordinal) || file.Contains('\\', StringComparison.Ordinal)
            || !file.StartsWith(prefix.TrimStart('/'), StringComparison.Ordinal) || file.Contains('\0', StringComparison.Ordinal))
        {
            throw RequestException.BadRequest($"region '{name}': expected a key that begins with '{_options.Prefix}', got '{key}'");
        }

        if (_regions.Count >= _options.MaxRegions)
        {
            throw new RequestException(FaultKind.ResourceExhausted, $"expected at most {_options.MaxRegions} regions, got one more; unregister some");
        }

        var region = SharedRegion.Open(name, key, caller.Name, Path.Combine(_options.Folder, file), offset, size);
        if (!_regions.TryAdd((caller.Name, name), region))
        {
            region.Dispose();
            throw RequestException.BadRequest($"region '{name}': expected a name that is not registered yet");
        }
    }

    /// <summary>Ends one region, or all of a caller.</summary>
    public void Unregister(Caller caller, string? name)
    {
        foreach (var key in _regions.Keys.Where(k => k.Owner == caller.Name && (name is null || k.Name == name)))
        {
            if (_regions.TryRemove(key, out var region))
            {
                region.Dispose();
            }
        }
    }

    /// <summary>The regions of a caller.</summary>
    public IReadOnlyList<SharedRegion> Of(Caller caller)
        => [.. _regions.Values.Where(r => r.Owner == caller.Name).OrderBy(r => r.Name, StringComparer.Ordinal)];

    /// <summary>A caller's region.</summary>
    /// <exception cref="RequestException">400: there is none of that name.</exception>
    public SharedRegion Find(Caller caller, string name)
        => _regions.TryGetValue((caller.Name, name), out var region) ? region
            : throw RequestException.BadRequest($"shared_memory_region: expected a registered region, got '{name}'");

    public void Dispose()
    {
        foreach (var region in _regions.Values)
        {
            region.Dispose();
        }
    }
}
