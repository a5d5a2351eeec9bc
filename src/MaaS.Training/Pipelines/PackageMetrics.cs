using MaaS.Core.Metrics;
using MaaS.Training.Reports;

namespace MaaS.Training.Pipelines;

/// <summary>Results on held-back data by the names that packages have for them.</summary>
internal static class PackageMetrics
{
    public static IReadOnlyDictionary<string, double> Of(ClassificationReport report) => new Dictionary<string, double>
    {
        ["accuracy"] = report.Accuracy,
        ["macro_precision"] = report.Macro.Precision,
        ["macro_recall"] = report.Macro.Recall,
        ["macro_f1"] = report.Macro.F1,
    };

    public static IReadOnlyDictionary<string, double> Of(ScoreSummary scores) => new Dictionary<string, double>
    {
        ["accuracy"] = scores.Accuracy,
        ["precision"] = scores.Precision,
        ["recall"] = scores.Recall,
        ["f1"] = scores.F1,
        ["roc_auc"] = scores.RocAuc,
    };
}
