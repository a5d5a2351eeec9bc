using System.Globalization;
using System.Security.Cryptography;
using MaaS.Core.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Data.Text;

/// <summary>Examples of unequal length in batches that are padded on the right; what does not count has a target that
/// tasks ignore.</summary>
public sealed class TokenExamples : IBatchSource<(Tensor Inputs, Tensor Targets)>
{
    // What the tasks over tokens leave out, as PyTorch does.
    private const long Ignored = -100;

    private readonly IReadOnlyList<TokenExample> _examples;
    private readonly Lazy<string> _fingerprint;

    /// <summary>A source of examples.</summary>
    /// <param name="examples">At least one, each with a token that counts.</param>
    /// <exception cref="ArgumentException">There is none, or one has no token that counts.</exception>
    public TokenExamples(IReadOnlyList<TokenExample> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.Count == 0 || examples.Any(static e => e.Ids.Count != e.Counts.Count || e.Counting == 0))
        {
            throw new ArgumentException(
                "TokenExamples: expected examples with a token that counts, got "
                    + (examples.Count == 0 ? "none." : "one without."), nameof(examples));
        }

        _examples = examples;
        _fingerprint = new(() =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (id, counts) in _examples.SelectMany(static e => e.Ids.Zip(e.Counts).Append((-1, false))))
            {
                hash.AppendData(BitConverter.GetBytes((2L * id) + (counts ? 1 : 0)));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        });
    }

    /// <inheritdoc/>
    public long? Count => _examples.Count;

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Tokens that count.</summary>
    public long Counting => _examples.Sum(static e => (long)e.Counting);

    /// <summary>Windows over texts, of which every token counts.</summary>
    /// <param name="tokens">At least two.</param>
    /// <param name="context">Most inputs of a window, at least 1.</param>
    public static TokenExamples OfTokens(IReadOnlyList<int> tokens, int context)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        List<TokenExample> examples = [];
        for (var start = 0; start < tokens.Count - 1; start += context)
        {
            examples.Add(TokenExample.Of([.. tokens.Skip(start).Take(context + 1)]));
        }

        return new TokenExamples(examples);
    }

    /// <summary>Batches of inputs (B, T) and targets (B, T), int64.</summary>
    /// <inheritdoc/>
    public IEnumerable<Batch<(Tensor Inputs, Tensor Targets)>> Read(EpochPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var order = new long[_examples.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (plan.Shuffle)
        {
            new SeededRandom(plan.Seed, plan.Epoch).Shuffle(order);
        }

        var first = (plan.Skip * plan.Processes) + plan.Rank;
        for (var number = first; number * plan.BatchSize < order.Length; number += plan.Processes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = (int)(number * plan.BatchSize);
            var rows = order[start..Math.Min(start + plan.BatchSize, order.Length)];
            yield return new Batch<(Tensor, Tensor)>(
                Padded([.. rows.Select(r => _examples[(int)r])], plan.Device), rows.Length,
                string.Create(CultureInfo.InvariantCulture, $"examples {string.Join(", ", rows.Take(8))}"));
        }
    }

    // Without the dispose scope: what reads a batch owns it, on whichever thread.
    private static (Tensor Inputs, Tensor Targets) Padded(IReadOnlyList<TokenExample> rows, Device device)
    {
        var length = rows.Max(static r => r.Ids.Count) - 1;
        var (inputs, targets) = (new long[rows.Count * length], new long[rows.Count * length]);
        Array.Fill(targets, Ignored);
        for (var row = 0; row < rows.Count; row++)
        {
            var (ids, counts) = (rows[row].Ids, rows[row].Counts);
            for (var t = 0; t + 1 < ids.Count; t++)
            {
                inputs[(row * length) + t] = ids[t];
                targets[(row * length) + t] = counts[t + 1] ? ids[t + 1] : Ignored;
            }
        }

        using var scope = NewDisposeScope();
        Tensor Rows(long[] values) => tensor(values, [rows.Count, length]).to(device).DetachFromDisposeScope();
        return (Rows(inputs), Rows(targets));
    }
}
