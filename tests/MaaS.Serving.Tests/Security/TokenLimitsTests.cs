using MaaS.Serving.Faults;
using MaaS.Serving.Security;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Security;

public sealed class TokenLimitsTests
{
    private readonly FakeTime _time = new();

    private TokenLimits Limits(long? tokens = null, int? streams = null)
    {
        var options = new MaaSServingOptions();
        options.Security.TokenLimit = new TokenLimitOptions { TokensPerMinute = tokens, ConcurrentStreams = streams };
        return new TokenLimits(Options.Create(options), _time);
    }

    private static Caller Ann(long? tokens = null)
        => new("ann", ServingScope.Predict) { TokensPerMinute = tokens };

    [Test]
    public void Take_TokensWritten_AreWaitedForBeforeTheNextPrompt()
    {
        var limits = Limits(tokens: 60);
        using (var lease = limits.Take(Ann(), "ann", prompt: 20, texts: 1))
        {
            lease!.Add(100);
        }

        // 60 − 20 − 100 = −60: a token comes a second, so that 10 are there after 70 s.
        var refused = Assert.Throws<RequestException>(() => limits.Take(Ann(), "ann", prompt: 10, texts: 1));
        Assert.That(refused!.Kind, Is.EqualTo(FaultKind.ResourceExhausted));
        Assert.That(refused.RetryAfter!.Value.TotalSeconds, Is.EqualTo(70).Within(0.01));
        _time.Advance(TimeSpan.FromSeconds(69));
        Assert.Throws<RequestException>(() => limits.Take(Ann(), "ann", prompt: 10, texts: 1));
        _time.Advance(TimeSpan.FromSeconds(1.1));
        limits.Take(Ann(), "ann", prompt: 10, texts: 1)!.Dispose();
    }

    [Test]
    public void Take_LongPause_GivesAMinutesWorthAndNoMore()
    {
        var limits = Limits(tokens: 60);
        limits.Take(Ann(), "ann", 60, 0);
        _time.Advance(TimeSpan.FromHours(1));

        limits.Take(Ann(), "ann", 60, 0);

        Assert.Throws<RequestException>(() => limits.Take(Ann(), "ann", 1, 0));
    }

    [Test]
    public void Take_OtherCallers_HaveTokensOfTheirOwn()
    {
        var limits = Limits(tokens: 60);
        limits.Take(Ann(), "ann", 60, 0);

        Assert.That(() => limits.Take(new Caller("bob", ServingScope.Predict), "bob", 60, 0), Throws.Nothing);
        Assert.That(() => limits.Take(new Caller("", ServingScope.Predict), "10.0.0.1", 60, 0), Throws.Nothing);
    }

    // What is shown of a caller may be the same for several, and differ from one request to the next.
    [Test]
    public void Take_Accounts_CountAndNotWhatIsShown()
    {
        var limits = Limits(tokens: 60);
        limits.Take(Ann(), "ann", 60, 0);

        Assert.That(() => limits.Take(Ann().ProvenBy(ProofKinds.User), "ann", 60, 0), Throws.Nothing);
        Assert.That(() => limits.Take(Ann(), "Ann", 1, 0), Throws.TypeOf<RequestException>());
    }

    [Test]
    public void Take_LimitOfTheKey_CountsBeforeTheServers()
    {
        var limits = Limits(tokens: 60);

        Assert.Throws<RequestException>(() => limits.Take(Ann(tokens: 5), "ann", 6, 0));
        var bob = new Caller("bob", ServingScope.Predict) { TokensPerMinute = 500 };
        Assert.That(() => limits.Take(bob, "bob", 400, 0), Throws.Nothing);
    }

    [Test]
    public void Take_TextsAtOnce_AreGivenBackOnce()
    {
        var limits = Limits(streams: 2);
        var two = limits.Take(Ann(), "ann", 1, texts: 2)!;
        Assert.Throws<RequestException>(() => limits.Take(Ann(), "ann", 1, texts: 1));

        two.Dispose();
        two.Dispose();

        using var again = limits.Take(Ann(), "ann", 1, texts: 2);
        Assert.Throws<RequestException>(() => limits.Take(Ann(), "ann", 1, texts: 1));
        var never = Assert.Throws<RequestException>(() => limits.Take(Ann(), "bob", 1, texts: 3));
        Assert.That(never!.RetryAfter, Is.Null, "more than it ever may");
    }

    [Test]
    public void Take_NothingLimited_GivesNothingToGiveBack()
        => Assert.That(
            new TokenLimits(Options.Create(new MaaSServingOptions()), _time).Take(Ann(), "ann", 1, 1), Is.Null);

    [Test]
    public void Take_ManyCallers_AreForgottenOnceTheirTokensAreBack()
    {
        var limits = Limits(tokens: 60);
        for (var i = 0; i < 20_000; i++)
        {
            limits.Take(new Caller($"caller {i}", ServingScope.Predict), "10.0.0.1", 60, 0);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.That(limits.Count, Is.LessThan(5000));
    }
}
