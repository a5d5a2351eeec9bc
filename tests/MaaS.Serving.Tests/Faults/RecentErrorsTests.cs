using MaaS.Serving.Faults;

namespace MaaS.Serving.Tests.Faults;

public sealed class RecentErrorsTests
{
    private readonly FakeTime _time = new();

    [Test]
    public void Add_SameKind_CountsInOneEntryFromFirstToLast()
    {
        var errors = new RecentErrors(_time);
        var first = _time.GetUtcNow();
        errors.Add(new OperationCanceledException(), "a", 1);
        errors.Add(new InvalidOperationException(), "a", 1);
        _time.Advance(TimeSpan.FromSeconds(9));
        errors.Add(new OperationCanceledException(), "a", 1);

        Assert.That(errors.Read(), Is.EqualTo(new[]
        {
            new RecentError("a", 1, "cancelled", 2, first, first.AddSeconds(9)),
            new RecentError("a", 1, "server", 1, first, first),
        }));
    }

    [Test]
    public void Add_OneExceptionInTwoLayers_CountsOnceWhereItWasFirstSeen()
    {
        var errors = new RecentErrors(_time);
        var exception = new OperationCanceledException();
        errors.Add(exception, "a", 1);
        errors.Add(exception);

        Assert.That(
            errors.Read().Single(),
            Is.EqualTo(new RecentError("a", 1, "cancelled", 1, _time.GetUtcNow(), _time.GetUtcNow())));
    }

    [Test]
    public void Add_ManyModels_KeepsTheLatest()
    {
        var errors = new RecentErrors(_time);
        for (var i = 0; i < 1000; i++)
        {
            errors.Add(new OperationCanceledException(), $"m{i}", 1);
        }

        Assert.That(
            errors.Read().Select(e => e.Model),
            Is.EqualTo(Enumerable.Range(0, RecentErrors.Most).Select(i => $"m{999 - i}")));
    }
}
