namespace MaaS.Tabular.Selection.Selectors;

/// <summary>What a feature alone says of the target.</summary>
public enum UnivariateScore
{
    /// <summary>The absolute correlation (Pearson's) with a number; scikit-learn's <c>r_regression</c>.</summary>
    Correlation,

    /// <summary>χ² of the sums of a feature in the classes; features must be 0 or more, as one-hot ones and counts.
    /// scikit-learn's <c>chi2</c>.</summary>
    ChiSquared,

    /// <summary>The F value of an analysis of variance between classes, or of the regression of a number;
    /// scikit-learn's <c>f_classif</c> and <c>f_regression</c>.</summary>
    AnovaF,

    /// <summary>Mutual information, estimated by nearest neighbours where a number is in it; scikit-learn's
    /// <c>mutual_info_classif</c> and <c>mutual_info_regression</c>.</summary>
    MutualInformation,
}
