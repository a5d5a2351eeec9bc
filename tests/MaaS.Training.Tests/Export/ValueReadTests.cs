using MaaS.Onnx;
using MaaS.Tests;
using MaaS.Training.Export;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Export;

/// <summary>Forwards that depend on values outside of torch's operators: nothing of them is frozen silently.</summary>
public class ValueReadTests : ExportTests
{
    private sealed class Step(Func<Tensor, Tensor> function) : Module<Tensor, Tensor>(nameof(Step))
    {
        public override Tensor forward(Tensor input) => function(input);
    }

    private sealed class Outer : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> step;
        private readonly TorchSharp.Modules.ModuleList<Module<Tensor, Tensor>> parts;

        public Outer(Module<Tensor, Tensor> step, params Module<Tensor, Tensor>[] parts)
            : base(nameof(Outer))
        {
            (this.step, this.parts) = (step, ModuleList(parts));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => step.call(input + 0);
    }

    // The step runs inside, so that a refusal has a path to name.
    private static Outer Nested(Func<Tensor, Tensor> forward, params Module<Tensor, Tensor>[] parts) =>
        new(new Step(forward), parts);

    [OneTimeTearDown]
    public void Settle() => LiveTensors.Settled();

    private static Tensor Halved(Tensor x)
    {
        var n = 0;
        while (x.norm().item<float>() > 0.5 && n++ < 20)
        {
            x = x / 2;
        }

        return x;
    }

    [Test]
    public void Export_LoopOverANorm_IsRefusedForEverySeed([Range(1, 50)] int seed)
    {
        manual_seed(seed);
        using var module = Nested(Halved);

        Assert.That(
            () => OnnxExporter.Export(module, randn(2, 4)),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("Tensor.item").And.Message.Contains("step")
                .And.Message.Contains("AllowValueReads"));
    }

    [Test]
    public void Export_BranchOverTheLargest_IsRefusedForEverySeed([Range(1, 50)] int seed)
    {
        manual_seed(seed);
        using var a = Linear(4, 3);
        using var b = Linear(4, 3);
        using var module = Nested(x => x.max().item<float>() > 100 ? a.call(x) : b.call(x), a, b);

        var refusal = Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(module, randn(2, 4)))!;

        // max has no form without values: the branch shows in other values, at the first operator that differs.
        Assert.That(refusal.Message, Does.Contain("AllowValueReads"));
        Assert.That(refusal.ModulePath, Does.StartWith("parts."));
    }

    private static TestCaseData Read(string name, Func<Tensor, Tensor> forward, string reads) =>
        new TestCaseData(forward, reads).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Reads =>
    [
        Read("item", static x => x * x.sum().item<float>(), "Tensor.item"),
            Read("element", static x => x * x[0, 0].item<float>(), "Tensor.item"),
        Read("data", static x => x * x.sum().data<float>()[0], "Tensor.data"),
            Read("bytes", static x => x * x.contiguous().bytes[0], "Tensor.get_bytes"),
        Read("printing", static x => x.ToString(TorchSharp.TensorStringStyle.Numpy).Length > 0 ? x : -x, "aten::item"),
        Read("unused", static x => x.sum().data<float>()[0] > 1e9 ? x : -x, "Tensor.data"),
        Read("ToSingle", static x => x * x.sum().ToSingle(), "aten::item"),
        Read("ToBoolean", static x => x.sum().gt(0).ToBoolean() ? x : -x, "aten::item"),
        Read("cast", static x => (bool)x.sum().gt(0) ? x : -x, "aten::item"),
        Read("equal", static x => x.Equals(x + 1) ? x : -x, "aten::equal"),
        Read("allclose", static x => x.allclose(x + 1) ? x : -x, "aten::allclose"),
        Read("is_nonzero", static x => x.sum().is_nonzero() ? x : -x, "aten::is_nonzero"),
    ];

    [TestCaseSource(nameof(Reads))]
    public void Export_ForwardThatReads_SaysWhat(Func<Tensor, Tensor> forward, string reads)
    {
        using var module = Nested(forward);

        Assert.That(
            () => OnnxExporter.Export(module, randn(2, 4)),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains(reads).And.Message.Contains("step"));
    }

    private static IEnumerable<TestCaseData> Unseen =>
    [
        // A constant on the CPU keeps these from running without values.
        Read("data", static x => (x + ones(4)) * x.sum().data<float>()[0], "aten::mul"),
        Read("array", static x => x + ones(4) + tensor(x.mean([0]).data<float>().ToArray()), "aten::add"),
        Read("branch", static x => (x + ones(4)).sum().data<float>()[0] > 5000 ? x.relu() : x.sigmoid(), "aten::"),
        Read("nonzero_count", static x => x * x.nonzero().shape[0], "aten::mul"),
        Read("random", static x => x * Random.Shared.NextSingle(), "aten::mul"),
    ];

    [TestCaseSource(nameof(Unseen))]
    public void Export_ForwardThatReadsWithoutAnOperator_IsFoundByOtherValues(Func<Tensor, Tensor> forward, string at)
    {
        using var module = Nested(forward);

        Assert.That(
            () => OnnxExporter.Export(module, ones(2, 4), new() { DynamicAxes = [] }),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains(at).And.Message.Contains("step"));
    }

    [Test]
    public void Export_AllowedRead_WarnsInResultLogAndMetadata()
    {
        var logged = new List<string>();
        using var module = Nested(static x => x * (x.sum().item<float>() > 1e30 ? 2 : 3));

        var result = Export(module, [randn(2, 4)], new() { AllowValueReads = true, OnWarning = logged.Add });

        Assert.That(result.Warnings, Has.Count.EqualTo(1).And.Some.Contains("Tensor.item").And.Some.Contains("step"));
        Assert.That(logged, Is.EqualTo(result.Warnings));
        Assert.That(result.Model.GetWarnings(), Is.EqualTo(result.Warnings));
    }

    [Test]
    public void Export_AllowedBranch_WarnsThatItIsWrongForOtherValues()
    {
        using var module = Nested(static x => x.max().item<float>() > 50 ? x * 2 : x);

        var result =
            OnnxExporter.Export(module, randn(2, 4), new() { AllowValueReads = true, OnWarning = static _ => { } });

        Assert.That(result.Warnings, Has.Some.Contains("10,000"));
    }

    [Test]
    public void Export_PlainForward_HasNoWarnings()
    {
        using var module = Nested(static x => x.relu());

        var result = Export(module, [randn(2, 4)]);

        Assert.That(result.Warnings, Is.Empty);
        Assert.That(result.Model.GetWarnings(), Is.Null);
        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(6), "sizes, and zeros, N(0, 1), 100·N(0, 1)");
    }
}
