using MaaS.Onnx;
using MaaS.Tests;
using MaaS.Training.Export;
using MaaS.Training.Export.Lowering;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export;

/// <summary>Names, outputs, options and errors of the exporter.</summary>
public class ExportContractTests : ExportTests
{
    private sealed class Custom(Func<Tensor, Tensor> run) : Module<Tensor, Tensor>(nameof(Custom))
    {
        public override Tensor forward(Tensor input) => run(input);
    }

    private sealed class Nested : Module<Tensor, Tensor>
    {
        private readonly Sequential stem = Sequential(("first", Linear(4, 4)), ("odd", new Custom(x => x.digamma())));

        public Nested() : base(nameof(Nested)) => RegisterComponents();

        public override Tensor forward(Tensor input) => stem.call(input);
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        private readonly Embedding embedding = Embedding(10, 4);

        public Tied() : base(nameof(Tied)) => RegisterComponents();

        public override Tensor forward(Tensor input) => F.linear(embedding.call(input), embedding.weight!);
    }

    private static OnnxExportResult ExportFunction(
        Func<Tensor, object> forward, Tensor example, OnnxExportOptions? options = null)
    {
        using var module = new Custom(static x => x);
        return OnnxExporter.Export(module, x => forward(x[0]), [example], options);
    }

    [Test]
    public void Export_OperatorWithoutLowering_NamesOperatorModulePathAndRemedy()
    {
        using var module = new Nested();
        var error = Assert.Throws<OnnxExportException>(() => OnnxExporter.Export(module, rand(2, 4)))!;
        Assert.That(error.OperatorName, Is.EqualTo("aten::digamma"));
        Assert.That(error.ModulePath, Is.EqualTo("stem.odd"));
        Assert.That(error.Message, Does.Contain("aten::digamma").And.Contain("stem.odd").And.Contain("Lowerings"));
    }

    [Test]
    public void Export_OwnLowering_IsUsed()
    {
        var options = new OnnxExportOptions
        {
            Lowerings = LoweringRegistry.Default.With(
                "aten::lgamma", static call => call.Return(call.Node("Sinh", [call.Tensor("self").Name]))),
            CheckParity = false,
        };
        Assert.That(
            Operators(ExportFunction(static x => x.lgamma(), rand(2, 4), options)), Is.EqualTo(new[] { "Sinh" }));
    }

    [Test]
    public void Export_WrongLowering_FailsParity()
    {
        var options = new OnnxExportOptions
        {
            Lowerings = LoweringRegistry.Default.With(
                "aten::exp", static call => call.Return(call.Node("Sinh", [call.Tensor("self").Name]))),
        };
        Assert.That(
            () => ExportFunction(static x => x.exp(), rand(2, 4), options),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("parity").And.Message.Contains("output"));
    }

    [Test]
    public void Export_TupleAndDictionary_GiveNamedOutputs()
    {
        var result = ExportFunction(
            static x => new Dictionary<string, Tensor> { ["logits"] = x * 2, ["mask"] = x.gt(0) }, randn(2, 4));
        Assert.That(result.Model.Outputs.Select(static o => o.Name), Is.EqualTo(new[] { "logits", "mask" }));

        result = ExportFunction(static x => (x * 2, (x + 1, x - 1)), randn(2, 4));
        Check(result);
        Assert.That(
            result.Model.Outputs.Select(static o => o.Name), Is.EqualTo(new[] { "output_0", "output_1", "output_2" }));
    }

    [Test]
    public void Export_InputOrSameTensorTwiceAsOutput_StaysValid()
    {
        var result = ExportFunction(static x => { var y = x * 2; return (x, y, y); }, randn(2, 4));
        Check(result);
        Assert.That(result.Model.Outputs, Has.Count.EqualTo(3));
    }

    [Test]
    public void Export_TiedWeights_AreStoredOnce()
    {
        using var module = new Tied();
        var result = Export(module, [randint(0, 10, [2, 3], dtype: ScalarType.Int64)]);
        Assert.That(result.Model.Graph.Initializer.Count(static t => t.Name == "embedding.weight"), Is.EqualTo(1));
    }

    [Test]
    public void Export_SizeTakenFromDynamicAxis_IsComputedNotFrozen()
    {
        var result = ExportFunction(static x => ones(2 * x.shape[0] + 1, 3) * x.mean(), randn(2, 4));
        Check(result);
        Assert.That(result.ParityRuns, Is.GreaterThanOrEqualTo(7));
    }

    [Test]
    public void Export_SizeThatCannotBeExpressed_NamesOperatorAndPath()
    {
        var error = Assert.Throws<OnnxExportException>(
            () => ExportFunction(static x => x.mean() + zeros(long.PopCount(x.shape[0]) + 2), randn(2, 4)))!;
        Assert.That(error.Message, Does.Contain("aten::zeros").And.Contain("batch").And.Contain("cannot be expressed"));
    }

    private static readonly DynamicAxes TwoAxes = new() { { "input", 0, "batch" }, { "input", 1, "length" } };

    private static Tensor Pooled(Tensor x) => F.max_pool2d(x.unsqueeze(0).unsqueeze(0), [1, 4]).mean();

    [Test]
    public void Export_SquareOfOneAxisOfTwo_IsComputed()
    {
        var result = ExportFunction(
            static x => Pooled(x) + zeros(x.shape[1] * x.shape[1]), randn(2, 5), new() { DynamicAxes = TwoAxes });
        Check(result);
        Assert.That(OnnxDimension.ShapeOf(result.Model.Outputs[0])![0].ToString(), Is.EqualTo("length*length"));
    }

    [Test]
    public void Export_SizesThatTheCallerNames_AreTheOnlyOnesCompared()
    {
        // torch runs the other branch at length 1, where no trace can be made: sizes of 1 broadcast.
        static object Forward(Tensor x) => x.shape[1] == 1 ? x : cat([x, x], 1);

        Assert.That(
            () => ExportFunction(Forward, randn(2, 5), new() { DynamicAxes = TwoAxes }),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("length 1")
                .And.Message.Contains("TraceSizes"));
        var named = new Dictionary<string, IReadOnlyList<long>> { ["length"] = [4, 6, 9] };
        Check(ExportFunction(Forward, randn(2, 5), new() { DynamicAxes = TwoAxes, TraceSizes = named }));
    }

    [Test]
    public void Export_HalfOfAnAxisThatIsAlwaysEven_IsComputed()
    {
        var named = new Dictionary<string, IReadOnlyList<long>> { ["length"] = [4, 6, 10] };
        Check(
            ExportFunction(
                static x => x.slice(1, 0, x.shape[1] / 2, 1), randn(2, 6),
                new() { DynamicAxes = TwoAxes, TraceSizes = named }));
    }

    [Test]
    public void Export_ValueReadAsIndex_FailsAsAnExportError() => Assert.That(
        () => ExportFunction(
            static x => x.select(1, x.sum([0]).argmax().item<long>()), randn(2, 5), new() { DynamicAxes = TwoAxes }),
        Throws.InstanceOf<OnnxExportException>());

    [Test]
    public void Export_ConstantTensorOfDynamicSize_SaysHowToMend()
    {
        var error = Assert.Throws<OnnxExportException>(
            () => ExportFunction(static x => x + torch.tensor(new float[x.shape[0]]).unsqueeze(1), randn(2, 4)))!;
        Assert.That(error.Message, Does.Contain("made in forward").And.Contain("arange"));
    }

    [Test]
    public void Export_LoopOverDynamicAxis_IsRefused()
    {
        Assert.That(() => ExportFunction(static x =>
        {
            var sum = x[0];
            for (long i = 1; i < x.shape[0]; i++)
            {
                sum = sum + x[i];
            }

            return sum;
        }, randn(2, 4)), Throws.InstanceOf<OnnxExportException>().With.Message.Contains("different operators"));
    }

    [Test]
    public void Export_ForwardThatThrows_ThrowsItsOwnException() => Assert.That(
        () => ExportFunction(static _ => throw new InvalidTimeZoneException("mine"), randn(2, 4)),
        Throws.InstanceOf<InvalidTimeZoneException>().With.Message.EqualTo("mine"));

    [Test]
    public void Export_RandomNumbersInForward_AreRefused() => Assert.That(
        () => ExportFunction(static x => x + randn_like(x), randn(2, 4)),
        Throws.InstanceOf<OnnxExportException>().With.Message.Contains("aten::randn_like"));

    [Test]
    public void Export_FixedAxes_KeepExampleSizes()
    {
        var result = ExportFunction(static x => x.reshape(8), randn(2, 4), new() { DynamicAxes = [] });
        Check(result);
        Assert.That(result.Model.Inputs[0].Type.TensorType.Shape.Dim[0].DimValue, Is.EqualTo(2));
    }

    [Test]
    public void Export_AxisThatCannotMove_SaysSo()
    {
        using var weights = randn(4, 3);
        Assert.That(
            // TorchSharp's matmul ends the process at a wrong size, where mm throws.
            () => ExportFunction(
                x => x.mm(weights), randn(2, 4), new() { DynamicAxes = new() { { "input", 1, "features" } } }),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("features")
                .And.Message.Contains("TraceSizes"));
    }

    [TestCase("inputs", 0), TestCase("input", 2), TestCase("input", -3)]
    public void Export_DynamicAxisThatDoesNotExist_Throws(string input, int axis) => Assert.That(
        () => ExportFunction(static x => x, randn(2, 4), new() { DynamicAxes = new() { { input, axis, "n" } } }),
        Throws.ArgumentException);

    [Test]
    public void Export_WrongNumberOfNames_Throws()
    {
        Assert.That(
            () => ExportFunction(static x => x * 2, randn(2, 4), new() { OutputNames = ["a", "b"] }),
            Throws.ArgumentException);
        Assert.That(
            () => ExportFunction(static x => x * 2, randn(2, 4), new() { InputNames = ["a", "b"] }),
            Throws.ArgumentException);
    }

    [Test]
    public void Export_Metadata_IsWritten()
    {
        var result = ExportFunction(
            static x => x * 2, randn(2, 4),
            new() { Metadata = new Dictionary<string, string> { ["licence"] = "MIT" } });
        Assert.That(result.Model.GetMetadata("licence"), Is.EqualTo("MIT"));
        Assert.That(result.Model.Proto.ProducerName, Is.EqualTo("MaaS"));
        Assert.That(result.Model.Proto.ProducerVersion, Does.Match("^[0-9]+[.][0-9]+[.][0-9]+$"));
    }

    [Test]
    public void Export_ModuleTree_IsWrittenByPath()
    {
        using var module = Sequential(("features", Sequential(Linear(4, 4), ReLU())), ("head", Linear(4, 2)));
        var modules = OnnxExporter.Export(module, randn(2, 4)).Model.GetModules();
        Assert.That(modules, Is.EquivalentTo(new Dictionary<string, string>
        {
            [""] = "Sequential",
            ["features"] = "Sequential",
            ["features.0"] = "Linear",
            ["features.1"] = "ReLU",
            ["head"] = "Linear",
        }));
    }

    [Test]
    public void Export_LinearOnSequences_KeepsStateDictNameForTransposedWeight()
    {
        using var module = Sequential(("encoder", Linear(4, 3)), ("head", Linear(3, 2)));
        var result = Export(module, [randn(2, 5, 4)]);
        Assert.That(
            result.Model.Graph.Initializer.Select(static t => t.Name), Is.EquivalentTo(module.state_dict().Keys));
        var weight = result.Model.Graph.Initializer.Single(static t => t.Name == "encoder.weight");
        Assert.That(weight.Dims, Is.EqualTo(new[] { 4L, 3L }));
        using var transposed = module.state_dict()["encoder.weight"].t().contiguous();
        Assert.That(weight.ToArray<float>(), Is.EqualTo(transposed.data<float>().ToArray()));
    }

    [Test]
    public void Export_BitwiseOnIntegers_TakesOpset18UnlessToldOtherwise()
    {
        static object Forward(Tensor x)
            => (x.bitwise_and(torch.tensor(12L)), x.bitwise_or(torch.tensor(5L)), x.bitwise_xor(torch.tensor(9L)));
        using var example = randint(0, 100, [3, 4], dtype: ScalarType.Int64);
        var raised = ExportFunction(Forward, example);
        Assert.That(Operators(raised), Is.EquivalentTo(new[] { "BitwiseAnd", "BitwiseOr", "BitwiseXor" }));
        Assert.That(raised.Model.Opset, Is.EqualTo(18));
        Assert.That(
            () => ExportFunction(Forward, example, new() { Opset = 17 }),
            Throws.InstanceOf<OnnxExportException>()
                .With.Message.Contains("needs opset 18; set OnnxExportOptions.Opset"));
    }

    [Test]
    public void Export_TwiceInALoop_LeavesNoTensorsBehind()
    {
        using var module = new Tied();
        using var example = randint(0, 10, [2, 3], dtype: ScalarType.Int64);
        OnnxExporter.Export(module, example);
        long before = LiveTensors.Settled();
        OnnxExporter.Export(module, example);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Export_Opset18_MatchesTorch()
    {
        var result = ExportFunction(static x => x.mean([1]) + x.amax([1]), randn(2, 4), new() { Opset = 18 });
        Assert.That(result.Model.Opset, Is.EqualTo(18));
        Assert.That(() => ExportFunction(static x => x, randn(2, 4), new() { Opset = 9 }), Throws.ArgumentException);
    }
}
