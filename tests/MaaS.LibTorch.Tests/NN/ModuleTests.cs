using MaaS.Tests;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.LibTorch.Tests.NN;

public class ModuleTests
{
    [Test]
    public void RegisterComponents_Fields_NamesThemAsTorchSharpDoes()
    {
        using var net = new Net();
        Assert.That(net.state_dict().Keys, Is.EqualTo(new[]
        {
            "scale", "first.weight", "first.bias", "inner.0.weight", "inner.0.bias", "inner.1.weight", "inner.1.bias", "renamed.weight",
            "offset", "inner.1.running_mean", "inner.1.running_var", "inner.1.num_batches_tracked",
        }));
        Assert.That(net.named_modules().Select(m => m.name), Is.EqualTo(new[] { "first", "inner", "renamed", "inner.0", "inner.1" }));
        Assert.That(net.named_children().Select(m => m.name), Is.EqualTo(new[] { "first", "inner", "renamed" }));
        Assert.That(net.named_buffers().Select(b => b.name), Does.Contain("cache"));
        Assert.That(net.has_parameter("inner.1.weight") && net.has_buffer("inner.1.running_var") && !net.has_parameter("inner.7.weight"));
        Assert.That(net.get_parameter("first.weight"), Is.SameAs(((Linear)net.children().First()).weight));
    }

    [Test]
    public void RegisterModule_BadOrTakenName_Throws()
    {
        using var net = new Net();
        using var layer = Linear(1, 1);
        Assert.That(() => net.register_module("a.b", layer), Throws.ArgumentException);
        Assert.That(() => net.register_module("", layer), Throws.ArgumentException);
        Assert.That(() => net.register_module("first", layer), Throws.InvalidOperationException);
        Assert.That(() => ReLU().register_module("layer", layer), Throws.InvalidOperationException);
    }

    [Test]
    public void To_SharedParameter_StaysShared()
    {
        using var first = Linear(3, 3, false);
        using var second = Linear(3, 3, false);
        second.weight = first.weight;
        using var list = ParameterList(first.weight);
        using var net = ModuleList<Module>(first, second, list);
        using var tree = new Tree(net);
        var before = first.weight.detach().@double();
        tree.@double();
        Assert.That(first.weight.dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(second.weight, Is.SameAs(first.weight));
        Assert.That(list[0], Is.SameAs(first.weight));
        Assert.That(tree.parameters().Count(), Is.EqualTo(1));
        Assert.That(first.weight.equal(before).all().ToBoolean());
    }

    [Test]
    public void LoadStateDict_ShapeThatBroadcasts_ThrowsAndCopiesNothing()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(3, 2);
        var (weight, bias) = (layer.weight.detach().clone(), layer.bias!.detach().clone());
        var source = new Dictionary<string, Tensor> { ["bias"] = ones(2), ["weight"] = ones(1, 3) };
        Assert.That(() => layer.load_state_dict(source), Throws.InvalidOperationException.With.Message.Contains("weight: expected (2, 3), got (1, 3)"));
        Assert.That(layer.weight.allclose(weight) && layer.bias!.allclose(bias));
    }

    private sealed class Tree : Module
    {
        public Tree(Module child) : base(nameof(Tree)) => register_module("child", child);
    }

    [Test]
    public void Train_AndEval_ReachEveryChild()
    {
        using var net = new Net();
        Assert.That(net.training);
        net.eval();
        Assert.That(net.modules().Any(m => m.training) || net.training, Is.False);
        net.train();
        Assert.That(net.modules().All(m => m.training) && net.training);
    }

    [Test]
    public void Apply_CountsEveryModule()
    {
        using var net = new Net();
        var seen = new List<string>();
        net.apply(m => seen.Add(m.GetName()));
        Assert.That(seen, Is.EqualTo(new[] { "Linear", "Linear", "BatchNorm1d", "Sequential", "Linear", "Net" }));
    }

    [Test]
    public void LoadStateDict_MissingAndUnexpected_NamesThem()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        var source = net.state_dict().Where(e => e.Key != "first.bias").ToDictionary(e => e.Key, e => e.Value.clone());
        source["stranger"] = zeros(1);
        Assert.That(() => net.load_state_dict(source), Throws.InvalidOperationException.With.Message.Contains("first.bias").And.Message.Contains("stranger"));
        source["scale"].fill_(4.0);
        source["offset"].fill_(5.0);
        var (missing, unexpected) = net.load_state_dict(source, strict: false, skip: ["offset"]);
        Assert.That(missing, Is.EqualTo(new[] { "first.bias" }));
        Assert.That(unexpected, Is.EqualTo(new[] { "stranger" }));
        Assert.That(net.get_parameter("scale")!.item<float>(), Is.EqualTo(4));
        Assert.That(net.get_buffer("offset")!.item<float>(), Is.EqualTo(1));
    }

    [Test]
    public void Save_ThenLoad_GivesTheSameOutputs()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Path.GetRandomFileName());
        using var saved = new Net();
        saved.save(path);
        using var loaded = new Net();
        var seen = new Dictionary<string, bool>();
        loaded.load(path, loadedParameters: seen);
        Assert.That(seen.Values, Is.All.True);
        foreach (var (key, value) in saved.state_dict()) Assert.That(loaded.state_dict()[key].Equals(value), key);
        var x = Fixture.Ramp([4, 3]);
        saved.eval();
        loaded.eval();
        Assert.That(loaded.call(x).Equals(saved.call(x)));

        using var partly = new Net();
        var before = partly.get_parameter("first.weight")!.clone();
        partly.load(path, skip: ["first.weight"]);
        Assert.That(partly.get_parameter("first.weight")!.Equals(before));
        Assert.That(partly.get_parameter("first.bias")!.Equals(saved.get_parameter("first.bias")!));
        File.Delete(path);
    }

    [Test]
    public void Save_KnownLinear_WritesTorchSharpsBytes()
    {
        using var scope = NewDisposeScope();
        using var layer = Linear(Parameter(tensor(new[] { 1f, -2f }, [1L, 2L])), Parameter(tensor(new[] { 0.5f })));
        using var stream = new MemoryStream();
        layer.save(stream);
        byte[] expected =
        [
            2,
            6, .. "weight"u8, 6, 2, 1, 2, .. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(-2f),
            4, .. "bias"u8, 6, 1, 1, .. BitConverter.GetBytes(0.5f),
        ];
        Assert.That(stream.ToArray(), Is.EqualTo(expected));
    }

    [Test]
    public void Load_AnotherModel_SaysWhatDiffers()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true)) Linear(2, 3).save(writer);
        foreach (var (other, message) in new (nn.Module, string)[]
                 { (Linear(3, 2), "shape"), (Linear(2, 3, false), "sizes"), (Linear(2, 3, dtype: ScalarType.Float64), "types") })
        {
            stream.Position = 0;
            using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
            Assert.That(() => other.load(reader), Throws.ArgumentException.With.Message.Contains(message));
        }
        Assert.That(() => Linear(1, 1).load("/no/such/file"), Throws.InstanceOf<FileNotFoundException>());
    }

    [Test]
    public void To_Meta_MovesEveryParameterBufferAndField()
    {
        using var scope = NewDisposeScope();
        using var net = new Net().to(META);
        Assert.That(net.parameters().Select(p => p.device_type), Is.All.EqualTo(DeviceType.META));
        Assert.That(net.buffers().Select(b => b.device_type), Is.All.EqualTo(DeviceType.META));
        Assert.That(net.Scale, Is.SameAs(net.get_parameter("scale")));
        Assert.That(net.parameters().All(p => p.requires_grad));
        using var transformer = TransformerEncoder(TransformerEncoderLayer(8, 2, 4), 2).to(META);
        Assert.That(transformer.parameters().Select(p => p.device_type), Is.All.EqualTo(DeviceType.META));
        using var lstm = LSTM(4, 3, 2, bidirectional: true).to(META);
        Assert.That(lstm.parameters().Select(p => p.device_type), Is.All.EqualTo(DeviceType.META));
        using var layer = Linear(8, 3, device: META);
        Assert.That(layer.call(zeros([2, 8], device: META)).shape, Is.EqualTo(new[] { 2L, 3 }));
    }

    [Test]
    public void To_Double_CastsRealTensorsAndGradients()
    {
        using var scope = NewDisposeScope();
        using var net = new Net();
        net.call(Fixture.Ramp([4, 3])).sum().backward();
        var grad = net.get_parameter("first.weight")!.grad!.to(ScalarType.Float64);
        net.to(ScalarType.Float64);
        Assert.That(net.parameters().Select(p => p.dtype), Is.All.EqualTo(ScalarType.Float64));
        Assert.That(net.get_buffer("inner.1.num_batches_tracked")!.dtype, Is.EqualTo(ScalarType.Int64));
        Assert.That(net.get_parameter("first.weight")!.grad!.Equals(grad));
        Assert.That(net.call(Fixture.Ramp([4, 3]).to(ScalarType.Float64)).dtype, Is.EqualTo(ScalarType.Float64));
        Assert.That(() => net.to(ScalarType.Int32), Throws.ArgumentException);
    }

    [Test]
    public void Dispose_Module_FreesEveryTensor()
    {
        var before = LiveTensors.Settled();
        using (NewDisposeScope())
        {
            using var net = new Net();
            using var layer = TransformerDecoderLayer(8, 2, 4);
            using var transformer = TransformerDecoder(layer, 2);
            using var lstm = LSTM(4, 3, 2);
            using var embedding = Embedding(5, 3);
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void ZeroGrad_BothWays_DropsOrZeroes()
    {
        using var scope = NewDisposeScope();
        using var net = Linear(3, 2);
        net.call(Fixture.Ramp([4, 3])).sum().backward();
        net.zero_grad(set_to_none: false);
        Assert.That(net.weight.grad!.abs().sum().item<float>(), Is.Zero);
        net.zero_grad();
        Assert.That(net.weight.grad, Is.Null);
    }

    [Test]
    public void Hooks_AroundForward_ReplaceAndGoAway()
    {
        using var scope = NewDisposeScope();
        using var identity = Identity();
        var log = new List<string>();
        var hooks = new[]
        {
            identity.register_forward_pre_hook((_, x) => x.add(1.0)),
            identity.register_forward_hook((_, _, y) => y.mul(2.0)),
            identity.register_forward_pre_hook(m => log.Add("before")),
            identity.register_forward_hook(m => log.Add("after")),
        };
        Assert.That(identity.call(ones(1)).item<float>(), Is.EqualTo(4));
        Assert.That(log, Is.EqualTo(new[] { "before", "after" }));
        foreach (var hook in hooks) hook.remove();
        Assert.That(identity.call(ones(1)).item<float>(), Is.EqualTo(1));
    }

    [Test]
    public void TrainingLoop_FiftySteps_LeavesNoTensors()
    {
        using var net = Sequential(Conv2d(1, 4, 3), BatchNorm2d(4), ReLU(inplace: true), MaxPool2d(2), Flatten(), Dropout(), Linear(36, 3));
        using var optimizer = optim.Adam(net.parameters());
        using var loss = CrossEntropyLoss();
        void Step()
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss.call(net.call(Fixture.Ramp([5, 1, 8, 8])), tensor(new[] { 0L, 1, 2, 0, 1 })).backward();
            nn.utils.clip_grad_norm_(net.parameters(), 1.0);
            optimizer.step();
        }

        Step();
        var before = LiveTensors.Settled();
        for (var i = 0; i < 50; i++) Step();
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private sealed class Net : nn.Module<Tensor, Tensor>
    {
        private readonly Linear first = Linear(3, 4);
        private readonly Sequential inner = Sequential(Linear(4, 4), BatchNorm1d(4));
        private readonly Parameter scale = Parameter(ones(1));
        private readonly Tensor offset = ones(1).DetachFromDisposeScope();

        [ComponentName(Name = "renamed")]
        private readonly Linear last = Linear(4, 2, hasBias: false);

        public Net() : base(nameof(Net))
        {
            scale.DetachFromDisposeScope();
            register_buffer("cache", zeros(2).DetachFromDisposeScope(), persistent: false);
            RegisterComponents();
        }

        public Parameter Scale => scale;

        public override Tensor forward(Tensor input) => last.call(functional.relu(inner.call(first.call(input)))).mul(scale).add(offset);
    }
}
