using MaaS.Training.Checkpoints;

namespace MaaS.Cli.Terminal;

/// <summary>Says how trained weights fit the network that they are to fill.</summary>
internal static class WeightLines
{
    private const int NamesShown = 8;

    /// <param name="network">What the weights are of, in a line.</param>
    /// <param name="report">How they fit.</param>
    /// <param name="head">Names of what is drawn anew, which are not missing.</param>
    public static void Write(string network, CheckpointReport report, params IReadOnlyList<string> head)
    {
        Console.WriteLine(network);
        Console.WriteLine($"  taken      {report.Taken.Count} tensors");
        Console.WriteLine($"  reshaped   {Names(report.Reshaped)}");
        Console.WriteLine($"  missing    {Names([.. report.Missing.Except(head)])}");
        Console.WriteLine($"  left over  {Names(report.Unexpected)}");
        Console.WriteLine($"  made anew  {string.Join(", ", head)}");
    }

    private static string Names(IReadOnlyList<string> names)
        => names.Count == 0 ? "none"
            : $"{names.Count}: {string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? ", …" : "")}";
}
