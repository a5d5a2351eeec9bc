using MaaS.Training.Export.Sizes;

namespace MaaS.Training.Tests.Export.Sizes;

/// <summary>Random integer expressions of two sizes: what is found for them is right at sizes that were never traced,
/// or nothing is found.</summary>
public sealed class SizeSimulationTests
{
    private static readonly long[] Divisors = [2, 3, 4, 5, 7, 8, 16, 32];

    [TestCase(2, 60)]
    [TestCase(3, 60)]
    [TestCase(4, 60)]
    // Many more, for after a change of how expressions are found: --filter "Name~2000".
    [TestCase(2, 2000, Explicit = true)]
    [TestCase(3, 2000, Explicit = true)]
    [TestCase(4, 2000, Explicit = true)]
    public void Find_RandomExpressions_NeverGivesAWrongNumber(int depth, int count)
    {
        int found = 0, wrong = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random((100_003 * depth) + seed);
            var (number, text) = Expression(random, depth);
            long h = random.Next(2, 40), w = random.Next(2, 40);
            if (new SimulatedModule(number).Find(h, w) is not { } expression)
            {
                return;
            }

            Interlocked.Increment(ref found);
            if (FirstFault(expression, number, random) is { } fault)
            {
                Interlocked.Increment(ref wrong);
                TestContext.Out.WriteLine(
                    $"seed {seed}: {text} became {expression}, wrong at {fault} (example {h}, {w})");
            }
        });
        TestContext.Out.WriteLine($"depth {depth}: {found} of {count} found, {wrong} wrong");
        Assert.That(wrong, Is.Zero);
        Assert.That(found, Is.GreaterThan(count / 3));
    }

    private static (long H, long W)? FirstFault(SizeExpression expression, Func<long, long, long> number, Random random)
    {
        for (int i = 0; i < 400; i++)
        {
            int most = i % 2 == 0 ? 200 : 1000;
            long h = random.Next(2, most), w = random.Next(2, most);
            if (expression.At(axis => axis.Symbol == "h" ? h : w) != number(h, w))
            {
                return (h, w);
            }
        }

        return null;
    }

    private static (Func<long, long, long> Number, string Text) Expression(Random random, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            long number = random.Next(1, 10);
            return random.Next(5) switch
            {
                0 or 1 => (static (h, _) => h, "h"),
                2 => ((_, _) => number, $"{number}"),
                _ => (static (_, w) => w, "w"),
            };
        }

        var (left, one) = Expression(random, depth - 1);
        var (right, two) = Expression(random, depth - 1);
        long divisor = Divisors[random.Next(Divisors.Length)], limit = random.Next(2, 600);
        return random.Next(9) switch
        {
            0 => ((h, w) => left(h, w) + right(h, w), $"({one}+{two})"),
            1 => ((h, w) => left(h, w) - right(h, w), $"({one}-{two})"),
            2 => ((h, w) => left(h, w) * right(h, w), $"({one}*{two})"),
            3 or 4 => ((h, w) => left(h, w) / divisor, $"({one}/{divisor})"),
            5 => ((h, w) => Math.Min(left(h, w), limit), $"min({one},{limit})"),
            6 => ((h, w) => Math.Max(left(h, w), right(h, w)), $"max({one},{two})"),
            7 => ((h, w) => left(h, w) > limit ? divisor : 1, $"({one}>{limit}?{divisor}:1)"),
            _ => ((h, w) => left(h, w) % divisor, $"({one}%{divisor})"),
        };
    }
}
