using MaaS.Serving.Models;
using MaaS.Serving.Page;

namespace MaaS.Serving.Tests.Page;

public sealed class TrafficSharesTests
{
    private static ModelVersionStatus Version(int number, bool isServable = true, params string[] labels)
        => new("m", number, ModelState.Available, "OK", "", labels, 0) { IsServable = isServable };

    private static TrafficRoute Split(params (string Target, double Share)[] split)
        => new() { Split = split.ToDictionary(s => s.Target, s => s.Share) };

    [Test]
    public void Of_NoRoute_IsTheLatestThatCanAnswer()
        => Assert.That(
            TrafficShares.Of(null, [Version(1), Version(2), Version(3, isServable: false)]),
            Is.EqualTo(new Dictionary<long, double> { [2] = 1 }));

    [Test]
    public void Of_VersionThatCannotAnswer_LeavesItsShareToTheOthers()
        => Assert.That(
            TrafficShares.Of(
                Split(("1", 50), ("2", 25), ("stable", 25)),
                [Version(1, isServable: false), Version(2), Version(3, isServable: true, "stable")]),
            Is.EqualTo(new Dictionary<long, double> { [2] = 0.5, [3] = 0.5 }));

    [Test]
    public void Of_TwoTargetsOfOneVersion_AddUp()
        => Assert.That(
            TrafficShares.Of(Split(("1", 1), ("stable", 3)), [Version(1, isServable: true, "stable")]),
            Is.EqualTo(new Dictionary<long, double> { [1] = 1 }));

    [Test]
    public void Of_NothingServable_IsEmpty()
        => Assert.That(TrafficShares.Of(null, [Version(1, isServable: false)]), Is.Empty);
}
