using System.Text;
using MaaS.Serving.Faults;
using MaaS.Serving.OpenAi;
using MaaS.Serving.OpenAi.Completions;

namespace MaaS.Serving.Tests.OpenAi.Completions;

/// <summary>What becomes of a prompt before a model reads it.</summary>
public sealed class PromptTests
{
    private static CompletionRequest Request(string more)
        => CompletionRequest.Read(RequestFields.Parse(Encoding.UTF8.GetBytes($$"""{"model":"m",{{more}}}""")));

    [Test]
    public void Prompts_TokenizerThatCutsAndFillsUp_AreWholeAndNoMore()
    {
        using var plain = StubTokens.Runner(SentencePiece.Make());
        using var runner = StubTokens.Runner(SentencePiece.Make(truncation: 3, padding: 50));

        foreach (var text in new[] { "the", "the cat sat on the mat" })
        {
            var prompt = Request($"\"prompt\":\"{text}\"").Prompts(runner).Single();

            Assert.That(prompt, Is.EqualTo(Request($"\"prompt\":\"{text}\"").Prompts(plain).Single()));
            Assert.That(runner.Encode(text), Is.EqualTo(prompt));
        }
    }

    [TestCase("\"prompt\":[\"cat\",\"cats\"]", "prompt", "at most 3 characters, its MaxTextLength, got 4")]
    [TestCase("\"prompt\":[\"a\",\"cats\"],\"n\":100", "n", "at most 128 answers")]
    [TestCase("\"prompt\":[[1],[99999]],\"n\":100", "n", "at most 128 answers")]
    public void Prompts_TooLongOrTooMany_AreRefusedBeforeTheyAreRead(string more, string parameter, string message)
    {
        using var runner = StubTokens.Runner(SentencePiece.Make(), maxTextLength: 3);

        Assert.That(
            () => Request(more).Prompts(runner),
            Throws.TypeOf<RequestException>().With.Message.Contains(message)
                .And.Property("Parameter").EqualTo(parameter));
    }

    [TestCase(1000, 16)]
    [TestCase(1015, 9)]
    public void Jobs_NoLimitOfTokens_TakeSixteenOrWhatTheContextHas(int prompt, int expected)
    {
        using var runner = StubTokens.Runner(SentencePiece.Make(), maxLength: 1024);
        var settings = Request("\"prompt\":\"a\"").Settings;

        var job = settings.Jobs(runner, [new long[prompt]], "prompt", "max_tokens").Single();

        Assert.That(job.Options.MaxNewTokens, Is.EqualTo(expected));
    }

    [Test]
    public void Jobs_MoreAnswersThanTheModelTakes_AreRefusedAsN()
    {
        using var runner = StubTokens.Runner(SentencePiece.Make(), rows: 2, waiting: 0);
        var settings = Request("\"prompt\":\"a\",\"n\":3").Settings;

        Assert.That(
            () => settings.Jobs(runner, [new long[1]], "prompt", "max_tokens"),
            Throws.TypeOf<RequestException>().With.Property("Parameter").EqualTo("n")
                .And.Property("Kind").EqualTo(FaultKind.InvalidArgument));
    }
}
