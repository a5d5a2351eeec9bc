using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>
/// Which keys each query may look at. A hidden key gets a large negative score, so that its weight is exactly zero; it
/// is finite, so that a query without any key gives no NaN; and such a query gets zeros.
/// </summary>
/// <remarks>
/// Made once for all layers of a forward pass; its tensors belong to the caller's dispose scope. Zeros for a query
/// without keys are what torch's own attention gives from version 2.5 on.
/// </remarks>
public sealed class AttentionMask
{
    private AttentionMask(Tensor hidden, ScalarType type, bool mayHideAll)
    {
        var hides = hidden.to(type);
        // Half of the smallest number leaves room for the score that it is added to.
        Bias = hides * (finfo(type).min / 2);
        Seeing = mayHideAll ? 1 - hides.amin([-1], keepdim: true) : null;
    }

    private AttentionMask(Tensor bias, Tensor? positions) => (Bias, Positions) = (bias, positions);

    /// <summary>What is added to the scores: (B or 1, 1, T or 1, S).</summary>
    public Tensor Bias { get; }

    /// <summary>1 for a query that sees a key, else 0: (B or 1, 1, T or 1, 1). Null where every query sees
    /// one.</summary>
    public Tensor? Seeing { get; }

    /// <summary>(B, T), int64: where each query stands in its row, for attention that turns by positions; null where
    /// they follow on what the cache holds.</summary>
    internal Tensor? Positions { get; private init; }

    /// <summary>Hides padding from every query.</summary>
    /// <param name="mask">(B, S), any type; zero stands for padding.</param>
    /// <param name="type">Type of the activations.</param>
    public static AttentionMask Padding(Tensor mask, ScalarType type = ScalarType.Float32)
        => new(Hidden(mask), type, mayHideAll: true);                                     // (B, 1, 1, S)

    /// <summary>Hides from each query what comes after it; the queries are the last of the keys.</summary>
    /// <param name="queries">T.</param>
    /// <param name="keys">S, at least T; S − T keys come from a cache.</param>
    /// <param name="device">Where the activations are.</param>
    /// <param name="padding">(B, S), zero for padding that is hidden too; null for none.</param>
    /// <param name="type">Type of the activations.</param>
    public static AttentionMask Causal(
        long queries, long keys, Device device, Tensor? padding = null, ScalarType type = ScalarType.Float32)
    {
        if (keys < queries)
        {
            throw new ArgumentException(
                $"attention: expected at least as many keys as queries, got {queries} queries and {keys} keys.",
                nameof(keys));
        }

        var later = OutOfSight(queries, keys, window: null, device);                      // (T, S)
        return padding is null
            ? new(later.unsqueeze(0).unsqueeze(0), type, mayHideAll: false)               // (1, 1, T, S)
            : new(later.logical_or(Hidden(padding)), type, mayHideAll: true);             // (B, 1, T, S)
    }

    /// <summary>Hides from each query what comes after it, and the padding on the left of shorter rows. A query of
    /// padding itself may see nothing; it gets the mean of all values, finite and without meaning.</summary>
    /// <param name="mask">(B, P + T), zero for padding.</param>
    /// <param name="positions">(B, T), int64: where each query stands in its row.</param>
    /// <param name="past">P: keys that come from a cache.</param>
    /// <param name="type">Type of the activations.</param>
    /// <param name="window">Keys that a query sees, its own among them; null for all.</param>
    /// <exception cref="ArgumentException">The mask is not as long as cache and queries together.</exception>
    internal static AttentionMask LeftPadded(
        Tensor mask, Tensor positions, long past, ScalarType type, long? window = null)
    {
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentNullException.ThrowIfNull(positions);
        var (keys, queries) = (mask.shape[^1], positions.shape[^1]);
        if (keys != past + queries)
        {
            throw new ArgumentException(
                $"attention: expected a mask of {past + queries} keys, {past} of the cache and {queries} new ones, got "
                    + $"({string.Join(",", mask.shape)}).", nameof(mask));
        }

        var hidden = OutOfSight(queries, keys, window: null, mask.device).bitwise_or(Hidden(mask));   // (B, 1, T, S)
        if (window is { } width)
        {
            // A key stands where so many tokens stand before it: places that the mask hides count for nothing.
            var places = (mask.cumsum(1) - 1).unsqueeze(1).unsqueeze(1);                              // (B, 1, 1, S)
            hidden = hidden.bitwise_or(places.le(positions.unsqueeze(1).unsqueeze(-1) - width));
        }

        return new(hidden, type, mayHideAll: false)
        {
            Positions = positions,
        };
    }

    /// <summary>Hides from each query what comes after it, and what lies further back than a window.</summary>
    /// <param name="queries">T, the last of the keys.</param>
    /// <param name="keys">S, at least T.</param>
    /// <param name="window">Keys that a query sees, its own among them; null for all.</param>
    /// <param name="device">Where the activations are.</param>
    /// <param name="type">Type of the activations.</param>
    internal static AttentionMask Windowed(long queries, long keys, long? window, Device device, ScalarType type)
        => new(OutOfSight(queries, keys, window, device).unsqueeze(0).unsqueeze(0), type, mayHideAll: false);

    /// <summary>The same for several query heads that stand one after the other as queries of one: (…, G·T,
    /// S).</summary>
    internal AttentionMask Grouped(long groups)
        => groups == 1 ? this : new(Bias.repeat(1, 1, groups, 1), Positions);

    // (T, S): what each of the last T of S positions may not see.
    private static Tensor OutOfSight(long queries, long keys, long? window, Device device)
    {
        var time = arange(keys, device: device);
        var (key, query) = (time.unsqueeze(0), time.narrow(0, keys - queries, queries).unsqueeze(1));
        var later = key.gt(query);
        // Of bits, not of truth values: these run on tensors without values as well, which export traces sizes on.
        return window is { } width ? later.bitwise_or(key.le(query - width)) : later;
    }

    private static Tensor Hidden(Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.dim() == 2
            ? mask.eq(0).view(mask.shape[0], 1, 1, -1)
            : throw new ArgumentException(
                $"attention: expected a mask (B,S), got ({string.Join(",", mask.shape)}).", nameof(mask));
    }
}
