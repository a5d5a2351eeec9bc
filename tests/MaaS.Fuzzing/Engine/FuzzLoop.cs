using System.Diagnostics;
using System.Globalization;
using MaaS.Fuzzing.Mutation;

namespace MaaS.Fuzzing.Engine;

/// <summary>Mutates inputs and keeps for further mutation those that reach branches which none reached
/// before.</summary>
internal sealed class FuzzLoop(
    IFuzzHarness harness, Coverage coverage, FaultFolder faults, Progress progress, TextWriter output)
{
    private const int Report = 1 << 18;

    private readonly List<byte[]> _corpus = [];

    /// <summary>Tries so many inputs.</summary>
    /// <param name="inputs">How many in all; those that <see cref="Progress"/> has already count.</param>
    /// <param name="seed">The same seed tries the same inputs, as long as the code is the same.</param>
    /// <returns>Different faults found.</returns>
    public int Run(long inputs, int seed)
    {
        var random = new Random(seed);
        var mutator = new ByteMutator(harness, random);
        foreach (var known in KnownInputs.Of(harness))
        {
            Try(known);
            _corpus.Add(known);
        }

        var start = Stopwatch.GetTimestamp();
        var first = progress.Tried;
        while (progress.Tried < inputs)
        {
            // What was found last leads on; the rest keeps its turn.
            var parent = _corpus[random.Next(4) == 0
                ? Math.Max(0, _corpus.Count - 1 - random.Next(16)) : random.Next(_corpus.Count)];
            var input = mutator.Mutate(parent, _corpus);
            if (Try(input))
            {
                _corpus.Add(input);
            }

            if (progress.Tried % Report == 0)
            {
                Print(progress.Tried, (progress.Tried - first) / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        Print(progress.Tried, (progress.Tried - first) / Stopwatch.GetElapsedTime(start).TotalSeconds);
        return faults.Count;
    }

    /// <summary>Whether an input reached something new.</summary>
    private bool Try(byte[] input)
    {
        progress.Begin(input);
        Coverage.Begin();
        var fault = FaultCheck.Of(harness, input);
        var isNew = coverage.TakeNew();
        if (fault is not null && faults.Add(fault, input))
        {
            output.WriteLine($"{harness.Name}: {fault.Key}");
        }

        return isNew && fault is null;
    }

    private void Print(long tried, double rate) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{harness.Name}: {tried} inputs, {rate:F0} a second, {coverage.Branches} branches, {_corpus.Count} in the "
            + $"corpus, {faults.Count} faults"));
}
