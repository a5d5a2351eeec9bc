using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Training.Export.Sizes;

namespace MaaS.Training.Tests.Export.Sizes;

/// <summary>Numbers that C# computes from two axes, found again from what they were at the sizes that were
/// chosen.</summary>
public sealed class SizeFitTests
{
    private static readonly long[] Divisors = [2, 3, 4, 5, 7, 8, 16, 32];

    private static TestCaseData Case(string name, Func<long, long, long> number, string expected) =>
        new TestCaseData(number, expected).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Everyday =>
    [
        Case("half", static (h, _) => h / 2, "h/2"),
        Case("other half", static (h, _) => h - (h / 2), "(h+1)/2"),
        Case("up to a multiple", static (h, _) => ((h + 31) / 32 * 32) - h, "32*((h+31)/32)-h"),
        Case("half of what is missing", static (h, _) => (((h + 31) / 32 * 32) - h) / 2, "((h+31)/32*32-h)/2"),
        Case("remainder", static (h, _) => h % 7, "h%7"),
        Case("floors in floors", static (h, _) => h / 2 / 2 / 2, "h/8"),
        Case("difference of floors", static (h, _) => (h / 4) - (2 * (h / 8)), "h/4%2"),
        Case("product", static (h, w) => h * w, "h*w"),
        Case("product of halves", static (h, w) => h / 2 * (w / 2), "h/2*(w/2)"),
        Case("triangle", static (h, _) => h * (h - 1) / 2, "(h*h-h)/2"),
        Case("cut towards zero", static (h, _) => (h - 20) / 3, "(h-20)/3"),
        Case("the dividend's sign", static (h, _) => (h - 20) % 3, "(h-20)%3"),
        Case("difference of axes", static (h, w) => (w - h) / 2, "0-(h-w)/2"),
        Case("to a square", static (h, w) => Math.Max(h, w) - h, "max(w-h, 0)"),
        Case("sum of halves", static (h, w) => (h / 2) + (w / 2), "w/2+h/2"),
        Case("at most", static (h, _) => Math.Min(h, 50), "min(h, 50)"),
    ];

    [TestCaseSource(nameof(Everyday))]
    public void Find_EverydayArithmetic_IsThatExpression(Func<long, long, long> number, string expected)
    {
        foreach (long example in (long[])[4, 28, 224])
        {
            Assert.That(Find(number, example, example + 3)?.ToString(), Is.EqualTo(expected), $"example {example}");
        }
    }

    [Test]
    public void Find_WhatHasNoForm_IsNull()
    {
        Assert.That(Find(static (h, _) => (long)Math.Sqrt(h), 28, 30), Is.Null);
        Assert.That(Find(static (h, _) => h % 10 == 3 ? h : h / 2, 28, 30), Is.Null);
        Assert.That(Find(static (h, w) => (h * 31 % 17) + (w * 13 % 11), 28, 30), Is.Null);
    }

    [Test]
    public void Find_SizesInSteps_DividesExactlyWhereEveryStepDoes()
    {
        // A module that takes multiples of 16 alone never sees another size.
        Assert.That(Find(static (h, _) => h / 2, 64, 64, step: 16)?.ToString(), Is.EqualTo("h/2"));
        Assert.That(Find(static (h, _) => h / 32, 64, 64, step: 16)?.At(static _ => 48), Is.EqualTo(1));
    }

    [Test]
    public void Find_RandomExpressions_AreRightAtUnseenSizesOrNotFound()
    {
        int found = 0;
        for (int seed = 0; seed < 80; seed++)
        {
            var random = new Random(seed);
            var number = Expression(random, 2);
            if (Find(number, random.Next(2, 40), random.Next(2, 40)) is not { } expression)
            {
                continue;
            }

            found++;
            for (int i = 0; i < 20; i++)
            {
                long h = random.Next(2, 200), w = random.Next(2, 200);
                Assert.That(
                    expression.At(axis => axis.Symbol == "h" ? h : w), Is.EqualTo(number(h, w)),
                    $"seed {seed}: {expression} at {h}, {w}");
            }
        }
        Assert.That(found, Is.GreaterThan(60));
    }

    [TestCase(-7, 2), TestCase(7, 2), TestCase(-1, 3), TestCase(-9, 3), TestCase(0, 5), TestCase(-123456789012, 97)]
    public void DivAndMod_OnInt64InOnnxRuntime_RoundAsCSharpDoes(long left, long right)
    {
        var graph = new GraphBuilder("rounding");
        string a = graph.AddInput("a", TensorProto.Types.DataType.Int64, [1]);
        graph.AddOutput(graph.Node("Div", [a, graph.Ints(right)]), TensorProto.Types.DataType.Int64, [1]);
        graph.AddOutput(graph.Node("Mod", [a, graph.Ints(right)], ("fmod", 1)), TensorProto.Types.DataType.Int64, [1]);
        using var runner = new OnnxRunner(graph.Build());
        var results = runner.Run([OnnxTensor.Create<long>("a", [left], 1)]);
        Assert.That(results[0].ToInt64Array(), Is.EqualTo(new[] { left / right }));
        Assert.That(results[1].ToInt64Array(), Is.EqualTo(new[] { left % right }));
    }

    [Test]
    public void Expression_BeyondInt64_Throws()
    {
        var axis = new SizeExpression.Measured("x", 0, 1L << 40, "n");
        Assert.That(() => (axis * axis).At(0), Throws.InstanceOf<OverflowException>());
    }

    private static SizeExpression? Find(Func<long, long, long> number, long h, long w, long step = 1) =>
        new SimulatedModule(number, step).Find(h, w);

    private static Func<long, long, long> Expression(Random random, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            long number = random.Next(1, 10);
            return random.Next(5) switch
            {
                0 or 1 => static (h, _) => h,
                2 => (_, _) => number,
                _ => static (_, w) => w,
            };
        }
        var left = Expression(random, depth - 1);
        var right = Expression(random, depth - 1);
        long divisor = Divisors[random.Next(Divisors.Length)];
        return random.Next(6) switch
        {
            0 => (h, w) => left(h, w) + right(h, w),
            1 => (h, w) => left(h, w) - right(h, w),
            2 => (h, w) => left(h, w) * right(h, w),
            3 or 4 => (h, w) => left(h, w) / divisor,
            _ => (h, w) => left(h, w) % divisor,
        };
    }
}
