using MaaS.Core.Generation;

namespace MaaS.Core.Tests.Generation;

/// <summary>Probabilities worked out by hand: logits are logarithms of small whole numbers.</summary>
public sealed class TokenSamplerTests
{
    // Weights 1, 4, 2, 8, 1 of 16.
    private static readonly float[] Logits = [0, MathF.Log(4), MathF.Log(2), MathF.Log(8), 0];

    private static readonly (GenerationOptions Options, long[] History, double[] Expected)[] Cases =
    [
        (new() { Temperature = 1 }, [], [1 / 16.0, 4 / 16.0, 2 / 16.0, 8 / 16.0, 1 / 16.0]),
        (new() { Temperature = 0.5 }, [], [1 / 86.0, 16 / 86.0, 4 / 86.0, 64 / 86.0, 1 / 86.0]),
        (new() { Temperature = 1, TopK = 2 }, [], [0, 4 / 12.0, 0, 8 / 12.0, 0]),
        // The lower id among equals.
        (new() { Temperature = 1, TopK = 4 }, [], [1 / 15.0, 4 / 15.0, 2 / 15.0, 8 / 15.0, 0]),
        (new() { Temperature = 1, TopK = 99 }, [], [1 / 16.0, 4 / 16.0, 2 / 16.0, 8 / 16.0, 1 / 16.0]),
        (new() { Temperature = 1, TopP = 0.4 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 1, TopP = 0.6 }, [], [0, 4 / 12.0, 0, 8 / 12.0, 0]),
        (new() { Temperature = 1, TopP = 0.8 }, [], [0, 4 / 14.0, 2 / 14.0, 8 / 14.0, 0]),
        // 12/14 of the three left.
        (new() { Temperature = 1, TopK = 3, TopP = 0.8 }, [], [0, 4 / 12.0, 0, 8 / 12.0, 0]),
        // 8^(1/1.5) = 4, once.
        (new() { Temperature = 1, RepetitionPenalty = 1.5 }, [3, 3, 7, -1],
            [1 / 12.0, 4 / 12.0, 2 / 12.0, 4 / 12.0, 1 / 12.0]),
        // Few candidates and a small share: the likeliest stays.
        (new() { Temperature = 1, TopK = 2, TopP = 0.1 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 1, TopK = 3, TopP = 0.3 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 1, TopP = 0.05 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 1, MinP = 0.5 }, [], [0, 4 / 12.0, 0, 8 / 12.0, 0]),
        (new() { Temperature = 1, MinP = 0.2, TopP = 0.5 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 1, LogitBias = Bias(3, -Math.Log(8)) }, [],
            [1 / 9.0, 4 / 9.0, 2 / 9.0, 1 / 9.0, 1 / 9.0]),
        (new() { Temperature = 1, LogitBias = Bias(99, 5), TopK = 1 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 0, TopK = 3 }, [], [0, 0, 0, 1, 0]),
        (new() { Temperature = 0, RepetitionPenalty = 2 }, [3], [0, 1, 0, 0, 0]),   // √8 < 4.
    ];

    private static Dictionary<long, double> Bias(long token, double bias) => new() { [token] = bias };

    [TestCaseSource(nameof(Cases))]
    public void Probabilities_HandComputed_AreMet((GenerationOptions Options, long[] History, double[] Expected) given)
        => Assert.That(
            new TokenSampler(given.Options, given.History).Probabilities(Logits),
            Is.EqualTo(given.Expected).Within(1e-6));

    [Test]
    public void Probabilities_PenaltyOnNegativeLogits_MakesThemLess()
    {
        var sampler = new TokenSampler(new() { Temperature = 1, RepetitionPenalty = 2 }, [0]);

        // −2 ln 2: a quarter.
        Assert.That(sampler.Probabilities([-MathF.Log(2), 0]), Is.EqualTo(new[] { 0.2, 0.8 }).Within(1e-6));
    }

    [Test]
    public void Probabilities_FrequencyAndPresence_CountTheTextAndNotThePrompt()
    {
        var sampler = new TokenSampler(
            new() { Temperature = 1, FrequencyPenalty = Math.Log(2) / 2, PresencePenalty = Math.Log(2) }, [1]);
        sampler.Accept(3);
        sampler.Accept(3);
        sampler.Accept(-1);

        // Twice ln 2 / 2 and once ln 2: a quarter of 8.
        Assert.That(
            sampler.Probabilities(Logits), Is.EqualTo(new[] { 0.1, 0.4, 0.2, 0.2, 0.1 }).Within(1e-6));
    }

    [Test]
    public void LogProbability_WithPenalties_IsTheModelsOwn()
    {
        var sampler = new TokenSampler(
            new() { Temperature = 0.5, RepetitionPenalty = 9, TopLogProbabilities = 2 }, [3]);

        var found = sampler.LogProbability(Logits, 4)!;

        Assert.That(found.LogProbability, Is.EqualTo(Math.Log(1 / 16.0)).Within(1e-6));
        Assert.That(found.Top.Select(static t => t.Token), Is.EqualTo(new[] { 3, 1 }));
        Assert.That(
            found.Top.Select(static t => t.LogProbability),
            Is.EqualTo(new[] { Math.Log(0.5), Math.Log(0.25) }).Within(1e-6));
        Assert.That(new TokenSampler(new()).LogProbability(Logits, 4), Is.Null);
    }

    [TestCaseSource(nameof(Cases))]
    public void Next_ManyDraws_FollowTheProbabilities(
        (GenerationOptions Options, long[] History, double[] Expected) given)
    {
        const int Draws = 20_000;
        var sampler = new TokenSampler(given.Options with { Seed = 17 }, given.History);
        var counts = new double[Logits.Length];

        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Next(Logits)]++;
        }

        // Pearson's χ² over the tokens that may come; 18.47 is the 0.1% point at four degrees of freedom.
        var statistic = counts.Zip(given.Expected).Where(static c => c.Second > 0)
            .Sum(static c => Math.Pow(c.First - (Draws * c.Second), 2) / (Draws * c.Second));
        Assert.That(statistic, Is.LessThan(18.47));
        Assert.That(
            counts.Zip(given.Expected).Where(static c => c.Second == 0).Sum(static c => c.First), Is.Zero,
            "tokens that may not come");
    }

    [TestCase(2, 0.1)]
    [TestCase(3, 0.3)]
    [TestCase(10, 0.05)]
    public void Probabilities_EqualLogitsAndASmallShare_LeaveOne(int count, double share)
        => Assert.That(
            new TokenSampler(new() { Temperature = 1, TopP = share }).Probabilities(new float[count]),
            Is.EqualTo(Enumerable.Range(0, count).Select(static i => i == 0 ? 1.0 : 0)).Within(1e-6));

    [Test]
    public void Next_SameSeed_DrawsTheSame()
    {
        long[] Draw(int? seed)
        {
            var sampler = new TokenSampler(new() { Temperature = 1, Seed = seed });
            return [.. Enumerable.Range(0, 50).Select(_ => sampler.Next(Logits))];
        }

        var (first, second, other) = (Draw(1), Draw(1), Draw(2));

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void Next_Equals_TakesTheLowerId()
        => Assert.That(new TokenSampler(new()).Next([1, 2, 2]), Is.EqualTo(1));

    [Test]
    public void Next_ExtremeLogits_StaysFinite()
    {
        var sampler = new TokenSampler(new() { Temperature = 0.01, Seed = 1 });

        Assert.That(
            sampler.Probabilities([1e30f, float.NegativeInfinity, -1e30f]), Is.EqualTo(new[] { 1.0, 0, 0 }));
        Assert.That(sampler.Next([float.NegativeInfinity, 0, float.NegativeInfinity]), Is.EqualTo(1));
    }

    [TestCase(float.NaN, "got NaN for token 1")]
    [TestCase(float.PositiveInfinity, "for token 1")]
    public void Next_BrokenLogits_Throws(float value, string message)
        => Assert.That(
            () => new TokenSampler(new()).Next([0, value]),
            Throws.ArgumentException.With.Message.Contains(message));

    [Test]
    public void Next_NeighbouringSeeds_DrawDifferently()
    {
        var seeds = new long[] { -2, -1, 0, 1, 1L << 32, long.MinValue, long.MaxValue };
        var draws = seeds.Select(seed =>
        {
            var sampler = new TokenSampler(new() { Temperature = 1, Seed = seed });
            return string.Concat(Enumerable.Range(0, 40).Select(_ => sampler.Next(Logits)));
        });

        Assert.That(draws, Is.Unique);
    }

    [Test]
    public void Next_PenaltyThatMakesLogitsInfinite_Throws()
        => Assert.That(
            () => new TokenSampler(new() { Temperature = 1, TopP = 0.9, RepetitionPenalty = 0.01 }, [0])
                .Next([float.MaxValue / 2, 0]),
            Throws.ArgumentException.With.Message.Contains("after penalties and bias"));

    [Test]
    public void Next_NothingMayCome_Throws()
        => Assert.That(
            () => new TokenSampler(new()).Next([float.NegativeInfinity]),
            Throws.ArgumentException.With.Message.Contains("may come"));

    [Test]
    public void Create_OptionsOutOfRange_NamesAllOfThem()
        => Assert.That(
            () => new TokenSampler(
                new() { MaxNewTokens = 0, Temperature = -1, TopK = -2, TopP = 0, RepetitionPenalty = 0 }),
            Throws.ArgumentException.With.Message.Contains("MaxNewTokens").And.Message.Contains("Temperature")
                .And.Message.Contains("TopK")
                .And.Message.Contains("TopP").And.Message.Contains("RepetitionPenalty"));
}
