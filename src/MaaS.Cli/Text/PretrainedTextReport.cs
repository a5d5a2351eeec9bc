using MaaS.Training.Checkpoints;

namespace MaaS.Cli.Text;

/// <summary>Says how trained weights fit the network that they are to fill.</summary>
internal static class PretrainedTextReport
{
    private const int NamesShown = 8;

    public static void Print(PretrainedText start)
    {
        var (report, config) = (start.Report, start.Encoder.Config);
        Console.WriteLine(
            $"from {start.Name}: BERT of {config.NumHiddenLayers} layers, width {config.HiddenSize}, "
                + $"{config.VocabSize} tokens, "
                + $"{start.Encoder.parameters().Sum(static p => p.numel()):n0} weights");
        Console.WriteLine($"  taken      {report.Taken.Count} tensors");
        Console.WriteLine($"  reshaped   {Names(report.Reshaped)}");
        Console.WriteLine($"  missing    {Names(report.Missing)}");
        Console.WriteLine($"  left over  {Names(report.Unexpected)}");
        Console.WriteLine("  made anew  classifier.weight, classifier.bias");
    }

    private static string Names(IReadOnlyList<string> names)
        => names.Count == 0 ? "none"
            : $"{names.Count}: {string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? ", …" : "")}";
}
