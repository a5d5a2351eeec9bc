using MaaS.Core.Drift;

namespace MaaS.Core.Tests.Drift;

public sealed class FeatureBaselineTests
{
    [Test]
    public void Of_ManyValues_HasTenBinsOfEqualShares()
    {
        var baseline = FeatureBaseline.Of("x", Enumerable.Range(0, 1000).Select(static i => (double)i));
        Assert.That(baseline.Edges, Is.EqualTo(new[] { 100.0, 200, 300, 400, 500, 600, 700, 800, 900 }));
        Assert.That(baseline.Shares, Is.All.EqualTo(0.1).Within(1e-12));
    }

    [Test]
    public void Of_FewValues_GivesEachABin()
        => Assert.That(FeatureBaseline.Of("x", [0, 0, 0, 1]).Shares, Is.EqualTo(new[] { 0.75, 0.25 }));

    [Test]
    public void Of_OneValue_SeesWhatIsAboveAndBelow()
    {
        var baseline = FeatureBaseline.Of("x", Enumerable.Repeat(0.0, 50));
        Assert.That(baseline.SharesOf([-1, 0, 0, 1e-9]), Is.EqualTo(new[] { 0.25, 0.5, 0.25 }));
        Assert.That(baseline.Compare([0, 0]).Psi, Is.Zero);
        Assert.That(baseline.Compare([0, 1]).Psi, Is.GreaterThan(0.25), "half has shifted");
    }

    [Test]
    public void Of_ManyZerosAndRareOthers_GivesZerosABinOfTheirOwn()
    {
        // 970 zeros, and each of 0.01 … 0.30 once.
        var baseline = FeatureBaseline.Of("x", Enumerable.Range(-969, 1000).Select(static i => Math.Max(0, i) / 100.0));
        Assert.That(baseline.Edges, Is.EqualTo(new[] { 0, 0.01 }));
        Assert.That(baseline.Shares, Is.EqualTo(new[] { 0, 0.97, 0.03 }).Within(1e-12));
        var rare = baseline.Compare([.. Enumerable.Range(0, 100).Select(static i => i < 50 ? 0 : 0.05)]);
        Assert.That(
            rare.Psi,
            Is.EqualTo(((0.5 - 0.97) * Math.Log(0.5 / 0.97)) + ((0.5 - 0.03) * Math.Log(0.5 / 0.03))).Within(1e-3));
    }
}
