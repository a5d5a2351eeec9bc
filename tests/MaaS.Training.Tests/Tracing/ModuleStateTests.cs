using MaaS.Training.Export;
using MaaS.Training.Pruning;
using MaaS.Training.Tracing;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Tracing;

/// <summary>Weights that a module holds without registering them.</summary>
public class ModuleStateTests
{
    private sealed class Holder : Module<Tensor, Tensor>
    {
        private readonly Linear registered = Linear(4, 4);
        private readonly List<Linear> layers = [];
        private readonly Tensor? weight;
        private readonly Func<Tensor, Tensor>? function;

        public Holder(Tensor? weight = null, Linear? layer = null, Func<Tensor, Tensor>? function = null)
            : base(nameof(Holder))
        {
            RegisterComponents();
            this.weight = weight;
            this.function = function;
            if (layer is not null)
            {
                layers.Add(layer);
            }
        }

        public override Tensor forward(Tensor input)
        {
            var result = registered.call(input);
            result = weight is null ? result : result.matmul(weight);
            result = layers.Count == 0 ? result : layers[0].call(result);
            return function is null ? result : function(result);
        }
    }

    [Test]
    public void Export_ParameterInAField_IsRefusedByName()
    {
        using var holder = new Holder(weight: randn(4, 4, requires_grad: true));

        Assert.That(
            () => OnnxExporter.Export(holder, randn(2, 4)),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("weight").And.Message.Contains(
                "RegisterComponents"));
    }

    [Test]
    public void Export_LayersInAList_AreRefusedByName()
    {
        using var layer = Linear(4, 4);
        using var holder = new Holder(layer: layer);

        Assert.That(
            () => OnnxExporter.Export(holder, randn(2, 4)),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("layers[0].weight").And.Message.Contains(
                "layers[0].bias"));
    }

    [Test]
    public void Export_WeightThatALambdaCaptured_IsRefusedByName()
    {
        var captured = randn(4, 4, requires_grad: true);
        using var holder = new Holder(function: x => x.matmul(captured));

        Assert.That(
            () => OnnxExporter.Export(holder, randn(2, 4)),
            Throws.InstanceOf<OnnxExportException>().With.Message.Contains("function.captured"));
    }

    [Test]
    public void Export_ConstantInAField_IsAnInitializer()
    {
        using var holder = new Holder(weight: randn(4, 4));

        Assert.That(OnnxExporter.Export(holder, randn(2, 4)).ParityMaxAbs, Is.LessThan(1e-4));
    }

    [Test]
    public void Prune_ParameterInAField_IsRefusedInPruningsOwnWords()
    {
        using var holder = new Holder(weight: randn(4, 4, requires_grad: true));

        Assert.That(
            () => new Pruner(holder, randn(2, 4)).Analyze(),
            Throws.InstanceOf<PruningException>().With.Message.Contains("pruning:").And.Message.Contains("weight")
                .And.InnerException.InstanceOf<TracingException>());
    }

    [Test]
    public void Of_TiedWeights_AppearOnceUnderTheirFirstName()
    {
        using var first = Linear(4, 4);
        using var second = Linear(4, 4);
        second.weight = first.weight;
        using var both = Sequential(("first", first), ("second", second));

        Assert.That(ModuleState.Of(both).Select(static pair => pair.Name),
            Is.EqualTo(new[] { "first.weight", "first.bias", "second.bias" }));
    }
}
