namespace MaaS.Cli.CommandLine;

/// <summary>Names samples that could not be used.</summary>
internal static class LeftOutLines
{
    private const int Shown = 5;

    /// <summary>The first ones and the number of the others, on standard error.</summary>
    /// <param name="faults">What is wrong, each with its place.</param>
    /// <param name="kind">What they are, as rows.</param>
    public static void Write(IReadOnlyList<string> faults, string kind)
    {
        foreach (var fault in faults.Take(Shown))
        {
            Console.Error.WriteLine($"maas: left out: {fault}");
        }

        if (faults.Count > Shown)
        {
            Console.Error.WriteLine($"maas: left out: {faults.Count - Shown} more {kind}.");
        }
    }
}
