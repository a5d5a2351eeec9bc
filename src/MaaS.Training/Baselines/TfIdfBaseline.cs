using MaaS.Text.Terms;
using MaaS.Training.Data.Text;

namespace MaaS.Training.Baselines;

/// <summary>
/// What a network has to beat: TF-IDF of words and word pairs with logistic regression, trained in seconds on the same
/// texts.
/// </summary>
public sealed class TfIdfBaseline
{
    private readonly TfIdf _features;
    private readonly LogisticRegression _classifier;

    private TfIdfBaseline(TfIdf features, LogisticRegression classifier)
        => (_features, _classifier) = (features, classifier);

    /// <summary>How it stands in reports.</summary>
    public const string Name = "TF-IDF + logistic regression";

    /// <summary>Number of words and word pairs that it looks at.</summary>
    public int Terms => _features.Count;

    /// <summary>Trains on texts.</summary>
    /// <param name="train">At least two classes occur.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="cancellationToken">Checked before each text and each pass.</param>
    public static TfIdfBaseline Fit(
        TextCorpus train, TfIdfBaselineOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new TfIdfBaselineOptions();
        var features = TfIdf.Fit(
            train.Texts, new TfIdfOptions { MinimumTexts = options.MinimumTexts }, cancellationToken);
        return new TfIdfBaseline(features, LogisticRegression.Fit(
            SparseRows.Of(features, train.Texts, cancellationToken), train.Targets, train.Classes.Count,
            options.InverseRegularization, options.ClassWeights,
            cancellationToken: cancellationToken));
    }

    /// <summary>Class probabilities of texts.</summary>
    /// <returns>(texts, classes), row-major.</returns>
    public float[] Probabilities(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return _classifier.Probabilities(SparseRows.Of(_features, texts, cancellationToken));
    }
}
