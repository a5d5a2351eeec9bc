namespace MaaS.Cli.Terminal;

/// <summary>Class probabilities as horizontal bars, most likely first.</summary>
internal static class ProbabilityBars
{
    private const int FullWidth = 30;
    private const string Eighths = " ▏▎▍▌▋▊▉";

    public static IEnumerable<string> Lines(IEnumerable<KeyValuePair<string, float>> probabilities, int top = 5)
    {
        var shown = probabilities.OrderByDescending(p => p.Value).Take(top).ToArray();
        var labelWidth = shown.Max(p => p.Key.Length);
        foreach (var (label, probability) in shown)
        {
            yield return $"{label.PadLeft(labelWidth)} {Bar(probability).PadRight(FullWidth)} {probability,7:P2}";
        }
    }

    private static string Bar(float probability)
    {
        var eighths = (int)MathF.Round(Math.Clamp(probability, 0, 1) * FullWidth * 8);
        var bar = new string('█', eighths / 8);
        return eighths % 8 == 0 ? bar : bar + Eighths[eighths % 8];
    }
}
