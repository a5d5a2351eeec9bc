using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Features;

/// <summary>Fits the vectors of categories.</summary>
internal static class CategoryFit
{
    /// <summary>Fits a column.</summary>
    /// <returns>The block, and what it makes of the training rows: for target encoding, of the other folds'
    /// rows.</returns>
    public static (IStringBlock Block, Matrix Training) Fit(StringColumn column, Target target, FeatureOptions options)
    {
        if (options.Encoding == CategoryEncoding.Hashed)
        {
            var hashed = new HashedBlock(column.Name, options.HashedFeatures);
            return (hashed, Encode(hashed, column));
        }

        var categories = column.Values.ToArray().OfType<string>().Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToArray();
        var encoding = options.Encoding == CategoryEncoding.OneHot && categories.Length > options.MostOneHotCategories
            ? CategoryEncoding.Target : options.Encoding;
        if (encoding == CategoryEncoding.Target)
        {
            return FitTarget(column, categories, target, options);
        }

        var block = encoding == CategoryEncoding.OneHot ? OneHot(column, categories) : Ordinal(column, categories);
        return (block, Encode(block, column));
    }

    /// <summary>The vectors of a column's cells.</summary>
    public static Matrix Encode(IStringBlock block, StringColumn column)
    {
        var features = new Matrix(column.Count, block.Names.Count);
        for (var row = 0; row < column.Count; row++)
        {
            block.Fill(column.Values[row], features.Row(row));
        }

        return features;
    }

    // A missing cell is a category of its own where training rows lack some.
    private static CategoryBlock OneHot(StringColumn column, string[] categories)
    {
        var names = categories.Select(c => $"{column.Name}={c}").ToList();
        if (column.Missing > 0)
        {
            names.Add($"{column.Name} missing");
        }

        var vectors = new Matrix(categories.Length + 2, names.Count);
        for (var i = 0; i < categories.Length; i++)
        {
            vectors[i, i] = 1;
        }

        if (column.Missing > 0)
        {
            vectors[categories.Length + 1, categories.Length] = 1;
        }

        return new CategoryBlock(column.Name, names, categories, vectors);
    }

    private static CategoryBlock Ordinal(StringColumn column, string[] categories)
    {
        var vectors = new Matrix(categories.Length + 2, 1);
        for (var i = 0; i < vectors.Rows; i++)
        {
            vectors[i, 0] = i < categories.Length ? i : -1;
        }

        return new CategoryBlock(column.Name, [column.Name], categories, vectors, IsOrdinal: true);
    }

    private static (CategoryBlock, Matrix) FitTarget(
        StringColumn column, string[] categories, Target target, FeatureOptions options)
    {
        // Of two classes the second's share says all.
        int[] classes = target.Task == TabularTask.Regression ? [-1]
            : target.Classes.Count == 2 ? [1] : [.. Enumerable.Range(0, target.Classes.Count)];
        var names =
            classes.Select(c => c < 0 ? $"{column.Name} mean" : $"{column.Name} share of {target.Classes[c]}")
                .ToArray();
        CategoryBlock Of(Predicate<int> used) => new(
            column.Name, names, categories, Means(column, categories, target, classes, options.TargetSmoothing, used));

        var folds = new int[column.Count];
        for (var row = 0; row < folds.Length; row++)
        {
            folds[row] = row % options.TargetFolds;
        }

        new Random(options.Seed).Shuffle(folds);
        var training = new Matrix(column.Count, classes.Length);
        for (var fold = 0; fold < options.TargetFolds; fold++)
        {
            var others = Of(row => folds[row] != fold);
            for (var row = 0; row < folds.Length; row++)
            {
                if (folds[row] == fold)
                {
                    others.Fill(column.Values[row], training.Row(row));
                }
            }
        }

        return (Of(static _ => true), training);
    }

    private static Matrix Means(
        StringColumn column, string[] categories, Target target, int[] classes, double smoothing, Predicate<int> used)
    {
        var index = categories.Select(static (name, i) => (name, i))
            .ToDictionary(static p => p.name, static p => p.i, StringComparer.Ordinal);
        var means = new Matrix(categories.Length + 2, classes.Length);
        for (var k = 0; k < classes.Length; k++)
        {
            var sums = new double[categories.Length + 2];
            var counts = new double[sums.Length];
            double total = 0, all = 0;
            for (var row = 0; row < column.Count; row++)
            {
                if (used(row))
                {
                    var y = classes[k] < 0 ? target.Values[row] : target.Values[row] == classes[k] ? 1 : 0;
                    var at = column.Values[row] is { } cell ? index[cell] : categories.Length + 1;
                    (sums[at], counts[at], total, all) = (sums[at] + y, counts[at] + 1, total + y, all + 1);
                }
            }

            for (var i = 0; i < sums.Length; i++)
            {
                means[i, k] = (sums[i] + smoothing * total / all) / (counts[i] + smoothing);
            }
        }

        return means;
    }
}
