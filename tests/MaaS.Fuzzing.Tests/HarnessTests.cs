using MaaS.Fuzzing.Engine;
using MaaS.Fuzzing.Mutation;

namespace MaaS.Fuzzing.Tests;

/// <summary>A bounded run of every harness without instrumentation; long runs are the program's.</summary>
public sealed class HarnessTests
{
    private const int Mutations = 200;

    private static IEnumerable<string> Names => FuzzHarnesses.All.Select(h => h.Name);

    [TestCaseSource(nameof(Names))]
    public void Run_KnownInputs_ShowsNoFault(string name)
    {
        var harness = FuzzHarnesses.All.Single(h => h.Name == name);
        var inputs = KnownInputs.Of(harness).ToArray();

        Assert.That(inputs, Is.Not.Empty);
        foreach (var input in inputs)
        {
            Assert.That(FaultCheck.Of(harness, input), Is.Null, Convert.ToHexString(input));
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Run_Seeds_AreTaken(string name)
    {
        var harness = FuzzHarnesses.All.Single(h => h.Name == name);

        // Mutation that starts from refused inputs would reach little.
        Assert.That(harness.Seeds().Count(seed => IsTaken(harness, seed)), Is.GreaterThan(0));
    }

    [TestCaseSource(nameof(Names))]
    public void Run_MutatedInputs_ShowsNoFault(string name)
    {
        var harness = FuzzHarnesses.All.Single(h => h.Name == name);
        var corpus = KnownInputs.Of(harness).ToList();
        var random = new Random(1);
        var mutator = new ByteMutator(harness, random);
        for (var i = 0; i < Mutations; i++)
        {
            var input = mutator.Mutate(corpus[random.Next(corpus.Count)], corpus);
            Assert.That(FaultCheck.Of(harness, input), Is.Null, Convert.ToHexString(input));
        }
    }

    private static bool IsTaken(IFuzzHarness harness, byte[] input)
    {
        try
        {
            harness.Run(input);
            return true;
        }
        catch (Exception e) when (harness.IsDocumented(e))
        {
            return false;
        }
    }
}
