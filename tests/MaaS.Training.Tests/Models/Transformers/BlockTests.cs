using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

/// <summary>Attention and layers against PyTorch's: Fixtures/make_blocks.py.</summary>
public sealed class BlockTests
{
    private static readonly Lazy<Blocks> Fixture = new(() => TransformerFixture.Read<Blocks>("blocks.json"));

    internal sealed record Case(
        string Kind, bool Causal, bool Padding, bool MemoryPadding, bool Cross, bool PreNorm, string? Activation,
        FixtureTensor Output, Dictionary<string, FixtureTensor> Gradients);

    internal sealed record Blocks(
        FixtureTensor Input, FixtureTensor Memory, FixtureTensor Mask, FixtureTensor MemoryMask,
        Dictionary<string, Dictionary<string, FixtureTensor>> States, Case[] Cases);

    private static IEnumerable<TestCaseData> Cases() => Enumerable.Range(0, 18).Select(static i => new TestCaseData(i));

    [TestCaseSource(nameof(Cases))]
    public void Forward_WithPyTorchsWeights_GivesItsOutputsAndGradients(int index)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Value;
        Assert.That(fixture.Cases, Has.Length.EqualTo(18));
        var test = fixture.Cases[index];
        var options = new TransformerOptions
        {
            Width = 8,
            Heads = 2,
            FeedForward = 12,
            Dropout = 0,
            PreNorm = test.PreNorm,
            Activation = test.Activation == "relu" ? ActivationKind.Relu : ActivationKind.Gelu,
        };
        var input = fixture.Input.ToTensor().requires_grad_();
        var memory = fixture.Memory.ToTensor().requires_grad_();
        var padding = test.Padding ? fixture.Mask.ToTensor(ScalarType.Int64) : null;
        var mask = test.Causal
            ? AttentionMask.Causal(4, 4, input.device, padding)
            : padding is null ? null : AttentionMask.Padding(padding);
        var memoryMask = test.MemoryPadding
            ? AttentionMask.Padding(fixture.MemoryMask.ToTensor(ScalarType.Int64)) : null;
        using nn.Module module = test.Kind switch
        {
            "attention" => new MultiHeadAttention(8, 2),
            "encoder" => new EncoderLayer(options),
            _ => new DecoderLayer(options),
        };
        TransformerFixture.Load(module, fixture.States[test.Kind]);
        var output = module switch
        {
            MultiHeadAttention attention => attention.call(
                input, test.Cross ? memory : null, test.Cross ? memoryMask : mask, null),
            EncoderLayer encoder => encoder.call(input, mask, null),
            _ => ((DecoderLayer)module).call(input, memory, mask, memoryMask, null),
        };
        TransformerFixture.Loss(output).backward();

        test.Output.AssertEqual(output, "output");
        var gradients = module.named_parameters().ToDictionary(static p => p.name, static p => p.parameter.grad);
        gradients["input"] = input.grad;
        gradients["memory"] = memory.grad;
        foreach (var (name, expected) in test.Gradients)
        {
            expected.AssertEqual(gradients[name], "gradient of " + name);
        }
    }
}
