using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Explanations;

/// <summary>Shapley values of any predictor by sampling: features change from a background row's to the explained row's
/// one after another, and each gets what changes then. Every order is used forwards and backwards.</summary>
/// <remarks>Štrumbelj and Kononenko 2014; antithetic orders: Mitchell et al. 2022. The values of a row sum to the
/// prediction less the mean prediction of the background rows that were drawn for it, which is its base: the mean over
/// all rows is given.</remarks>
internal static class SampledShap
{
    /// <summary>Explains rows of features.</summary>
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
        => Of(
            sources =>
            {
                var states = new Matrix(sources[0].Length, features.Columns);
                for (var f = 0; f < features.Columns; f++)
                {
                    for (var s = 0; s < states.Rows; s++)
                    {
                        var row = sources[f][s];
                        states[s, f] = row < features.Rows ? features[row, f] : background[row - features.Rows, f];
                    }
                }

                return predict(states);
            },
            outputs, features.Rows, background.Rows, features.Columns, permutations, seed, cancellationToken);

    /// <summary>Explains rows of a table by its columns.</summary>
    /// <param name="model">The model.</param>
    /// <param name="table">The rows to explain, then those that stand for what is not known.</param>
    /// <param name="explained">How many are to be explained.</param>
    /// <param name="outputs">Outputs of a prediction.</param>
    /// <param name="permutations">Orders for a row, 1 or more.</param>
    /// <param name="seed">Seed of orders and background rows.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <returns>A feature is a column of the model's schema.</returns>
    public static ShapValues OfColumns(
        ITabularPredictor model, Table table, int explained, int outputs, int permutations, int seed,
        CancellationToken cancellationToken)
    {
        Column[] columns = [.. model.Schema.Columns.Select(c => table[c.Name])];
        return Of(
            sources => model.Predict(new Table(columns.Select((column, c) => column.Take(sources[c])))),
            outputs, explained, table.Rows - explained, columns.Length, permutations, seed, cancellationToken);
    }

    // All states of all orders of a row are predicted at once: for each feature the row that it is taken from.
    private static ShapValues Of(
        Func<int[][], Matrix> predict, int outputs, int rows, int background, int features, int permutations, int seed,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        int[] explained = outputs == 2 ? [1] : [.. Enumerable.Range(0, outputs)];
        var values = explained.Select(_ => new Matrix(rows, features)).ToArray();
        var expected = new double[explained.Length];
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, features)];
        for (var row = 0; row < rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var orders = new int[2 * permutations][];
            var sources = Enumerable.Range(0, features).Select(_ => new int[orders.Length * (features + 1)]).ToArray();
            for (var p = 0; p < orders.Length; p++)
            {
                if (p % 2 == 0)
                {
                    random.Shuffle(order);
                }

                orders[p] = p % 2 == 0 ? (int[])order.Clone() : [.. orders[p - 1].Reverse()];
                var unknown = rows + random.Next(background);
                for (var place = 0; place < features; place++)
                {
                    var states = sources[orders[p][place]].AsSpan(p * (features + 1), features + 1);
                    states[..(place + 1)].Fill(unknown);
                    states[(place + 1)..].Fill(row);
                }
            }

            var predicted = predict(sources);
            for (var k = 0; k < explained.Length; k++)
            {
                for (var p = 0; p < orders.Length; p++)
                {
                    var at = p * (features + 1);
                    expected[k] += predicted[at, explained[k]] / orders.Length / rows;
                    for (var i = 0; i < features; i++)
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
