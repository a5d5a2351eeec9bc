using System.Text;
using MaaS.Core.Generation;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation;

public sealed class TextGeneratorTests
{
    // Tokens are the bytes of UTF-8; what comes next is written in a script.
    private static readonly byte[] Script = Encoding.UTF8.GetBytes("né 😀 ok\0more");

    private static TextGenerator Generator(List<Scripted> sessions) => new(
        () =>
        {
            sessions.Add(new Scripted());
            return sessions[^1];
        },
        static text => [.. Encoding.UTF8.GetBytes(text).Select(static b => (long)b)],
        static tokens => Encoding.UTF8.GetString([.. tokens.Select(static t => (byte)t)]));

    [Test]
    public void Generate_CharactersOfSeveralTokens_ComeWhole()
    {
        List<Scripted> sessions = [];

        var pieces = Generator(sessions).Generate("hi", new() { StopTokens = [0] }).ToArray();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                pieces.Select(static p => p.Text),
                Is.EqualTo(new[] { "n", "", "é", " ", "", "", "", "😀", " ", "o", "k", "" }));
            Assert.That(pieces[^1], Is.EqualTo(new GeneratedText("", 0, FinishReason.Stop)));
            Assert.That(pieces[..^1].All(static p => p.Finish == FinishReason.None));
            Assert.That(sessions.Single().Disposed);
        }
    }

    [Test]
    public void Generate_EndsWithinACharacter_ShowsTheReplacement()
    {
        var pieces = Generator([]).Generate("hi", new() { MaxNewTokens = 2 }).ToArray();

        Assert.That(
            pieces,
            Is.EqualTo(
                new[]
                {
                    new GeneratedText("n", (byte)'n', FinishReason.None),
                    new GeneratedText("\uFFFD", 0xC3, FinishReason.Length),
                }));
    }

    [Test]
    public async Task GenerateAsync_ManyAtOnce_GiveTheSameText()
    {
        var generator = Generator([]);

        var texts = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var text = new StringBuilder();
            await foreach (var piece in generator.GenerateAsync("hi", new() { StopTokens = [0] }))
            {
                text.Append(piece.Text);
            }

            return text.ToString();
        }));

        Assert.That(texts, Is.All.EqualTo("né 😀 ok"));
    }

    [Test]
    public async Task GenerateAsync_Cancelled_StopsAndFreesTheSession()
    {
        List<Scripted> sessions = [];
        using var cancel = new CancellationTokenSource();
        var pieces = 0;

        try
        {
            await foreach (var _ in Generator(sessions).GenerateAsync("hi", null, cancel.Token))
            {
                if (++pieces == 3)
                {
                    await cancel.CancelAsync();
                }
            }

            Assert.Fail("expected the cancellation");
        }
        catch (OperationCanceledException)
        {
            Assert.That((pieces, sessions.Single().Disposed), Is.EqualTo((3, true)));
        }
    }

    [Test]
    public void Generate_EmptyPrompt_ThrowsAndFreesTheSession()
    {
        List<Scripted> sessions = [];

        Assert.That(
            () => Generator(sessions).Generate("").ToArray(),
            Throws.InstanceOf<ModelInputException>().With.Message.Contains("at least one token"));
        Assert.That(sessions.Single().Disposed);
    }

    private sealed class Scripted : IDecoderSession
    {
        private int _next;

        public bool Disposed { get; private set; }

        public long MaxLength => 100;

        public long Length { get; private set; }

        public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
        {
            Length += tokens.Length;
            var logits = new float[256];
            logits[Script[_next++]] = 1;
            return logits;
        }

        public void Dispose() => Disposed = true;
    }
}
