using System.Text.Json;
using MaaS.Training.Checkpoints;
using MaaS.Training.Fitting.Processes;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Sums by name over all processes.</summary>
internal static class GroupTotals
{
    /// <summary>The sums of all processes, added in the order of their ranks, so that all get the same bits; a name
    /// that a process lacks counts nothing there.</summary>
    /// <param name="totals">Numbers by name, equally many for a name everywhere.</param>
    /// <param name="group">Null for this process alone.</param>
    public static Dictionary<string, double[]> Sum(Dictionary<string, double[]> totals, IProcessGroup? group)
    {
        if (group is null || group.Size == 1)
        {
            return totals;
        }

        var sum = new SortedDictionary<string, double[]>(StringComparer.Ordinal);
        foreach (var bytes in group.Gather(JsonSerializer.SerializeToUtf8Bytes(totals, TrainingJson.Options)))
        {
            foreach (var (name, values) in JsonSerializer.Deserialize<Dictionary<string, double[]>>(
                bytes, TrainingJson.Options)!)
            {
                sum[name] = sum.TryGetValue(name, out var before)
                    ? [.. before.Zip(values, static (a, b) => a + b)] : values;
            }
        }

        return new Dictionary<string, double[]>(sum);
    }
}
