using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Models;

/// <summary>Draws the version of each request from a model's route.</summary>
/// <remarks>
/// A sticky request is drawn by the first eight bytes (big-endian) of SHA-256 over <c>model, line feed, key</c>, read
/// as a fraction of 2^64: the same in every process and after a restart. Targets are in ordinal order, so that a
/// changed share moves no more clients than it must.
/// </remarks>
internal sealed class TrafficRouter
{
    private readonly string _model;
    private readonly string? _header;
    private readonly Func<double> _draw;
    private readonly (string Target, double Share)[] _shares;

    /// <param name="model">Whose requests.</param>
    /// <param name="route">Sound: it has no faults.</param>
    /// <param name="draw">A number from 0 to below 1.</param>
    public TrafficRouter(string model, TrafficRoute route, Func<double> draw)
    {
        _model = model;
        _draw = draw;
        Route = route;
        _header = route.StickyBy?.StartsWith(TrafficRoute.StickyByHeader, StringComparison.Ordinal) == true
            ? route.StickyBy[TrafficRoute.StickyByHeader.Length..] : null;
        _shares = [
            .. route.Split.Where(s => s.Value > 0).OrderBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => (s.Key, s.Value))];
    }

    public TrafficRoute Route { get; }

    /// <summary>The version or label for a request, or null where the route leaves it open.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="isServable">Whether a version or label can answer.</param>
    public string? Choose(RequestContext context, Func<string, bool> isServable)
    {
        var total = 0.0;
        foreach (var (target, share) in _shares)
        {
            total += isServable(target) ? share : 0;
        }

        if (total == 0)
        {
            return null;
        }

        var point = Point(context) * total;
        string? last = null;
        foreach (var (target, share) in _shares)
        {
            if (isServable(target))
            {
                last = target;
                point -= share;
                if (point < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private double Point(RequestContext context)
    {
        var key = _header is not null ? context.Header(_header) : Route.StickyBy is null ? null : context.ClientKey;
        if (string.IsNullOrEmpty(key))
        {
            return _draw();
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{_model}\n{key}"), hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }
}
