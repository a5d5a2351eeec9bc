using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class TransformerOptionsTests
{
    [Test]
    public void Validate_SeveralMistakes_NamesAllOfThem()
    {
        var options = new TransformerOptions { Width = 10, Heads = 3, Layers = 0, Dropout = 1, MaxLength = 0 };
        Assert.That(options.Validate, Throws.ArgumentException.With.Message.EqualTo(
            "TransformerOptions: expected Layers of at least 1, got 0; expected Width divisible by Heads, got 10 and "
                + "3; "
            + "expected Dropout from 0 to below 1, got 1; expected MaxLength of at least 1, got 0."));
    }

    [Test]
    public void Constructors_OptionsThatDoNotFit_SayWhat()
    {
        Assert.That(
            () => new TransformerClassifier(new() { Vocabulary = 0, Classes = 1, Encoder = new() { Heads = 0 } }),
            Throws.ArgumentException.With.Message.Contains("Vocabulary of at least 1, got 0")
                .And.Message.Contains("Classes of at least 2")
                .And.Message.Contains("Heads of at least 1"));
        Assert.That(
            () => new VisionTransformer(new() { Patch = 5 }),
            Throws.ArgumentException.With.Message.Contains("Height divisible by Patch, got 28 and 5"));
        Assert.That(
            () => new EncoderLayer(new() { Width = 12, Heads = 4, Positions = PositionKind.Rotary }),
            Throws.ArgumentException.With.Message.Contains("an even head size with rotary positions, got 12 / 4"));
        Assert.That(
            () => new MultiHeadAttention(8, 3),
            Throws.ArgumentException.With.Message.Contains("width divisible by heads, got 8 and 3"));
    }
}
