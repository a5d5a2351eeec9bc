using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Training.Export;
using MaaS.Training.Tracing;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export.Sizes;

/// <summary>Forwards that compute with sizes: what is exported is right at sizes that tracing never saw.</summary>
public sealed class SizesTests : ExportTests
{
    private const int UnseenSizes = 20;

    private DisposeScope? _scope;

    [SetUp]
    public void OpenScope() => _scope = NewDisposeScope();

    [TearDown]
    public void CloseScope() => _scope?.Dispose();

    private static readonly DynamicAxes HeightAndWidth = new()
    {
        { "input", 0, "batch" }, { "input", 2, "height" }, { "input", 3, "width" },
    };

    private static readonly DynamicAxes TwoAxes = new() { { "input", 0, "batch" }, { "input", 1, "length" } };

    private static TestCaseData Case(string name, Func<Tensor, object> forward)
        => new TestCaseData(forward).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Everyday =>
    [
        Case("half", static x => x.slice(1, 0, x.shape[1] / 2, 1)),
        Case("half and one", static x => x.sum() + zeros((x.shape[1] / 2) + 1)),
        Case("other half", static x => x.slice(1, x.shape[1] - (x.shape[1] / 2), x.shape[1], 1)),
        Case("multiple of 32", static x => F.pad(x, [0, ((x.shape[1] + 31) / 32 * 32) - x.shape[1]])),
        Case("both sides", static x => F.pad(x, [(64 - (x.shape[1] % 64)) / 2, (64 - (x.shape[1] % 64) + 1) / 2])),
        Case("remainder", static x => x.sum() + zeros((x.shape[1] % 7) + 1)),
        Case("remainder of two", static x => x.sum() + zeros((x.shape[1] % 3) + (x.shape[0] % 2) + 1)),
        Case("quotient and remainder", static x => x.sum() + zeros((x.shape[1] / 4) + 1, (x.shape[1] % 4) + 1)),
        Case("three quarters", static x => x.slice(1, 0, 3 * x.shape[1] / 4, 1)),
        Case("product", static x => x.flatten() * arange(x.shape[0] * x.shape[1])),
        Case("cube", static x => x.sum() + zeros(x.shape[1], x.shape[1], 1).reshape(x.shape[1] * x.shape[1])),
        Case("triangle", static x => x.sum() + zeros(x.shape[1] * (x.shape[1] - 1) / 2)),
        Case("minimum", static x => x.sum() + zeros(Math.Min(x.shape[1], 9))),
        Case("maximum", static x => x.sum() + zeros(Math.Max(x.shape[1], 20))),
        Case("linspace", static x => x * linspace(-1, 1, x.shape[1])),
        Case("arange", static x => x + arange(x.shape[1] - 1, -1, -1)),
        Case("pooled", static x => F.max_pool2d(x.unsqueeze(0), [1, 2]).sum(2, keepdim: true) + x.sum()),
        Case("strided", static x => x.slice(1, 0, x.shape[1], 3)),
        Case("scale of a size", static x => x / (float)x.shape[1]),
        Case("root of a size", static x => x / Math.Sqrt(x.shape[1])),
        Case("step of a size", static x => x * (1.0 / (x.shape[1] - 1))),
        Case("two over a size less one", static x => (x * (2.0 / (x.shape[1] - 1))) - 1),
        Case("one over the root of a size", static x => x * (1.0 / Math.Sqrt(x.shape[1]))),
        Case("ratio of sizes", static x => x * ((double)x.shape[0] / x.shape[1])),
        Case("root of a half", static x => x * Math.Sqrt(x.shape[1] / 2)),
        Case("tensor of a real size", static x => x + torch.tensor(0.3 * x.shape[1]).to(ScalarType.Float32)),
        Case("filled with a size", static x => x + full(x.shape[1], x.shape[1] / 3)),
        Case("negative quotient", static x => x.sum() + zeros(((x.shape[0] - x.shape[1]) / 3) + x.shape[1])),
        Case("negative remainder", static x => x.sum() + zeros(((x.shape[0] - x.shape[1]) % 4) + 4)),
        Case(
            "three floors",
            static x => x.sum() + zeros((x.shape[1] / 2 / 2 / 2) + 1, x.shape[1] - (8 * (x.shape[1] / 8)) + 1)),
        Case("unfold", static x => x.unfold(1, 3, 2)),
        Case("unfold in front", static x => x.t().unfold(0, 2, 3)),
        Case("adaptive mean", static x => F.adaptive_avg_pool1d(x.unsqueeze(1), 4)),
        Case("adaptive mean of an image", static x => F.adaptive_avg_pool2d(x.unsqueeze(0).unsqueeze(0), (3, 5))),
        Case("adaptive mean to half", static x => F.adaptive_avg_pool1d(x.unsqueeze(1), (x.shape[1] / 2) + 1)),
        Case("adaptive maximum", static x => F.adaptive_max_pool1d(x.unsqueeze(1), 4)),
        Case("adaptive maximum of an image", static x => F.adaptive_max_pool2d(x.unsqueeze(0).unsqueeze(0), [2, 3])),
        Case(
            "places of maxima",
            static x => F.max_pool2d_with_indices(x.unsqueeze(0).unsqueeze(0), [1, 3], [1, 2]).Item2),
        Case(
            "resized to a half",
            static x => F.interpolate(x.unsqueeze(0).unsqueeze(0), [x.shape[0], (x.shape[1] / 2) + 1])),
        Case("resized to a third, linear", static x => F.interpolate(
            x.unsqueeze(0).unsqueeze(0), [x.shape[0], (x.shape[1] / 3) + 1], mode: InterpolationMode.Bilinear)),
        Case(
            "split in halves",
            static x => cat(x.split([x.shape[1] / 2, x.shape[1] - (x.shape[1] / 2)], 1).Reverse().ToArray(), 1)),
        Case("narrow", static x => x.narrow(1, x.shape[1] / 3, x.shape[1] / 3)),
        Case("expand", static x => x.unsqueeze(0).expand((x.shape[1] / 4) + 1, -1, -1)),
        Case(
            "windows",
            static x => F.pad(x, [0, (4 - (x.shape[1] % 4)) % 4]) is var p ? p.view(p.shape[0], p.shape[1] / 4, 4) : p),
    ];

    [TestCaseSource(nameof(Everyday))]
    public void Export_EverydayArithmetic_IsRightAtUnseenSizes(Func<Tensor, object> forward)
    {
        var result = ExportFunction(forward, randn(2, 11), new() { DynamicAxes = TwoAxes });
        AssertAgrees(result, forward, static random => randn(random.Next(1, 9), random.Next(3, 150)));
    }

    [Test]
    public void Export_BranchOnASize_IsRefused([Values(20, 100, 250)] long threshold) => Assert.That(
        () => ExportFunction(
            x => x.shape[1] > threshold ? x * 2 : x + 1, randn(2, 11), new OnnxExportOptions { DynamicAxes = TwoAxes }),
        Throws.InstanceOf<OnnxExportException>());

    [Test]
    public void Export_AxisThatForwardTakesAtOneSizeAlone_SaysWhyInOneLine()
    {
        using var weights = randn(11, 3);
        var error = Assert.Throws<OnnxExportException>(
            () => ExportFunction(x => x.mm(weights), randn(2, 11), new OnnxExportOptions { DynamicAxes = TwoAxes }))!;
        Assert.That(
            error.Message, Does.Contain("length").And.Contain("cannot be multiplied").And.Not.Contain("frame #"));
    }

    private static IEnumerable<TestCaseData> FixedNearTheExample =>
    [
        Case("a limit far above", static x => x.slice(1, 0, Math.Min(x.shape[1], 700), 1)),
        Case("a quotient that is 1", static x => x.sum() + zeros((x.shape[1] + 511) / 512)),
        Case("a branch far above", static x => x.sum() + zeros(x.shape[1] > 1000 ? 2 : 1)),
        Case("a branch of operators", static x => x.shape[1] > 1000 ? F.relu(x) : F.silu(x)),
        Case("a maximum far above", static x => x.sum() + zeros(Math.Max(x.shape[1], 1500))),
        Case("a remainder that is the size", static x => x.sum() + zeros((x.shape[1] % 1009) + 1)),
    ];

    [TestCaseSource(nameof(FixedNearTheExample))]
    public void Export_NumberThatMovesFarFromTheExample_IsRightThereOrRefused(Func<Tensor, object> forward)
    {
        using var module = new Weighted(x => (Tensor)forward(x));
        OnnxExportResult result;
        try
        {
            result = Export(module, [randn(2, 6)], new() { DynamicAxes = TwoAxes });
        }
        catch (OnnxExportException refusal)
        {
            Assert.That(refusal.Message, Does.Contain("dynamic axes").Or.Contain("differ"));
            return;
        }

        long[] lengths = [2, 511, 512, 513, 699, 701, 1000, 1001, 1009, 1499, 1501, 3000];
        int next = 0;
        AssertAgrees(result, x => module.call(x), _ => randn(3, lengths[next++ % lengths.Length]));
    }

    // A module with weights and operators that libtorch has no form of on the device meta.
    private sealed class Weighted : nn.Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _then;
        private readonly TorchSharp.Modules.Conv1d _conv = nn.Conv1d(1, 1, 3, padding: 1);

        public Weighted(Func<Tensor, Tensor> then)
            : base(nameof(Weighted))
        {
            _then = then;
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => _then(F.relu(_conv.call(input.unsqueeze(1)).squeeze(1)));
    }

    [Test]
    public void Export_UNetThatPadsWhatPoolingCut_IsRightAtEveryHeightAndWidth()
    {
        using var net = new PaddedUNet();
        var result = Export(net, [randn(2, 3, 20, 24)], new() { DynamicAxes = HeightAndWidth });
        net.eval();
        AssertAgrees(
            result, x => net.call(x),
            static random => randn(random.Next(1, 3), 3, random.Next(4, 70), random.Next(4, 70)));
    }

    [Test]
    public void Export_PaddedToAMultiple_IsRightAtEveryHeightAndWidth()
    {
        using var net = new MultipleOf32();
        var result = Export(net, [randn(2, 1, 40, 33)], new() { DynamicAxes = HeightAndWidth });
        AssertAgrees(
            result, x => net.call(x),
            static random => randn(random.Next(1, 3), 1, random.Next(1, 150), random.Next(1, 150)));
    }

    [Test]
    public void Export_RandomExpressionsOfSizes_AreRightAtUnseenSizesOrRefused([Range(0, 59)] int seed)
    {
        var random = new Random(seed);
        var expression = RandomExpression(random, depth: 2);
        object Forward(Tensor x)
            => x.sum() + zeros(Math.Clamp(Math.Abs(expression(x.shape[0], x.shape[1])), 0, 5000) + 1);
        try
        {
            var result = ExportFunction(Forward, randn(3, 12), new() { DynamicAxes = TwoAxes });
            AssertAgrees(result, Forward, static r => randn(r.Next(1, 40), r.Next(2, 130)));
        }
        catch (OnnxExportException refusal)
        {
            Assert.That(refusal.Message, Does.Contain("cannot be expressed").Or.Contain("TraceSizes"), $"seed {seed}");
        }
    }

    [Test]
    public void Export_SizesWhoseProductOverflows_NamesThem()
    {
        var error = Assert.Catch(() => ExportFunction(
            static x => x.sum() + zeros(x.shape[1] * 3_000_000_000, x.shape[1] * 3_000_000_000), randn(2, 11),
            new() { DynamicAxes = TwoAxes }))!;
        Assert.That(error.Message, Does.Contain("33000000000").Or.Contain("overflow"));
    }

    [Test]
    public void Export_TraceSizesWhoseProductOverflows_AreNamed() => Assert.That(
        () => ExportFunction(static x => x * 2, randn(2, 11), new()
        {
            DynamicAxes = TwoAxes,
            TraceSizes = new Dictionary<string, IReadOnlyList<long>>
            {
                ["batch"] = [4_000_000_000, 3],
                ["length"] = [5_000_000_000, 3],
            },
        }),
        Throws.ArgumentException.With.Message.Contains("(4000000000, 5000000000)").And.Message.Contains("TraceSizes"));

    private static Func<long, long, long> RandomExpression(Random random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            return random.Next(2) == 0 ? static (_, n) => n : static (b, _) => b;
        }

        var left = RandomExpression(random, depth - 1);
        long number = random.Next(2, 17);
        var right = RandomExpression(random, depth - 1);
        return random.Next(7) switch
        {
            0 => (b, n) => left(b, n) / number,
            1 => (b, n) => left(b, n) % number,
            2 => (b, n) => left(b, n) + number,
            3 => (b, n) => left(b, n) - right(b, n),
            4 => (b, n) => (left(b, n) + number - 1) / number * number,
            5 => (b, n) => left(b, n) + right(b, n),
            _ => (b, n) => left(b, n) * (number % 4),
        };
    }

    private static OnnxExportResult ExportFunction(
        Func<Tensor, object> forward, Tensor example, OnnxExportOptions options)
    {
        using var module = nn.Identity();
        return OnnxExporter.Export(module, x => forward(x[0]), [example], options);
    }

    private static void AssertAgrees(OnnxExportResult result, Func<Tensor, object> forward, Func<Random, Tensor> input)
    {
        using var runner = new OnnxRunner(result.Model);
        using var noGrad = no_grad();
        var random = new Random(7);
        var isRead = result.Model.Inputs.Count > 0;
        for (var i = 0; i < UnseenSizes; i++)
        {
            using var scope = NewDisposeScope();
            var x = input(random);
            Tensor expected;
            try
            {
                expected = (Tensor)forward(x);
            }
            catch (Exception refusal) when (refusal is System.Runtime.InteropServices.ExternalException or ArgumentException)
            {
                continue;   // torch itself refuses this size.
            }

            TensorProto[] feeds = isRead ? [TorchTensorReader.Read(x, "input")] : [];
            var actual = runner.Run(feeds)[0];
            var where = $"at ({string.Join(", ", x.shape)})";
            Assert.That(actual.Dims, Is.EqualTo(expected.shape), where);
            var difference = ParityCheck.Difference(TorchTensorReader.Read(expected, ""), actual);
            Assert.That(
                difference,
                Is.LessThanOrEqualTo(
                    1e-4 * Math.Max(
                        1, expected.numel() == 0 ? 0 : expected.abs().max().to(ScalarType.Float32).item<float>())),
                        where);
        }
    }
}
