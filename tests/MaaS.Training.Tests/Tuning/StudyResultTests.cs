using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning;

internal sealed class StudyResultTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Test]
    public void TrialsSinceImprovement_TwoObjectives_AnEqualTrialIsNoImprovement()
    {
        var result = Of(Two, [1, 4], [4, 1], [1, 4], [5, 5], [4, 1]);
        Assert.That(result.Front.Select(static t => t.Number), Is.EqualTo(new[] { 0, 2, 1, 4 }));
        Assert.That(result.TrialsSinceImprovement, Is.EqualTo(3), "the newest new point of the front is trial 1");
        Assert.That(Of(Two, [1, 4], [1, 4], [2, 2]).TrialsSinceImprovement, Is.Zero);
    }

    [Test]
    public void TrialsSinceImprovement_OneObjective_CountsFromTheFirstThatEndedWithTheBestValue()
    {
        Assert.That(Of([Loss], [3], [1], [2], [1]).TrialsSinceImprovement, Is.EqualTo(2));

        // Of two that ran at once the one with the higher number was there first.
        var result = Of([Loss], [1], [1], [2]);
        var late = result with
        {
            Trials = [result.Trials[0] with { Ended = Start.AddHours(1) }, .. result.Trials.Skip(1)],
        };
        Assert.That(late.TrialsSinceImprovement, Is.EqualTo(2));
    }

    private static Objective Loss => new("loss", Direction.Minimize);

    private static Objective[] Two => [Loss, new("seconds", Direction.Minimize)];

    private static StudyResult Of(IReadOnlyList<Objective> objectives, params double[][] values) => new(
        "study", new SearchSpace().Float("x", 0, 1), objectives,
        [
            .. values.Select(static (v, i) => new TrialRecord
            {
                Number = i,
                State = TrialState.Complete,
                Values = v,
                Created = Start,
                Ended = Start.AddMinutes(i),
            }),
        ]);
}
