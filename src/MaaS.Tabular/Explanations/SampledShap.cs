using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Explanations;

/// <summary>Shapley values of any predictor by sampling: features change from a background row's to the explained row's
/// one after another, and each gets what changes then. Every order is used forwards and backwards.</summary>
/// <remarks>Štrumbelj and Kononenko 2014; antithetic orders: Mitchell et al. 2022. The values of a row sum to the
/// prediction less the mean prediction of the background rows that were drawn for it, which is its base: the mean over
/// all rows is given.</remarks>
internal static class SampledShap
{
    /// <summary>Explains rows.</summary>
    /// <param name="predict">(rows, features) to (rows, outputs).</param>
    /// <param name="outputs">Outputs of a prediction.</param>
    /// <param name="features">(rows, features).</param>
    /// <param name="background">Rows that stand for what is not known.</param>
    /// <param name="permutations">Orders for a row, 1 or more.</param>
    /// <param name="seed">Seed of orders and background rows.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    public static ShapValues Of(
        Func<Matrix, Matrix> predict, int outputs, Matrix features, Matrix background, int permutations, int seed,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        int[] explained = outputs == 2 ? [1] : [.. Enumerable.Range(0, outputs)];
        var values = explained.Select(_ => new Matrix(features.Rows, features.Columns)).ToArray();
        var expected = new double[explained.Length];
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, features.Columns)];
        for (var row = 0; row < features.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // All states of all orders of a row are predicted at once.
            var states = new Matrix(2 * permutations * (features.Columns + 1), features.Columns);
            var orders = new int[2 * permutations][];
            for (var p = 0; p < orders.Length; p++)
            {
                if (p % 2 == 0)
                {
                    random.Shuffle(order);
                }

                orders[p] = p % 2 == 0 ? (int[])order.Clone() : [.. orders[p - 1].Reverse()];
                var at = p * (features.Columns + 1);
                background.Row(random.Next(background.Rows)).CopyTo(states.Row(at));
                for (var i = 0; i < features.Columns; i++)
                {
                    states.Row(at + i).CopyTo(states.Row(at + i + 1));
                    states[at + i + 1, orders[p][i]] = features[row, orders[p][i]];
                }
            }

            var predicted = predict(states);
            for (var k = 0; k < explained.Length; k++)
            {
                for (var p = 0; p < orders.Length; p++)
                {
                    var at = p * (features.Columns + 1);
                    expected[k] += predicted[at, explained[k]] / orders.Length / features.Rows;
                    for (var i = 0; i < features.Columns; i++)
                    {
                        var change = predicted[at + i + 1, explained[k]] - predicted[at + i, explained[k]];
                        values[k][row, orders[p][i]] += change / orders.Length;
                    }
                }
            }
        }

        return new ShapValues(outputs == 1 ? "number" : "probability", expected, values, IsExact: false);
    }
}
