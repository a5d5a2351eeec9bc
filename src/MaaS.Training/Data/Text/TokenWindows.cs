using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch;

namespace MaaS.Training.Data.Text;

/// <summary>A long row of tokens as windows of one length, side by side; a shuffled epoch begins at an offset of its
/// own, so that windows are cut elsewhere each time.</summary>
public sealed class TokenWindows : IBatchSource<Tensor>
{
    private readonly int[] _tokens;
    private readonly int _context;
    private readonly bool _shifts;
    private readonly int _count;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Windows over tokens.</summary>
    /// <param name="tokens">At least one more than <paramref name="context"/>.</param>
    /// <param name="context">T, at least 1: a window has T + 1 tokens, of which the last is only foretold.</param>
    /// <exception cref="ArgumentException">There are too few tokens for one window.</exception>
    public TokenWindows(IReadOnlyList<int> tokens, int context)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        if (tokens.Count <= context)
        {
            throw new ArgumentException(
                $"TokenWindows: expected at least {context + 1} tokens, one more than the context, got {tokens.Count}; "
                    + "give more text, or a smaller context.", nameof(tokens));
        }

        (_tokens, _context) = ([.. tokens], context);
        var windows = (_tokens.Length - 1) / context;
        // One window less leaves room for the offset.
        _shifts = windows > 1;
        _count = _shifts ? windows - 1 : windows;
        _fingerprint = new(() => Convert.ToHexStringLower(SHA256.HashData(
            MemoryMarshal.AsBytes([.. _tokens, context]))));
    }

    /// <inheritdoc/>
    public long? Count => _count;

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Batches of ids (B, T + 1), int64.</summary>
    /// <inheritdoc/>
    public IEnumerable<Batch<Tensor>> Read(EpochPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var order = new long[_count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        var offset = 0;
        if (plan.Shuffle)
        {
            var random = new SeededRandom(plan.Seed, plan.Epoch);
            offset = _shifts ? random.Next(_tokens.Length - (_count * _context)) : 0;
            random.Shuffle(order);
        }

        var first = (plan.Skip * plan.Processes) + plan.Rank;
        for (var number = first; number * plan.BatchSize < _count; number += plan.Processes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = (int)(number * plan.BatchSize);
            var windows = order[start..Math.Min(start + plan.BatchSize, _count)];
            yield return new Batch<Tensor>(
                Rows(windows, offset, plan.Device), windows.Length,
                string.Create(CultureInfo.InvariantCulture, $"windows {string.Join(", ", windows.Take(8))}"));
        }
    }

    // Without the dispose scope: what reads a batch owns it, on whichever thread.
    private Tensor Rows(long[] windows, int offset, Device device)
    {
        var ids = new long[windows.Length * (_context + 1)];
        for (var row = 0; row < windows.Length; row++)
        {
            var begin = offset + ((int)windows[row] * _context);
            for (var t = 0; t <= _context; t++)
            {
                ids[(row * (_context + 1)) + t] = _tokens[begin + t];
            }
        }

        using var scope = NewDisposeScope();
        return tensor(ids, [windows.Length, _context + 1]).to(device).DetachFromDisposeScope();
    }
}
