namespace MaaS.Tabular.Learners;

/// <summary>A fitted learner that knows how much each feature counts in it.</summary>
public interface IFeatureImportances
{
    /// <summary>How much each feature counts, 0 or more; only their order and proportions mean something.</summary>
    /// <param name="features">Number of features that the learner was fitted on.</param>
    double[] Importances(int features);
}
