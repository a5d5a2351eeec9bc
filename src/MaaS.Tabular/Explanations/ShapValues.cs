using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection.Selectors;

namespace MaaS.Tabular.Explanations;

/// <summary>What each feature adds to a prediction: the base and all values of a row sum to what is
/// explained.</summary>
/// <param name="Explained">What the values sum to: <c>log odds</c>, <c>score</c>, <c>probability</c> or
/// <c>number</c>.</param>
/// <param name="Base">What is expected before anything is known, one an output.</param>
/// <param name="Values">A matrix (rows, features) for each output; of two classes for the second alone.</param>
/// <param name="IsExact">Whether the values are exact; otherwise sampled.</param>
public sealed record ShapValues(
    string Explained, IReadOnlyList<double> Base, IReadOnlyList<Matrix> Values, bool IsExact)
{
    /// <summary>Explains a fitted learner: trees, forests and boosting by TreeSHAP, linear learners by their weights,
    /// others by sampling (<see cref="SampledShap"/>).</summary>
    /// <param name="learner">The learner.</param>
    /// <param name="features">(rows, features) to explain.</param>
    /// <param name="background">Rows that stand for what is not known; not used by trees, which know how many training
    /// rows went where.</param>
    /// <param name="permutations">Orders of the features that are sampled for a row.</param>
    /// <param name="seed">Seed of the samples.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="ArgumentException">There is no background, or its features are others.</exception>
    public static ShapValues Of(
        IFittedLearner learner, Matrix features, Matrix background, int permutations = 20, int seed = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(background);
        if (background.Rows == 0 || background.Columns != features.Columns)
        {
            throw new ArgumentException(
                $"SHAP: expected background rows of {features.Columns} features, got {background.Rows} of "
                    + $"{background.Columns}.", nameof(background));
        }

        return learner switch
        {
            TreeModel trees => OfTrees(trees, features, cancellationToken),
            LinearModel linear => OfLinear(linear, features, background),
            SelectedModel selected => Spread(
                Of(
                    selected.Inner, features.TakeColumns([.. selected.Chosen]),
                    background.TakeColumns([.. selected.Chosen]), permutations, seed, cancellationToken),
                selected, features.Columns),
            _ => SampledShap.Of(learner.Predict, learner.Outputs, features, background, permutations, seed,
                cancellationToken),
        };
    }

    private static ShapValues OfTrees(TreeModel model, Matrix features, CancellationToken cancellationToken)
    {
        var ensemble = model.Trees;
        var values = Enumerable.Range(0, ensemble.Targets)
            .Select(_ => new Matrix(features.Rows, features.Columns)).ToArray();
        var expected = new double[ensemble.Targets];
        Parallel.For(0, features.Rows, new ParallelOptions { CancellationToken = cancellationToken }, row =>
        {
            var into = new Matrix(features.Columns + 1, ensemble.Targets);
            TreeShap.Add(ensemble, features.Row(row), into);
            for (var k = 0; k < values.Length; k++)
            {
                for (var f = 0; f < features.Columns; f++)
                {
                    values[k][row, f] = into[f, k];
                }

                if (row == 0)
                {
                    expected[k] = into[features.Columns, k];
                }
            }
        });

        // The shares of two classes are mirrors of each other.
        var isBinary = model.Link == Link.Identity && ensemble.Targets == 2;
        return new ShapValues(
            Explains(model.Link, ensemble.Targets), isBinary ? expected[1..] : expected,
            isBinary ? values[1..] : values, IsExact: true);
    }

    private static string Explains(Link link, int targets) => (link, targets) switch
    {
        (Link.Logistic, _) => "log odds",
        (Link.Softmax, _) => "score",
        (_, 1) => "number",
        _ => "probability",
    };

    // Of independent features: the weight times the distance from the mean.
    private static ShapValues OfLinear(LinearModel model, Matrix features, Matrix background)
    {
        double[] means = [.. Enumerable.Range(0, features.Columns).Select(f => background.Column(f).Average())];
        List<double> expected = [];
        List<Matrix> values = [];
        for (var k = 0; k < model.Weights.Rows; k++)
        {
            var own = new Matrix(features.Rows, features.Columns);
            var score = model.Intercepts[k];
            for (var f = 0; f < features.Columns; f++)
            {
                score += model.Weights[k, f] * means[f];
                for (var row = 0; row < features.Rows; row++)
                {
                    own[row, f] = model.Weights[k, f] * (features[row, f] - means[f]);
                }
            }

            expected.Add(score);
            values.Add(own);
        }

        return new ShapValues(Explains(model.Link, 1), expected, values, IsExact: true);
    }

    private static ShapValues Spread(ShapValues inner, SelectedModel selected, int features) => inner with
    {
        Values =
        [
            .. inner.Values.Select(values =>
            {
                var spread = new Matrix(values.Rows, features);
                for (var row = 0; row < values.Rows; row++)
                {
                    for (var i = 0; i < selected.Chosen.Count; i++)
                    {
                        spread[row, selected.Chosen[i]] = values[row, i];
                    }
                }

                return spread;
            }),
        ],
    };
}
