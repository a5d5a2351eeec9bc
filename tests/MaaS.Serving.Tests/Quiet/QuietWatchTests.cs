using MaaS.Serving.Quiet;

namespace MaaS.Serving.Tests.Quiet;

public sealed class QuietWatchTests
{
    [Test]
    public void IsDue_AfterLoading_GivesBackTwice()
    {
        var watch = new QuietWatch(uses: 3);

        Assert.That(Looks(watch, 3, 3, 3), Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void IsDue_WhileLargeRequestsCome_Waits()
        => Assert.That(
            Looks(new QuietWatch(uses: 0), 1, 2, 3, 3, 3, 3),
            Is.EqualTo(new[] { false, false, false, true, true, false }));

    [Test]
    public void IsDue_AfterAnotherBusyTime_GivesBackAgain()
        => Assert.That(
            Looks(new QuietWatch(uses: 0), 0, 0, 0, 5, 5, 5, 5),
            Is.EqualTo(new[] { true, true, false, false, true, true, false }));

    [Test]
    public void Released_TookLargeMemoryItself_DoesNotCountAsARequest()
    {
        var watch = new QuietWatch(uses: 0);

        Assert.That(watch.IsDue(0));
        watch.Released(2);
        Assert.That(watch.IsDue(2));
        watch.Released(4);
        Assert.That(watch.IsDue(4), Is.False);
    }

    /// <summary>What each look says, where giving back takes nothing itself.</summary>
    private static bool[] Looks(QuietWatch watch, params long[] uses) => Array.ConvertAll(uses, u =>
    {
        var isDue = watch.IsDue(u);
        if (isDue)
        {
            watch.Released(u);
        }

        return isDue;
    });
}
