using System.Text;
using MaaS.Serving;
using MaaS.Serving.Tests;
using MaaS.Text;
using MaaS.Text.Training;

namespace MaaS.Client.Tests;

/// <summary>Streams of a language model whose next token is always the last one and 1
/// (Fixtures/make_models.py).</summary>
public sealed class GenerateTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly Tokenizer _tokenizer = BpeTrainer.Train(["the cat sat on the mat"], new() { VocabSize = 280 });
    private ServingHost _server = null!;
    private ServingHost _other = null!;

    [OneTimeSetUp]
    public async Task StartServers()
    {
        await _models.AddStoryAsync(_tokenizer, 100_000);
        _server = await Servers.StartAsync(_models.Path);
        _other = await Servers.StartAsync(_models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServers()
    {
        await _server.DisposeAsync();
        await _other.DisposeAsync();
        _models.Dispose();
    }

    private string Expected(string prompt, int tokens)
    {
        var last = _tokenizer.Encode(prompt).Ids[^1];
        return _tokenizer.Decode([.. Enumerable.Range(1, tokens).Select(i => (last + i) % 64)]);
    }

    [Test]
    public async Task Generate_Prompt_ComesPieceByPiece()
    {
        await using var client = new MaaSClient(Servers.Options(Transport.Rest, _server.Address));
        List<GeneratedText> pieces = [];
        await foreach (var piece in client.GenerateAsync(
            new GenerateRequest("story", "cat") { MaxTokens = 50, Temperature = 0, Seed = 1 }))
        {
            pieces.Add(piece);
        }

        Assert.That(string.Concat(pieces.Select(p => p.Text)), Is.EqualTo(Expected("cat", 50)));
        Assert.That(pieces, Has.Count.GreaterThan(10));
        Assert.That((pieces[^1].FinishReason, pieces[^1].Tokens), Is.EqualTo(("length", (int?)50)));
        Assert.That(pieces.SkipLast(1).Select(p => p.FinishReason), Is.All.Null);
    }

    [Test]
    public async Task Generate_FirstServerDead_ComesFromTheOther()
    {
        await using var dead = new Gate(_other.Address);
        await dead.KillAsync();
        var options = Servers.Options(Transport.Rest, dead.Address, _server.Address);
        options.ProbeInterval = null;
        await using var client = new MaaSClient(options);
        for (var i = 0; i < 2; i++)
        {
            Assert.That(await TextAsync(client, 5), Is.EqualTo(Expected("cat", 5)));
        }
    }

    [Test]
    public async Task Generate_CutInItsMiddle_IsAnErrorAfterTheFirstPieces()
    {
        await using var gate = new Gate(_server.Address) { AnswerLimit = 2_000 };
        await using var client = new MaaSClient(Servers.Options(Transport.Rest, gate.Address));
        var text = new StringBuilder();

        var error = await Failure.OfAsync(async () =>
        {
            await foreach (var piece in client.GenerateAsync(new GenerateRequest("story", "cat") { MaxTokens = 1000 }))
            {
                text.Append(piece.Text);
            }
        });

        Assert.That((error.Kind, error.Address), Is.EqualTo((ErrorKind.Disconnected, gate.Address)), error.Message);
        Assert.That(text.Length, Is.Positive);
        Assert.That(Expected("cat", 1000), Does.StartWith(text.ToString()));
    }

    [Test]
    public async Task Generate_ServerFallsSilent_EndsAfterTheTime()
    {
        await using var gate = new Gate(_server.Address);
        await using var client = new MaaSClient(Servers.Options(Transport.Rest, gate.Address));
        var request = new GenerateRequest("story", "cat") { MaxTokens = 90_000, Timeout = TimeSpan.FromSeconds(3) };

        var error = await Failure.OfAsync(async () =>
        {
            await foreach (var piece in client.GenerateAsync(request))
            {
                gate.IsSilent = true;
            }
        });

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Timeout), error.Message);
        Assert.That(client.Servers.Single().Outstanding, Is.Zero);
    }

    [Test]
    public async Task Generate_ReaderLeaves_EndsTheStream()
    {
        await using var client = new MaaSClient(Servers.Options(Transport.Rest, _server.Address));
        await foreach (var piece in client.GenerateAsync(new GenerateRequest("story", "cat") { MaxTokens = 90_000 }))
        {
            Assert.That(client.Servers.Single().Outstanding, Is.EqualTo(1), "a stream is a request until it ends");
            break;
        }

        Assert.That(client.Servers.Single().Outstanding, Is.Zero);

        using var leave = new CancellationTokenSource();
        Assert.That(
            async () =>
            {
                await foreach (var piece in client.GenerateAsync(
                    new GenerateRequest("story", "cat") { MaxTokens = 90_000 }, leave.Token))
                {
                    leave.Cancel();
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Generate_OtherModelOrOption_IsRefused()
    {
        await using var client = new MaaSClient(Servers.Options(Transport.Rest, _server.Address));

        var other = await Failure.OfAsync(
            async () => await client.GenerateAsync(new GenerateRequest("same", "cat")).FirstAsync());
        var option = await Failure.OfAsync(
            async () => await client.GenerateAsync(new GenerateRequest("story", "cat") { TopP = 7 }).FirstAsync());

        Assert.That((other.Kind, option.Kind), Is.EqualTo((ErrorKind.Refused, ErrorKind.Refused)));
        Assert.That(other.ServerMessage, Does.Contain("use infer"));
    }

    private static async Task<string> TextAsync(MaaSClient client, int tokens)
        => string.Concat(
            await client.GenerateAsync(new GenerateRequest("story", "cat") { MaxTokens = tokens })
                .Select(static p => p.Text).ToListAsync());
}
