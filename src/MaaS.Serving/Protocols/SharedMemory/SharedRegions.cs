using System.Buffers;
using System.Collections.Concurrent;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Protocols.SharedMemory;

/// <summary>The regions of shared memory that callers registered, each seen by its caller alone.</summary>
internal sealed class SharedRegions(IOptions<MaaSServingOptions> options) : IDisposable
{
    private readonly SharedMemoryOptions _options = options.Value.SharedMemory;
    private readonly long _limit = options.Value.MaxRequestBytes;
    private readonly ConcurrentDictionary<(string Owner, string Name), SharedRegion> _regions = new();

    private readonly Lock _adding = new();

    /// <summary>Whether the server takes shared memory at all.</summary>
    public bool IsOn => _options.Prefix is not null;

    /// <summary>Registers memory under a name.</summary>
    /// <exception cref="RequestException">
    /// 400: the name is taken, the memory is not there, or not below the configured prefix. 429: there are too many.
    /// </exception>
    public void Register(Caller caller, string name, string key, long offset, long size)
    {
        var file = key.TrimStart('/');
        if (_options.Prefix is not { } prefix || file.Contains('/', StringComparison.Ordinal)
            || file.Contains('\\', StringComparison.Ordinal)
            || !file.StartsWith(prefix.TrimStart('/'), StringComparison.Ordinal)
            || file.Contains('\0', StringComparison.Ordinal))
        {
            throw RequestException.BadRequest(
                $"region '{name}': expected a key that begins with '{_options.Prefix}', got '{key}'");
        }

        var region = SharedRegion.Open(name, key, caller.Account, Path.Combine(_options.Folder, file), offset, size);
        try
        {
            Add(caller, region);
        }
        catch
        {
            region.Dispose();
            throw;
        }
    }

    /// <summary>Ends one region, or all of a caller.</summary>
    public void Unregister(Caller caller, string? name)
    {
        foreach (var key in _regions.Keys.Where(k => k.Owner == caller.Account && (name is null || k.Name == name)))
        {
            if (_regions.TryRemove(key, out var region))
            {
                region.Dispose();
            }
        }
    }

    /// <summary>The regions of a caller.</summary>
    public IReadOnlyList<SharedRegion> Of(Caller caller)
        => [.. _regions.Values.Where(r => r.Owner == caller.Account).OrderBy(r => r.Name, StringComparer.Ordinal)];

    /// <summary>A caller's region.</summary>
    /// <exception cref="RequestException">400: there is none of that name.</exception>
    public SharedRegion Find(Caller caller, string name)
        => _regions.TryGetValue((caller.Account, name), out var region) ? region
            : throw RequestException.BadRequest($"shared_memory_region: expected a registered region, got '{name}'");

    /// <summary>Copies the bytes of a request's inputs, one after the other.</summary>
    /// <returns>
    /// Throws a <see cref="RequestException"/>: 400: there is no such region, or the part is not within it. 413: the
    /// parts of the request are larger than its body might be.
    /// </returns>
    public Func<SharedPart, byte[]> Reader(Caller caller)
    {
        var left = _limit;
        return part =>
        {
            left = part.Size <= left ? left - Math.Max(0, part.Size)
                : throw new RequestException(
                    FaultKind.TooLarge,
                    $"expected inputs of at most {_limit} bytes in shared memory, MaxRequestBytes, got more");
            return Find(caller, part.Region).Read(part.Offset, part.Size);
        };
    }

    /// <summary>Writes an output.</summary>
    /// <returns>Bytes that it took.</returns>
    /// <exception cref="RequestException">400: there is no such region, or the part is too small.</exception>
    public long Write(Caller caller, SharedPart part, TensorValue tensor, string name)
    {
        var region = Find(caller, part.Region);
        var size = BinaryTensor.Size(tensor);
        if (size > part.Size)
        {
            throw RequestException.BadRequest(
                $"output '{name}': expected a shared_memory_byte_size of at least {size}, got {part.Size}");
        }

        if (tensor.Type != ElementType.String)
        {
            region.Write(part.Offset, tensor.Data.Span);
            return size;
        }

        var bytes = new ArrayBufferWriter<byte>((int)Math.Max(1, size));
        BinaryTensor.Write(bytes, tensor);
        region.Write(part.Offset, bytes.WrittenSpan);
        return size;
    }

    /// <summary>One at a time: what is counted is still so when the region is added.</summary>
    private void Add(Caller caller, SharedRegion region)
    {
        lock (_adding)
        {
            var (most, whose) = _regions.Count >= _options.MaxRegions ? (_options.MaxRegions, "all callers")
                : _regions.Keys.Count(k => k.Owner == caller.Account) >= _options.MaxRegionsPerCaller
                    ? (_options.MaxRegionsPerCaller, "this caller")
                : (0, "");
            if (most > 0)
            {
                throw new RequestException(
                    FaultKind.ResourceExhausted,
                    $"expected at most {most} regions of {whose}, got one more; unregister some");
            }

            if (!_regions.TryAdd((caller.Account, region.Name), region))
            {
                throw RequestException.BadRequest(
                    $"region '{region.Name}': expected a name that is not registered yet");
            }
        }
    }

    public void Dispose()
    {
        foreach (var region in _regions.Values)
        {
            region.Dispose();
        }
    }
}
