using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Pruning;

namespace MaaS.Training.Tests.Tuning.Pruning;

internal sealed class PrunerTests
{
    private static readonly Objective Loss = new("loss", Direction.Minimize);

    [Test]
    public void Median_WorseThanHalfOfTheOthers_IsStopped()
    {
        var pruner = new MedianPruner(startupTrials: 3, warmupSteps: 1);
        TrialRecord[] others = [Ended(0, 9, 1), Ended(1, 9, 2), Ended(2, 9, 3)];

        Assert.That(Asked(pruner, others, 9.5), Is.False, "the first step is free");
        Assert.That(Asked(pruner, others, 9, 2.1), Is.True);
        Assert.That(Asked(pruner, others, 9, 2.0), Is.False);
        Assert.That(Asked(pruner, others, 9, double.NaN), Is.True);
        Assert.That(Asked(pruner, others, 1, 5), Is.False, "its best value counts");
        Assert.That(Asked(pruner, others[..2], 9, 9), Is.False, "too few to compare with");
    }

    [Test]
    public void Asha_OnRungs_LetsTheBestThirdGoOn()
    {
        var pruner = new SuccessiveHalvingPruner(firstRung: 2, factor: 3);
        TrialRecord[] others = [.. Enumerable.Range(0, 8).Select(static i => Ended(i, 50, i))];   // 0 … 7 at step 2.

        Assert.That(Asked(pruner, others, 100), Is.False, "no rung at step 1");
        Assert.That(Asked(pruner, others, 100, 1.5), Is.False, "third of nine");
        Assert.That(Asked(pruner, others, 100, 2.5), Is.True, "fourth of nine");
        Assert.That(Asked(pruner, others, 100, 1.5, 99), Is.False, "between two rungs");
        Assert.That(
            Asked(pruner, [Ended(0, 9, 9, 9, 9, 9, 1)], 100, 1, 1, 1, 1, 2), Is.True, "second rung: the better one");
        Assert.That(Asked(pruner, [], 100, double.NaN), Is.True);
        Assert.That(
            Asked(new SuccessiveHalvingPruner(2, 3, lastStep: 2), others, 100, 2.5), Is.False, "it is complete");
    }

    [Test]
    public void Asha_HigherIsBetter_StopsTheLowest()
    {
        var accuracy = new Objective("accuracy", Direction.Maximize);
        TrialRecord[] others = [Ended(0, 0.9), Ended(1, 0.8), Ended(2, 0.7)];
        TrialRecord Own(double value) => Ended(3, value) with { State = TrialState.Running };
        bool Stops(double value) => new SuccessiveHalvingPruner().ShouldPrune(
            new PruningContext(accuracy, [.. others, Own(value)], 3, 1));

        Assert.That((Stops(0.95), Stops(0.75)), Is.EqualTo((false, true)));
    }

    [Test]
    public void Hyperband_Brackets_HaveTheirSharesAndJudgeAmongThemselves()
    {
        var pruner = new HyperbandPruner(lastStep: 9);

        // s_max = 2: 9, 5 and 3 trials of 17 by ceil(3 · 3^s / (s + 1)); standard deviation of 1700 draws below 21.
        var counts = Enumerable.Range(0, 1700).GroupBy(i => pruner.Bracket(i)).OrderBy(static g => g.Key)
            .Select(static g => g.Count()).ToArray();
        Assert.That(counts[0], Is.EqualTo(900).Within(85));
        Assert.That(counts[1], Is.EqualTo(500).Within(85));
        Assert.That(counts[2], Is.EqualTo(300).Within(85));

        // One that judges at step 1, beside better trials of other brackets and of its own.
        var own = Enumerable.Range(0, 100).First(i => pruner.Bracket(i) == 0);
        bool Stops(Func<int, bool> better) => pruner.ShouldPrune(new PruningContext(
            Loss,
            [.. Enumerable.Range(0, 100).Where(i => i != own && better(pruner.Bracket(i)))
                .Select(static i => Ended(i, 1)),
                Ended(own, 2) with { State = TrialState.Running }],
            own, 1));
        Assert.That((Stops(static b => b != 0), Stops(static b => b == 0)), Is.EqualTo((false, true)));
    }

    private static bool Asked(IPruner pruner, TrialRecord[] others, params double[] reports)
        => pruner.ShouldPrune(new PruningContext(
            Loss, [.. others, Ended(99, reports) with { State = TrialState.Running }], 99, reports.Length));

    private static TrialRecord Ended(int number, params double[] reports) => new()
    {
        Number = number,
        State = TrialState.Complete,
        Created = DateTimeOffset.UnixEpoch,
        Values = [reports[^1]],
        Reports = reports.Index().ToDictionary(static r => r.Index + 1L, static r => r.Item),
    };
}
