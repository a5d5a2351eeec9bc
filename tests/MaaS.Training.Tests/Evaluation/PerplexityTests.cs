using MaaS.Training.Evaluation;
using MaaS.Training.Models.Transformers;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Evaluation;

public sealed class PerplexityTests
{
    private const int Vocabulary = 5;

    private static readonly int[] Tokens = [.. Enumerable.Range(0, 23).Select(static i => i * i % Vocabulary)];

    [TestCase(2, 1)]
    [TestCase(3, 4)]
    [TestCase(7, 2)]
    [TestCase(8, 16)]
    [TestCase(22, 1)]
    [TestCase(100, 16)]
    public void Of_ModelOfPairs_MeasuresEveryTokenOnce(int context, int batch)
    {
        random.manual_seed(2);
        using var table = nn.Embedding(Vocabulary, Vocabulary);
        var logits = table.weight!.data<float>().ToArray().Chunk(Vocabulary).ToArray();
        var expected = Math.Exp(Enumerable.Range(1, Tokens.Length - 1).Average(i =>
            Math.Log(logits[Tokens[i - 1]].Sum(static l => Math.Exp(l))) - logits[Tokens[i - 1]][Tokens[i]]));

        Assert.That(Perplexity.Of(table, Tokens, context, batch), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Of_WindowsOfATransformer_SeeAtLeastHalfOfTheContext()
    {
        const int Context = 8;
        random.manual_seed(3);
        using var gpt = new Gpt(
            new() { Vocabulary = Vocabulary, Decoder = new() { Width = 8, Heads = 2, Layers = 1, MaxLength = 64 } });
        using (no_grad())
        {
            foreach (var parameter in gpt.parameters().Where(static p => p.dim() > 1))
            {
                parameter.mul_(15);
            }
        }

        gpt.eval();
        double sum = 0;
        for (var target = 1; target < Tokens.Length; target++)
        {
            // Windows begin at 0, 4, 8, …; all but the first measure their second half.
            var start = target <= Context ? 0 : (target - 1) / 4 * 4 - 4;
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            var last = gpt.call(tensor([.. Tokens[start..target].Select(static t => (long)t)], [1, target - start]))
                .select(1, -1);
            sum += nn.functional.cross_entropy(last, tensor([(long)Tokens[target]])).item<float>();
        }

        Assert.That(Perplexity.Of(gpt, Tokens, Context), Is.EqualTo(Math.Exp(sum / (Tokens.Length - 1))).Within(1e-4));
    }

    [Test]
    public void Of_OneToken_SaysWhatIsExpected()
    {
        using var table = nn.Embedding(Vocabulary, Vocabulary);

        Assert.That(
            () => Perplexity.Of(table, [1], 4),
            Throws.ArgumentException.With.Message.Contains("at least two tokens, got 1"));
    }
}
