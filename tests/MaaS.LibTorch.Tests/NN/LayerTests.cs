using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests.NN;

/// <summary>Every layer against PyTorch: state dictionary and initial values of one seed, outputs, gradients, buffers.</summary>
public class LayerTests
{
    private static readonly Lazy<Layers> Fixtures = new(() => Fixture.Read<Layers>("NN/Fixtures/layers.json"));

    private static IEnumerable<string> Names => LayerCases.All.Keys;

    [TestCaseSource(nameof(Names))]
    public void Call_OneSeed_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var expected = Fixtures.Value.Cases[name];
        var (make, call) = LayerCases.All[name];

        manual_seed(7);
        using var module = make();
        if (module is not null)
        {
            AssertEach(expected.State, module.state_dict(), "state");
            using var _ = no_grad();
            foreach (var parameter in module.parameters()) parameter.add_(Fixture.Ramp(parameter.shape, -0.2, 0.2));
            module.train(expected.Train);
        }
        var inputs = expected.Inputs.Select(i => Of(i).ToTensor()).ToArray();
        foreach (var input in inputs.Where(i => i.is_floating_point())) input.requires_grad = true;

        manual_seed(3);
        var outputs = call(module, inputs);

        Assert.That(outputs, Has.Length.EqualTo(expected.Outputs.Length));
        for (var i = 0; i < outputs.Length; i++) Of(expected.Outputs[i]).AssertEqual(outputs[i], $"output {i}");

        var loss = outputs.Where(o => o.is_floating_point()).Select(o => o.mul(Fixture.Ramp(o.shape)).sum()).Aggregate((a, b) => a.add(b));
        if (loss.requires_grad) loss.backward();
        for (var i = 0; i < inputs.Length; i++)
            if (expected.InputGrads[i] is { } grad) Of(grad).AssertEqual(inputs[i].grad, $"gradient of input {i}");
            else Assert.That(inputs[i].grad, Is.Null, $"gradient of input {i}");
        if (module is null) return;
        AssertEach(expected.Grads, module.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!), "gradient");
        AssertEach(expected.Buffers, module.named_buffers().ToDictionary(b => b.name, b => b.buffer), "buffer");
    }

    [Test]
    public void Cases_InBothLanguages_AreTheSame() => Assert.That(LayerCases.All.Keys, Is.EquivalentTo(Fixtures.Value.Cases.Keys));

    [Test]
    public void Recurrent_MatrixInputWithState_Throws()
    {
        using var scope = NewDisposeScope();
        using var rnn = nn.RNN(3, 5);
        using var lstm = nn.LSTM(3, 5);
        var state = zeros(1, 4, 5);
        Assert.That(() => rnn.call(ones(4, 3), state), Throws.ArgumentException.With.Message.Contains("(L, N, features)"));
        Assert.That(() => lstm.call(ones(4, 3), (state, state)), Throws.ArgumentException);
    }

    [Test]
    public void MultiheadAttention_MaskOfAnotherShape_Throws()
    {
        using var scope = NewDisposeScope();
        using var attention = nn.MultiheadAttention(4, 2);
        var x = ones(3, 2, 4);
        Tensor Mask(params long[] shape) => zeros(shape, ScalarType.Bool);
        Assert.That(() => attention.call(x, x, x, Mask(3, 2)), Throws.ArgumentException.With.Message.Contains("(N, S) = (2, 3), got (3, 2)"));
        Assert.That(() => attention.call(x, x, x, attn_mask: Mask(3)), Throws.ArgumentException.With.Message.Contains("(L, S) = (3, 3)"));
        Assert.That(() => attention.call(x, x, x, attn_mask: Mask(2, 3, 3)), Throws.ArgumentException);
        Assert.That(() => attention.call(x, x, x, Mask(2, 3), attn_mask: Mask(4, 3, 3)), Throws.Nothing);
    }

    private static FixtureTensor Of(int number) => Fixtures.Value.Tensors[number];

    private static void AssertEach(Dictionary<string, int> expected, Dictionary<string, Tensor> actual, string what)
    {
        Assert.That(actual.Keys, Is.EquivalentTo(expected.Keys), what + " names");
        foreach (var (key, number) in expected) Of(number).AssertEqual(actual[key], $"{what} {key}");
    }

    private sealed record Layers(FixtureTensor[] Tensors, Dictionary<string, Case> Cases);

    private sealed record Case(bool Train, int[] Inputs, Dictionary<string, int> State, int[] Outputs, int?[] InputGrads,
        Dictionary<string, int> Grads, Dictionary<string, int> Buffers);
}
