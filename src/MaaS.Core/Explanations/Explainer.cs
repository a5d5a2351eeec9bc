using System.Numerics.Tensors;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Explanations;

/// <summary>Explains single answers of any model by running it with parts of the input taken out; no gradients are
/// needed.</summary>
/// <param name="parts">Parts of the input.</param>
/// <param name="run">
/// Runs the model once for each mask, which says of every part whether it stays, and gives the outputs of all runs one
/// after the other: logits of classes, or one value each.
/// </param>
public sealed class Explainer(int parts, Func<IReadOnlyList<bool[]>, CancellationToken, ValueTask<float[]>> run)
{
    /// <summary>Masks that are run together.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>How much the target falls when one part is taken out.</summary>
    /// <param name="target">The output to explain; null for the largest.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    /// <remarks>Zeiler and Fergus 2014, section 4.2.</remarks>
    public async Task<Explanation> OccludeAsync(int? target = null, CancellationToken cancellationToken = default)
    {
        List<bool[]> masks = [Mask(true), Mask(false)];
        for (var i = 0; i < parts; i++)
        {
            var mask = Mask(true);
            mask[i] = false;
            masks.Add(mask);
        }

        var (values, explained) = await ValuesAsync(masks, target, cancellationToken).ConfigureAwait(false);
        return new Explanation(explained, values[0], values[1], [.. values.Skip(2).Select(v => values[0] - v)]);
    }

    /// <summary>Shapley values by sampling: contributions that add up to the difference of value and base
    /// value.</summary>
    /// <param name="target">The output to explain; null for the largest.</param>
    /// <param name="permutations">Orders that are tried, an even number; each costs about as many runs as there are
    /// parts. The error falls with the root.</param>
    /// <param name="seed">Of the orders.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output, or the number of orders is not
    /// even.</exception>
    /// <remarks>Štrumbelj and Kononenko 2014, algorithm 1; each order also backwards (Mitchell et al. 2022, antithetic
    /// sampling).</remarks>
    public async Task<Explanation> ShapleyAsync(
        int? target = null, int permutations = 16, int seed = 0, CancellationToken cancellationToken = default)
    {
        if (permutations < 2 || permutations % 2 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(permutations), permutations, "Explainer: expected an even number of permutations, at least 2.");
        }

        var orders = Orders(permutations / 2, seed);
        List<bool[]> masks = [Mask(true), Mask(false)];
        foreach (var order in orders)
        {
            // No part and every part are the same for all orders.
            var mask = Mask(false);
            foreach (var part in order.SkipLast(1))
            {
                mask[part] = true;
                masks.Add([.. mask]);
            }
        }

        var (values, explained) = await ValuesAsync(masks, target, cancellationToken).ConfigureAwait(false);
        var contributions = new double[parts];
        var next = 2;
        foreach (var order in orders)
        {
            var before = values[1];
            for (var i = 0; i < order.Length; i++)
            {
                var now = i < order.Length - 1 ? values[next++] : values[0];
                contributions[order[i]] += (now - before) / orders.Count;
                before = now;
            }
        }

        return new Explanation(explained, values[0], values[1], contributions);
    }

    private List<int[]> Orders(int pairs, int seed)
    {
        var random = new Random(seed);
        List<int[]> orders = [];
        for (var i = 0; i < pairs; i++)
        {
            var order = Enumerable.Range(0, parts).ToArray();
            random.Shuffle(order);
            orders.Add(order);
            orders.Add([.. Enumerable.Reverse(order)]);
        }

        return orders;
    }

    private bool[] Mask(bool stays)
    {
        var mask = new bool[parts];
        Array.Fill(mask, stays);
        return mask;
    }

    private async Task<(double[] Values, int Target)> ValuesAsync(
        List<bool[]> masks, int? target, CancellationToken cancellationToken)
    {
        var values = new double[masks.Count];
        var explained = target ?? -1;
        for (var from = 0; from < masks.Count; from += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = Math.Min(Batch, masks.Count - from);
            var outputs = await run(masks.GetRange(from, rows), cancellationToken).ConfigureAwait(false);
            var width = outputs.Length / rows;
            if (explained >= width || target < 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(target), target, $"Explainer: expected an output of 0 to {width - 1}.");
            }

            for (var r = 0; r < rows; r++)
            {
                var scores = outputs.AsSpan(r * width, width);
                if (width > 1)
                {
                    Softmax.Compute(scores, scores);
                }

                explained = explained < 0 ? TensorPrimitives.IndexOfMax<float>(scores) : explained;
                values[from + r] = scores[explained];
            }
        }

        return (values, explained);
    }
}
