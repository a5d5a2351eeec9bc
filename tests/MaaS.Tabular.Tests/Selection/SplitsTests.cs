using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Learners.Trees;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Tests.Selection;

public sealed class SplitsTests
{
    private static readonly Target Classes =
        Target.OfClasses([.. Enumerable.Range(0, 50).Select(i => i % 5 == 0 ? 1 : 0)], ["a", "b"]);

    [Test]
    public void EverySplitter_PutsEachRowIntoOneTestPart()
    {
        var groups = new StringColumn("g", [.. Enumerable.Range(0, 50).Select(i => $"g{i / 7}")]);
        foreach (var splits in new[] { Splits.KFold(50, 4), Splits.Stratified(Classes, 4), Splits.Grouped(groups, 4) })
        {
            Assert.That(splits.SelectMany(s => s.Test).Order(), Is.EqualTo(Enumerable.Range(0, 50)));
            Assert.That(splits.Select(s => s.Train.Union(s.Test).Count()), Is.All.EqualTo(50));
            Assert.That(splits.Select(s => s.Train.Intersect(s.Test).Count()), Is.All.Zero);
        }
    }

    [Test]
    public void Stratified_KeepsTheSharesOfClasses()
        => Assert.That(
            Splits.Stratified(Classes, 5).Select(s => (s.Test.Length, s.Test.Count(r => Classes.Rows[r] == 1))),
            Is.All.EqualTo((10, 2)));

    [Test]
    public void Grouped_KeepsGroupsTogether()
    {
        var groups = new StringColumn("g", [.. Enumerable.Range(0, 50).Select(i => $"g{i % 7}")]);
        foreach (var split in Splits.Grouped(groups, 3))
        {
            Assert.That(
                split.Train.Select(r => groups.Values[r]).Intersect(split.Test.Select(r => groups.Values[r])),
                Is.Empty);
        }
    }

    [Test]
    public void TimeOrdered_IsScikitLearns()
    {
        // TimeSeriesSplit(3) of 10 rows: tests 4–5, 6–7, 8–9.
        var splits = Splits.TimeOrdered(10, 3);
        Assert.That(splits.Select(s => s.Test), Is.EqualTo(new[] { new[] { 4, 5 }, [6, 7], [8, 9] }));
        Assert.That(splits.Select(s => s.Train.Length), Is.EqualTo(new[] { 4, 6, 8 }));
    }

    [Test]
    public void TimeOrdered_OfRowsOfOneTime_BeginsEachPartWithANewTime()
    {
        // Without equal times the parts would begin at 4 and 7.
        var splits = Splits.TimeOrdered([1, 1, 1, 2, 2, 3, 3, 4, 4, 4], 2);
        Assert.That(splits.Select(s => s.Test), Is.EqualTo(new[] { new[] { 5, 6 }, [7, 8, 9] }));
        Assert.That(
            () => Splits.TimeOrdered([1, 1, 1, 1, 1, 1, 1, 2, 2, 2], 3),
            Throws.ArgumentException.With.Message.Contains("so many rows have the same time"));
        Assert.That(Splits.HoldOutLatest([1, 2, 3, 3, 3], 0.6).Test, Is.EqualTo(new[] { 2, 3, 4 }));
        Assert.That(Splits.HoldOutLatest([1, 2, 3, 3, 3], 0.2).Test, Is.EqualTo(new[] { 2, 3, 4 }));
        Assert.That(Splits.HoldOutLatest([1, 2, 2, 3, 4], 0.6).Test, Is.EqualTo(new[] { 3, 4 }));
        Assert.That(
            () => Splits.HoldOutLatest([5, 5, 5], 0.2),
            Throws.ArgumentException.With.Message.Contains("two different times"));
    }

    [Test]
    public void Grouped_WithAnotherSeed_PutsOtherGroupsTogether()
    {
        var groups = new StringColumn("g", [.. Enumerable.Range(0, 60).Select(i => $"g{i % 12}")]);
        Assert.That(Splits.Grouped(groups, 3, 2)[0].Test, Is.Not.EqualTo(Splits.Grouped(groups, 3, 1)[0].Test));
        Assert.That(Splits.Grouped(groups, 3, 2).Select(static s => s.Test.Length), Is.All.EqualTo(20));
    }

    [Test]
    public void HoldOutGroups_OfLargeGroupsAlone_HoldsTheSmallestBack()
    {
        var groups = new StringColumn("g", [.. Enumerable.Range(0, 100).Select(i => i < 60 ? "large" : "small")]);
        Assert.That(Splits.HoldOutGroups(groups, 0.1).Test, Is.EqualTo(Enumerable.Range(60, 40)));
    }

    [Test]
    public void Repeated_DrawsAnewEachTime()
    {
        var splits = Splits.Repeated(Classes, 5, 2);
        Assert.That(splits, Has.Count.EqualTo(10));
        Assert.That(splits[0].Test, Is.Not.EqualTo(splits[5].Test));
    }

    [Test]
    public void HoldOut_KeepsEveryClassInBothParts()
    {
        var split = Splits.HoldOut(Classes, 0.2);
        Assert.That((split.Test.Length, split.Test.Count(r => Classes.Rows[r] == 1)), Is.EqualTo((10, 2)));
    }

    [Test]
    public void HoldOut_OfAClassWithOneRow_LearnsFromIt()
    {
        var target = Target.OfClasses([0, 0, 0, 0, 0, 1], ["a", "b"]);
        var split = Splits.HoldOut(target, 0.2);
        Assert.That(split.Test, Has.Length.EqualTo(1));
        Assert.That(split.Train, Does.Contain(5));
    }

    [Test]
    public void Splitters_OfTooFewRows_SayWhat()
    {
        Assert.That(() => Splits.KFold(3, 4), Throws.ArgumentException.With.Message.Contains("3 rows, got 4"));
        Assert.That(
            () => Splits.Stratified(Classes, 11),
            Throws.ArgumentException.With.Message.Contains("10 rows of class 'b', got 11"));
        Assert.That(
            () => Splits.Grouped(new StringColumn("g", ["x", "x", "y"]), 3),
            Throws.ArgumentException.With.Message.Contains("2 groups, got 3"));
        Assert.That(
            () => Splits.Grouped(new StringColumn("g", ["x", null, "y"]), 2),
            Throws.ArgumentException.With.Message.Contains("row 2, column 'g'"));
    }

    [Test]
    public void Run_InParallel_GivesTheScoresOfOneByOne()
    {
        var random = new Random(2);
        var table =
            new Table(
                [new NumberColumn(
                    "x", [.. Enumerable.Range(0, 50).Select(i => random.NextDouble() + Classes.Rows[i])])]);
        var splits = Splits.Stratified(Classes, 5);
        var metric = TabularMetrics.Find("log-loss", TabularTask.Classification);
        foreach (var learner in new ILearner[] { new LogisticRegression(), new RandomForest { Trees = 10 } })
        {
            var one = CrossValidation.Run(learner, table, Classes, splits, metric);
            var many = CrossValidation.Run(learner, table, Classes, splits, metric, parallelism: 4);
            Assert.That(many.Scores, Is.EqualTo(one.Scores));
            Assert.That(one.Mean, Is.LessThan(0.6));
            Assert.That(one.StandardError, Is.Positive);
        }
    }

    [Test]
    public void Run_WhereTheMetricIsNotDefined_NamesTheSplitAndTheClass()
    {
        int[] first = [.. Enumerable.Range(0, 25)], ofOneClass = [.. Enumerable.Range(25, 25).Where(i => i % 5 > 0)];
        var table = new Table([new NumberColumn("x", [.. Enumerable.Range(0, 50).Select(static i => (double)i)])]);
        Assert.That(
            () => CrossValidation.Run(
                new ConstantLearner(), table, Classes, [new Split(ofOneClass, first), new Split(first, ofOneClass)],
                TabularMetrics.Find("roc-auc", TabularTask.Classification)),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("roc-auc: split 2 of 2")
                .And.Message.Contains("no rows of class 'b'"));
    }

    [Test]
    public void Run_OfALearnerThatRefuses_ThrowsWhatItSays([Values(1, 2)] int parallelism)
    {
        var table = new Table([new NumberColumn("x", [.. Enumerable.Range(0, 50).Select(static i => (double)i)])]);
        Assert.That(
            () => CrossValidation.Run(
                new RefusingLearner(), table, Classes, Splits.Stratified(Classes, 5),
                TabularMetrics.Find("log-loss", TabularTask.Classification), parallelism: parallelism),
            Throws.InvalidOperationException.With.Message.EqualTo("refusing: no convergence."));
    }

    [Test]
    public void Run_OnLabelsOfChance_FindsNoLeakThroughTargetEncoding()
    {
        // 200 categories in 400 rows: encoded with their own labels they would tell everything.
        var random = new Random(4);
        var y = Target.OfClasses([.. Enumerable.Range(0, 400).Select(_ => random.Next(2))], ["a", "b"]);
        var table =
            new Table([new StringColumn("c", [.. Enumerable.Range(0, 400).Select(_ => $"{random.Next(200)}")])]);
        var result = CrossValidation.Run(
            new RandomForest { Trees = 50 }, table, y, Splits.Stratified(y, 5),
            TabularMetrics.Find("roc-auc", TabularTask.Classification));
        Assert.That(result.Mean, Is.EqualTo(0.5).Within(0.08));
    }
}
