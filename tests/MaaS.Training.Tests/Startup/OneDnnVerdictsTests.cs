using MaaS.Training.Startup;

namespace MaaS.Training.Tests.Startup;

public sealed class OneDnnVerdictsTests
{
    private static readonly string[] Ladder = ["DEFAULT", "AVX2", "AVX", "OFF"];

    [Test]
    public void Parse_WhatWasWritten_IsTheSame()
    {
        var verdicts = OneDnnVerdicts.None with
        {
            Right = ["AVX", "OFF"],
            Wrong = OneDnnVerdicts.None.Wrong
                .Add("DEFAULT", "conv1d: off by 3.1e-1")
                .Add("AVX2", "lstm\nunder no_grad"),
            Fastest = "AVX",
            Trying = ("AVX2", 12, 345, 1),
        };

        var read = OneDnnVerdicts.Parse(verdicts.Write());

        Assert.That(read.Right, Is.EquivalentTo(verdicts.Right));
        Assert.That(read.Wrong["DEFAULT"], Is.EqualTo("conv1d: off by 3.1e-1"));
        Assert.That(read.Wrong["AVX2"], Is.EqualTo("lstm under no_grad"));
        Assert.That(read.Wrong, Has.Count.EqualTo(2));
        Assert.That((read.Fastest, read.Trying), Is.EqualTo((verdicts.Fastest, verdicts.Trying)));
    }

    [TestCase("")]
    [TestCase("something else\nright DEFAULT\n")]
    [TestCase("MaaS: oneDNN on this processor, version 1\nright\n")]
    [TestCase("MaaS: oneDNN on this processor, version 1\ntrying AVX twelve 3 1\n")]
    [TestCase("MaaS: oneDNN on this processor, version 1\nfaster AVX\n")]
    public void Parse_AnotherText_KnowsNothing(string text)
        => Assert.That(OneDnnVerdicts.Parse(text), Is.SameAs(OneDnnVerdicts.None));

    [Test]
    public void Choose_TakesTheFirstThatIsNotWrong()
    {
        var none = OneDnnVerdicts.None;
        var first = none with { Wrong = none.Wrong.Add("DEFAULT", "x") };
        var all = first with { Wrong = first.Wrong.Add("AVX2", "x").Add("AVX", "x").Add("OFF", "x") };

        var choices = new[] { none, first, all }.Select(static v => v.Choose(Ladder));
        Assert.That(choices, Is.EqualTo(new[] { "DEFAULT", "AVX2", "OFF" }));
    }

    [Test]
    public void Choose_FastestWasMeasured_TakesIt_UnlessItIsWrongOrUnknown()
    {
        var measured = OneDnnVerdicts.None with { Fastest = "AVX" };

        Assert.That(measured.Choose(Ladder), Is.EqualTo("AVX"));
        Assert.That((measured with { Wrong = measured.Wrong.Add("AVX", "x") }).Choose(Ladder), Is.EqualTo("DEFAULT"));
        Assert.That((measured with { Fastest = "LD_PRELOAD" }).Choose(Ladder), Is.EqualTo("DEFAULT"));
    }
}
