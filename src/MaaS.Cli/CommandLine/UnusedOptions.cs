using System.CommandLine;

namespace MaaS.Cli.CommandLine;

/// <summary>What is given and has no effect would be believed to have one.</summary>
internal static class UnusedOptions
{
    /// <param name="result">The command line.</param>
    /// <param name="data">What it is about, for the message.</param>
    /// <param name="unused">Options that mean nothing for that.</param>
    /// <exception cref="UsageException">One of them is given.</exception>
    public static void Refuse(ParseResult result, string data, IEnumerable<Option> unused)
    {
        if (unused.FirstOrDefault(o => result.GetResult(o) is { Implicit: false }) is { } option)
        {
            throw new UsageException($"{option.Name}: expected none for {data}, which it has no effect on.");
        }
    }
}
