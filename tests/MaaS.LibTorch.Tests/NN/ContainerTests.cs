using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.LibTorch.Tests.NN;

public class ContainerTests
{
    [Test]
    public void Sequential_Slices_KeepNamesAndModules()
    {
        using var net = Sequential(("in", Linear(2, 3)), ("act", ReLU()), ("out", Linear(3, 1)));
        Assert.That(net.Count, Is.EqualTo(3));
        Assert.That(net[1..].named_children().Select(c => c.name), Is.EqualTo(new[] { "act", "out" }));
        Assert.That(net[(null, 1)][0], Is.SameAs(net[0]));
        Assert.That(net.append(Linear(1, 1)).named_children().Last().name, Is.EqualTo("3"));
        Assert.That(() => net[(0, 9)], Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Sequential_ModulesThatReturnTheirInput_LeaveTheCallersTensorAlone()
    {
        using var scope = NewDisposeScope();
        using var net = Sequential(new Same(), ReLU(inplace: true), new Same());
        var x = ones(2);
        Assert.That(net.call(x).sum().item<float>(), Is.EqualTo(2));
        Assert.That(x.IsInvalid, Is.False);
        Assert.That(Sequential().call(x).IsInvalid, Is.False);
    }

    [Test]
    public void ListsAndDictionaries_AsFields_GiveKeys()
    {
        using var scope = NewDisposeScope();
        using var net = new Holder();
        Assert.That(net.state_dict().Keys, Is.EquivalentTo(new[]
        {
            "layers.0.weight", "layers.1.weight", "named.a.weight", "parameters_.0", "parameters_.1", "table.k",
        }));
        net.to(ScalarType.Float64);
        Assert.That(net.parameters().Select(p => p.dtype), Is.All.EqualTo(ScalarType.Float64));
        Assert.That(net.parameters().Select(p => p.IsInvalid), Is.All.False);
    }

    [Test]
    public void ParametersToVector_AndBack_Agree()
    {
        using var scope = NewDisposeScope();
        using var net = Linear(2, 3);
        var vector = nn.utils.parameters_to_vector(net.parameters());
        Assert.That(vector.shape, Is.EqualTo(new[] { 9L }));
        nn.utils.vector_to_parameters(Fixture.Ramp([9]), net.parameters());
        Assert.That(net.bias!.data<float>().ToArray(), Is.EqualTo(new[] { 0.5f, 0.75f, 1f }).Within(1e-6));
        Assert.That(() => nn.utils.vector_to_parameters(ones(8), net.parameters()), Throws.ArgumentException);
    }

    // PyTorch: the norm of (3, 4) and (12) is 13.
    [Test]
    public void ClipGrad_ByNormAndValue_ChangesGradientsInPlace()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [Parameter(zeros(2)), Parameter(zeros(1)), Parameter(zeros(1))];
        parameters[0].grad = tensor(new[] { 3f, 4f });
        parameters[1].grad = tensor(new[] { 12f });
        Assert.That(nn.utils.clip_grad_norm_(parameters, 6.5), Is.EqualTo(13).Within(1e-5));
        Assert.That(parameters[0].grad!.data<float>().ToArray(), Is.EqualTo(new[] { 1.5f, 2f }).Within(1e-5));
        Assert.That(nn.utils.clip_grad_norm_(parameters, 100, double.PositiveInfinity), Is.EqualTo(6).Within(1e-5));
        nn.utils.clip_grad_value_(parameters, 1.75);
        Assert.That(parameters[0].grad!.data<float>().ToArray(), Is.EqualTo(new[] { 1.5f, 1.75f }).Within(1e-5));
    }

    private sealed class Same() : nn.Module<Tensor, Tensor>(nameof(Same))
    {
        public override Tensor forward(Tensor input) => input;
    }

    private sealed class Holder : nn.Module<Tensor, Tensor>
    {
        private readonly ModuleList<Linear> layers = ModuleList(Linear(2, 2, false), Linear(2, 2, false));
        private readonly ModuleDict<Linear> named = ModuleDict(("a", Linear(2, 2, false)));
        private readonly ParameterList parameters_ = ParameterList(Parameter(zeros(1)), Parameter(zeros(2)));
        private readonly ParameterDict table = ParameterDict(("k", Parameter(zeros(3))));

        public Holder() : base(nameof(Holder)) => RegisterComponents();

        public override Tensor forward(Tensor input) => named["a"].call(layers[1].call(layers[0].call(input))).add(parameters_[0]).add(table["k"].sum());
    }
}
