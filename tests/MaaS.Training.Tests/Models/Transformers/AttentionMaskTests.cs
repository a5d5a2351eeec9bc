using MaaS.Training.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class AttentionMaskTests
{
    private static readonly TransformerOptions Small = new()
    {
        Width = 16,
        Heads = 4,
        Layers = 2,
        Dropout = 0,
        MaxLength = 16,
    };

    private static TransformerClassifier Classifier(
        Pooling pooling = Pooling.Mean, PositionKind positions = PositionKind.Learned)
    {
        random.manual_seed(3);
        return new TransformerClassifier(new()
        {
            Vocabulary = 20,
            Classes = 3,
            Pooling = pooling,
            Encoder = Small with { Positions = positions },
        });
    }

    [Test]
    public void Classifier_OtherTokensInThePadding_ChangeNoBitOfLogitsAndGradients(
        [Values] Pooling pooling, [Values] PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = Classifier(pooling, positions);
        var mask = tensor(new long[] { 1, 1, 1, 0, 0, 1, 0, 0, 0, 0 }, [2, 5]);
        var ids = tensor(new long[] { 4, 7, 9, 0, 0, 5, 0, 0, 0, 0 }, [2, 5]);
        var (logits, gradients) = Run(model, ids, mask);
        var (others, otherGradients) = Run(model, ids + (mask.eq(0).to(ScalarType.Int64) * 13), mask);
        Assert.That(others, Is.EqualTo(logits));
        foreach (var (name, gradient) in gradients)
        {
            Assert.That(otherGradients[name], Is.EqualTo(gradient), name);
        }
    }

    [Test]
    public void Classifier_InBFloat16_KeepsToFloat32([Values] PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = Classifier(Pooling.Mean, positions);
        model.eval();
        var mask = tensor(new long[] { 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, [3, 5]);
        var ids = randint(0, 20, [3, 5], ScalarType.Int64);
        var expected = model.call(ids, mask);
        var half = model.to(ScalarType.BFloat16).call(ids, mask);
        Assert.That(half.dtype, Is.EqualTo(ScalarType.BFloat16));
        Assert.That((half.to(ScalarType.Float32) - expected).abs().max().item<float>(), Is.LessThan(0.05));
    }

    [Test]
    public void Classifier_LongerPadding_ChangesLogitsByRoundingAtMost()
    {
        using var scope = NewDisposeScope();
        using var model = Classifier();
        var ids = tensor(new long[] { 4, 7, 9 }, [1, 3]);
        var (logits, _) = Run(model, ids, ones_like(ids));
        var (padded, _) = Run(
            model, cat([ids, zeros(1, 6, ScalarType.Int64)], 1),
            cat([ones_like(ids), zeros(1, 6, ScalarType.Int64)], 1));
        Assert.That(padded, Is.EqualTo(logits).Within(1e-6));
    }

    [Test]
    public void Classifier_RowOfPadding_GivesTheHeadsBiasAndFiniteGradients([Values] Pooling pooling)
    {
        using var scope = NewDisposeScope();
        using var model = Classifier(pooling);
        using (no_grad())
        {
            model.state_dict()["head.bias"].copy_(tensor(new float[] { 1, 2, 3 }));
        }

        var (logits, gradients) = Run(model, ones(1, 4, ScalarType.Int64), zeros(1, 4, ScalarType.Int64));
        Assert.That(logits, Is.EqualTo(new float[] { 1, 2, 3 }));
        Assert.That(gradients.Values.SelectMany(static g => g), Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void CrossAttention_MemoryOfPadding_GivesTheOutputsBiasAndNoGradientToIt()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var attention = new MultiHeadAttention(8, 2);
        var memory = randn(2, 3, 8).requires_grad_();
        var mask = AttentionMask.Padding(tensor(new long[] { 0, 0, 0, 1, 0, 1 }, [2, 3]));
        var output = attention.call(randn(2, 4, 8), memory, mask, null);
        output.sum().backward();
        Assert.That(output[0].abs().max().item<float>(), Is.Zero);    // the bias is zero
        Assert.That(output[1].abs().min().item<float>(), Is.Positive);
        var gradient = memory.grad!;
        Assert.That(gradient[0].abs().max().item<float>(), Is.Zero);
        Assert.That(gradient[1, 1].abs().max().item<float>(), Is.Zero);
        Assert.That(gradient[1, 0].abs().max().item<float>(), Is.Positive);
    }

    [TestCase(ScalarType.Float64)]
    [TestCase(ScalarType.BFloat16)]
    public void Padding_InOtherTypes_IsFiniteAndExact(ScalarType type)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (q, k, v) = (randn(1, 1, 2, 4).to(type), randn(1, 1, 3, 4).to(type), randn(1, 1, 3, 4).to(type));
        var mask = AttentionMask.Padding(tensor(new long[] { 1, 0, 0 }, [1, 3]), type);
        var output = Attention.Attend(q, k, v, mask);
        Assert.That(output.dtype, Is.EqualTo(type));
        Assert.That((output - v.narrow(2, 0, 1)).abs().max().to(ScalarType.Float64).item<double>(), Is.Zero);
        var nothing = Attention.Attend(q, k, v, AttentionMask.Padding(zeros(1, 3), type));
        Assert.That(nothing.abs().max().to(ScalarType.Float64).item<double>(), Is.Zero);
    }

    [Test]
    public void Causal_QueriesBehindACache_SeeWhatCameBefore()
    {
        using var scope = NewDisposeScope();
        var seen = AttentionMask.Causal(2, 5, CPU).Bias.eq(0).to(ScalarType.Int64);
        Assert.That(seen.shape, Is.EqualTo(new long[] { 1, 1, 2, 5 }));
        Assert.That(seen.data<long>().ToArray(), Is.EqualTo(new long[] { 1, 1, 1, 1, 0, 1, 1, 1, 1, 1 }));
    }

    [Test]
    public void Masks_ThatDoNotFit_SayTheShapes()
    {
        using var scope = NewDisposeScope();
        Assert.That(
            () => AttentionMask.Padding(ones(3)), Throws.ArgumentException.With.Message.Contains("(B,S), got (3)"));
        Assert.That(
            () => AttentionMask.Causal(3, 2, CPU),
            Throws.ArgumentException.With.Message.Contains("3 queries and 2 keys"));
        using var model = Classifier();
        Assert.That(
            () => model.call(ones(1, 4, ScalarType.Int64), ones(1, 3, ScalarType.Int64)),
            Throws.ArgumentException.With.Message.Contains("mask of 4 keys, got (1,1,1,3)"));
        Assert.That(
            () => model.call(ones(2, 0, ScalarType.Int64), ones(2, 0, ScalarType.Int64)),
            Throws.ArgumentException.With.Message.Contains("at least one position, got (2,0)"));
    }

    private static (float[] Logits, Dictionary<string, float[]> Gradients) Run(
        nn.Module<Tensor, Tensor, Tensor> model, Tensor ids, Tensor mask)
    {
        model.zero_grad();
        var logits = model.call(ids, mask);
        TransformerFixture.Loss(logits).backward();
        // Rows of the tables that padding reads get a gradient of exactly zero.
        return (logits.data<float>().ToArray(), model.named_parameters().Where(static p => p.parameter.grad is not null)
            .ToDictionary(static p => p.name, static p => p.parameter.grad!.data<float>().ToArray()));
    }
}
