using MaaS.Registry.Studies;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tests.Tuning.Spaces;

internal sealed class SearchSpaceTests
{
    private static readonly SearchSpace Space = new SearchSpace()
        .Float("rate", 1e-5, 1e-1, log: true)
        .Int("units", 32, 512, step: 32)
        .Categorical("optimizer", ["adam", "sgd"])
        .Float("momentum", 0, 0.99, when: Condition.Of("optimizer", "sgd"));

    [TestCase("rate=1e-05..0.1:log")]
    [TestCase("rate=0.0..1.0:step=0.25")]
    [TestCase("layers=1..4")]
    [TestCase("units=32..512:step=32")]
    [TestCase("units=1..1024:log")]
    [TestCase("optimizer=adam,sgd")]
    [TestCase("batch=32,64,128")]
    [TestCase("momentum=0.0..0.99 when optimizer=sgd|rmsprop")]
    public void Parse_WhatWasWritten_IsTheSame(string text)
        => Assert.That(SpaceText.Parse(text).ToString(), Is.EqualTo(text));

    [TestCase("rate")]
    [TestCase("rate=")]
    [TestCase("rate=1..b")]
    [TestCase("rate=1..2:linear")]
    [TestCase("rate=1..2 when x")]
    public void Parse_NoParameter_ShowsTheForms(string text)
        => Assert.That(
            () => SpaceText.Parse(text), Throws.ArgumentException.With.Message.Contains("expected NAME=LOW..HIGH"));

    [Test]
    public void Float_EmptyRangesAndLogsOfZero_AreRefused()
    {
        Assert.That(
            () => new SearchSpace().Float("x", 2, 1), Throws.ArgumentException.With.Message.Contains("2..1"));
        Assert.That(
            () => new SearchSpace().Float("x", 0, 1, log: true),
            Throws.ArgumentException.With.Message.Contains("LOW above 0"));
        Assert.That(
            () => new SearchSpace().Float("x", 0, double.NaN), Throws.ArgumentException);
        Assert.That(
            () => new SearchSpace().Int("x", 0, 1L << 54), Throws.ArgumentException.With.Message.Contains("2^53"));
    }

    [Test]
    public void Add_ConditionOnNothing_IsRefused()
    {
        Assert.That(
            () => new SearchSpace().Float("x", 0, 1, when: Condition.Of("y", 1)),
            Throws.ArgumentException.With.Message.Contains("'y'"));
        Assert.That(
            () => Space.Float("x", 0, 1, when: Condition.Of("optimizer", "lion")),
            Throws.ArgumentException.With.Message.Contains("'lion'"));
        Assert.That(
            () => Space.Float("rate", 0, 1), Throws.ArgumentException.With.Message.Contains("'rate' twice"));
    }

    [Test]
    public void Fault_Points_NamesWhatIsWrong()
    {
        var point = new Dictionary<string, ParameterValue>
        {
            ["rate"] = 0.01,
            ["units"] = 64,
            ["optimizer"] = "sgd",
            ["momentum"] = 0.9,
        };
        Assert.That(Space.Fault(point), Is.Null);
        Assert.That(
            Space.Fault(new Dictionary<string, ParameterValue>(point) { ["optimizer"] = "adam" }),
            Does.Contain("'momentum': expected none"));
        Assert.That(
            Space.Fault(new Dictionary<string, ParameterValue>(point) { ["units"] = 65 }), Does.Contain("got '65'"));
        Assert.That(
            Space.Fault(new Dictionary<string, ParameterValue>(point) { ["depth"] = 1 }), Does.Contain("got 'depth'"));
        point.Remove("units");
        Assert.That(Space.Fault(point), Does.Contain("'units': expected a value"));
    }

    [Test]
    public void FromUnit_EvenPlaces_AreEvenValues()
    {
        var steps = (FloatParameter)SpaceText.Parse("x=0.1..0.3:step=0.1");
        var counts = Enumerable.Range(0, 300).GroupBy(i => steps.FromUnit((i + 0.5) / 300).Number)
            .ToDictionary(static g => g.Key, static g => g.Count());
        Assert.That(counts, Is.EquivalentTo(new Dictionary<double, int> { [0.1] = 100, [0.2] = 100, [0.3] = 100 }));

        var log = new FloatParameter("x", 1e-4, 1, log: true);
        Assert.That(log.FromUnit(0.5).Number, Is.EqualTo(1e-2).Within(1e-12));
        Assert.That(log.ToUnit(1e-3), Is.EqualTo(0.25).Within(1e-12));

        var whole = new IntParameter("x", 1, 8, log: true);
        Assert.That(
            Enumerable.Range(0, 1001).All(i => whole.Contains(whole.FromUnit(i / 1000.0))), Is.True);
        Assert.That((whole.FromUnit(0).Number, whole.FromUnit(1).Number), Is.EqualTo((1.0, 8.0)));
    }
}
