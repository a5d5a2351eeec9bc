using MaaS.Tests;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests.Optimizers;

/// <summary>Six steps of every optimizer against PyTorch, saving and loading in between, and what a long loop leaves behind.</summary>
public class OptimizerTests
{
    private static readonly Lazy<Dictionary<string, double[][][]>> Fixtures =
        new(() => Fixture.Read<Dictionary<string, double[][][]>>("Optimizers/Fixtures/optimizers.json"));

    private static readonly Dictionary<string, Func<Parameter[], OptimizerHelper>> Optimizers = new()
    {
        ["SGD"] = p => optim.SGD(p, 0.05),
        ["SGD_momentum"] = p => optim.SGD(p, 0.05, momentum: 0.9, dampening: 0.1, weight_decay: 0.02),
        ["SGD_nesterov"] = p => optim.SGD(p, 0.05, momentum: 0.9, nesterov: true, weight_decay: 0.02),
        ["SGD_maximize"] = p => optim.SGD(p, 0.05, momentum: 0.9, weight_decay: 0.02, maximize: true),
        ["Adam"] = p => optim.Adam(p, 0.01),
        ["Adam_all"] = p => optim.Adam(p, 0.01, 0.8, 0.99, 1e-6, 0.02, amsgrad: true, maximize: true),
        ["AdamW"] = p => optim.AdamW(p, 0.01),
        ["AdamW_all"] = p => optim.AdamW(p, 0.01, 0.8, 0.99, 1e-6, 0.1, amsgrad: true, maximize: true),
        ["Adamax"] = p => optim.Adamax(p, 0.01, 0.8, 0.99, weight_decay: 0.02),
        ["NAdam"] = p => optim.NAdam(p, 0.01, 0.8, 0.99, weight_decay: 0.02, momentum_decay: 0.01),
        ["RAdam"] = p => optim.RAdam(p, 0.01, 0.8, 0.9, weight_decay: 0.02),
        ["RMSProp"] = p => optim.RMSProp(p, 0.01),
        ["RMSProp_centered"] = p => optim.RMSProp(p, 0.01, 0.9, weight_decay: 0.02, momentum: 0.8, centered: true),
        ["Adagrad"] = p => optim.Adagrad(p, 0.05, 0.1, 0.02, 0.3),
        ["Adadelta"] = p => optim.Adadelta(p, 0.5, 0.8, weight_decay: 0.02, maximize: true),
        ["ASGD"] = p => optim.ASGD(p, 0.05, 0.01, 0.6, 2, 0.02),
        ["Rprop"] = p => optim.Rprop(p, 0.01, 0.4, 1.3, 1e-4, 0.1),
        ["groups"] = p => optim.Adam(
            [
                new Adam.ParamGroup { Parameters = p[..1], Options = new Adam.Options { LearningRate = 0.02 } },
                new Adam.ParamGroup { Parameters = p[1..], Options = new Adam.Options { weight_decay = 0.1 } },
            ], 0.01),
    };

    private static IEnumerable<string> Names => Optimizers.Keys;

    [TestCaseSource(nameof(Names))]
    public void Step_SixTimes_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = Optimizers[name](parameters);
        for (var k = 0; k < 6; k++)
        {
            Step(optimizer, parameters, k);
            AssertParameters(name, k, parameters);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void SaveStateDict_InTheMiddle_GoesOnAlike(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var first = Optimizers[name](parameters);
        for (var k = 0; k < 3; k++) Step(first, parameters, k);
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true)) first.save_state_dict(writer);
        stream.Position = 0;

        using var second = Optimizers[name](parameters);
        using (var reader = new BinaryReader(stream)) second.load_state_dict(reader);
        foreach (var (mine, theirs) in second.state_dict().State.Zip(first.state_dict().State)) Assert.That(mine.ApproximatelyEquals(theirs));
        using var third = Optimizers[name](parameters);
        third.load_state_dict(second.state_dict());
        for (var k = 3; k < 6; k++)
        {
            Step(third, parameters, k);
            AssertParameters(name, k, parameters);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Step_FiftyTimes_LeavesNoTensors(string name)
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = Optimizers[name](parameters);
        for (var k = 0; k < 3; k++) Step(optimizer, parameters, 3 * k);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = LiveTensors.Settled();
        for (var k = 0; k < 50; k++) Step(optimizer, parameters, 3 * k);
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Cases_InBothLanguages_AreTheSame() => Assert.That(Optimizers.Keys, Is.EquivalentTo(Fixtures.Value.Keys));

    [Test]
    public void Step_Closure_ReturnsItsLossWithGradients()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = optim.SGD(parameters, 0.1);
        var loss = optimizer.step(() =>
        {
            optimizer.zero_grad();
            var sum = parameters[0].square().sum();
            sum.backward();
            return sum;
        });
        Assert.That(loss!.item<float>(), Is.EqualTo(0.028f).Within(1e-6));
        Assert.That(parameters[0].data<float>()[0], Is.EqualTo(-0.08f).Within(1e-6));
    }

    [Test]
    public void ZeroGrad_AfterBackward_KeepsZeroGradients()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters();
        using var optimizer = optim.Adam(parameters);
        parameters[0].sum().backward();
        optimizer.zero_grad();
        Assert.That(parameters[0].grad!.abs().sum().item<float>(), Is.Zero);
        Assert.That(parameters[1].grad, Is.Null);
    }

    // PyTorch 1.13: torch.optim.SGD(embedding.parameters(), 0.1, momentum=0.9) gives 0.71 after two steps, Adam an error.
    [TestCase(0, 0.8f)]
    [TestCase(0.9, 0.71f)]
    public void SGD_SparseGradients_StepsTheRowsThatWereUsed(double momentum, float expected)
    {
        using var scope = NewDisposeScope();
        using var embedding = nn.Embedding(4, 2, sparse: true);
        nn.init.ones_(embedding.weight!);
        using var optimizer = optim.SGD(embedding.parameters(), 0.1, momentum);
        for (var step = 0; step < 2; step++)
        {
            optimizer.zero_grad();
            embedding.call(tensor(new long[] { 1 })).sum().backward();
            optimizer.step();
        }
        Assert.That(embedding.weight!.data<float>().ToArray(), Is.EqualTo(new[] { 1, 1, expected, expected, 1, 1, 1, 1 }).Within(1e-6));
    }

    [Test]
    public void Adam_SparseGradients_ThrowsBeforeAnyChange()
    {
        using var scope = NewDisposeScope();
        using var embedding = nn.Embedding(4, 2, sparse: true);
        using var optimizer = optim.Adam(embedding.parameters());
        embedding.call(tensor(new long[] { 1 })).sum().backward();
        Assert.That(() => optimizer.step(), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Adam does not support sparse gradients"));
    }

    [Test]
    public void LoadStateDict_OfAnotherOptimizer_NamesBoth()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, Path.GetRandomFileName());
        using var saved = optim.Adam(Parameters());
        saved.save_state_dict(path);
        using var other = optim.SGD(Parameters(), 0.1);
        Assert.That(() => other.load_state_dict(path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'SGD'").And.Message.Contains("'Adam'"));
        File.Delete(path);
    }

    [TestCase(-1, 0.9)]
    [TestCase(0.1, 1.0)]
    public void Adam_InvalidSettings_Throws(double lr, double beta1)
    {
        using var scope = NewDisposeScope();
        Assert.That(() => optim.Adam(Parameters(), lr, beta1), Throws.ArgumentException);
    }

    private static Parameter[] Parameters() =>
        [nn.Parameter(Fixture.Ramp([2, 3]).mul(0.1)), nn.Parameter(Fixture.Ramp([4]).mul(0.1))];

    private static void Step(OptimizerHelper optimizer, Parameter[] parameters, int k)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < parameters.Length; i++)
            parameters[i].grad = (i, k) == (1, 2) ? null : parameters[i].detach().mul(3.0).add((double)k).sin();
        optimizer.step();
    }

    private static void AssertParameters(string name, int step, Parameter[] parameters)
    {
        for (var i = 0; i < parameters.Length; i++)
            new FixtureTensor(parameters[i].shape, "float32", Fixtures.Value[name][step][i]).AssertEqual(parameters[i], $"parameter {i} after step {step}");
    }
}
