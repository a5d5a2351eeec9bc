using System.Text;

namespace MaaS.Training.Pruning;

/// <summary>How the score falls as each group loses channels.</summary>
/// <param name="Baseline">The score of the unpruned module.</param>
/// <param name="Points">All measurements, group by group.</param>
/// <remarks>Li et al. 2017, section 3.3: layers differ in what they can lose.</remarks>
public sealed record SensitivityReport(double Baseline, IReadOnlyList<SensitivityPoint> Points)
{
    /// <summary>A table: groups down, ratios across.</summary>
    public override string ToString()
    {
        double[] ratios = [.. Points.Select(static p => p.Ratio).Distinct().Order()];
        var groups = Points.GroupBy(static p => p.Group).ToArray();
        var width = Math.Max(8, groups.Select(static g => g.Key.Length).DefaultIfEmpty().Max()) + 2;
        var text = new StringBuilder();
        text.Append("group".PadRight(width)).Append($"{0,9:p1}");
        text.AppendLine(string.Concat(ratios.Select(static r => $"{r,9:p1}")));
        foreach (var group in groups)
        {
            text.Append(group.Key.PadRight(width)).Append($"{Baseline,9:f4}");
            text.AppendLine(
                string.Concat(ratios.Select(r => $"{group.FirstOrDefault(p => p.Ratio == r)?.Score,9:f4}")));
        }

        return text.ToString();
    }

    /// <summary>The same as a picture: one line a group.</summary>
    /// <returns>An SVG document.</returns>
    public string ToSvg() => SensitivityPlot.Draw(this);
}
