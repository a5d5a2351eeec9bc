using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Tests.Generation.Batching;

public sealed class GenerationEngineTests
{
    private DecoderGraph _graph = null!;

    [SetUp]
    public void Load() => _graph = TinyDecoder.Load();

    [TearDown]
    public void Free() => _graph.Dispose();

    private static GenerationEngine Engine(GenerationEngineOptions? options = null)
        => new(TinyDecoder.Load(), TinyDecoder.MaxLength, options);

    private static GenerationEngineOptions Blocks(int blocks, int length = 16) => new()
    {
        BlockLength = length,
        CacheBytes = (long)blocks * length * TinyDecoder.BytesPerToken,
    };

    // Greedy, and drawn with a seed: both tell a wrong logit.
    private static GenerationOptions Options(Random random) => new()
    {
        MaxNewTokens = random.Next(1, 40),
        Temperature = random.Next(2) * 0.7,
        Seed = random.Next(),
        TopK = random.Next(2) * 20,
        TopP = random.Next(2) == 0 ? 1 : 0.9,
        RepetitionPenalty = random.Next(2) == 0 ? 1 : 1.3,
        StopTokens = [random.Next(TinyDecoder.Vocabulary)],
    };

    private static async Task<GeneratedToken[]> All(
        GenerationEngine engine, IReadOnlyList<long> prompt, GenerationOptions? options = null, string? caller = null,
        CancellationToken cancellationToken = default)
        => await engine.GenerateAsync(prompt, options, caller, cancellationToken).ToArrayAsync(CancellationToken.None);

    // Cached tokens are how a text came to be, not what it is.
    private static IEnumerable<(long, FinishReason)> Plain(IEnumerable<GeneratedToken> tokens)
        => tokens.Select(static t => (t.Id, t.Finish));

    [TestCase(1, 64, 16, 1 << 20)]
    [TestCase(3, 4, 5, 1 << 20)]
    [TestCase(16, 64, 16, 1 << 20)]
    [TestCase(16, 7, 16, 20)]
    [TestCase(5, 16, 3, 90)]
    public async Task GenerateAsync_ManyAtOnce_WritesWhatEachWritesAlone(
        int rows, int chunk, int blockLength, int blocks)
    {
        var random = new Random(rows + chunk);
        using var engine = Engine(
            Blocks(blocks, blockLength) with { MaxRows = rows, ChunkLength = chunk, IdleChunkLength = chunk + 3 });
        var requests = Enumerable.Range(0, 60).Select(_ => (
            Prompt: TinyDecoder.Prompt(random, random.Next(1, 120)), Options: Options(random))).ToArray();

        var texts = await Task.WhenAll(requests.Select(r => Task.Run(() => All(engine, r.Prompt, r.Options))));

        for (var i = 0; i < requests.Length; i++)
        {
            var alone = TinyDecoder.Alone(_graph, requests[i].Prompt, requests[i].Options);
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(alone)), $"request {i}");
        }

        Assert.That(engine.Status.UsedBlocks, Is.Zero);
    }

    [Test]
    public async Task GenerateAsync_TooFewBlocksForAll_TakesTurnsWithoutAWrongToken()
    {
        var random = new Random(5);
        using var engine = Engine(Blocks(18) with { MaxRows = 12 });
        var prompts = Enumerable.Range(0, 24).Select(_ => TinyDecoder.Prompt(random, 40)).ToArray();
        var options = new GenerationOptions { MaxNewTokens = 80, Temperature = 0.9, Seed = 4 };

        var texts = await Task.WhenAll(prompts.Select(p => Task.Run(() => All(engine, p, options))));

        Assert.That(engine.Status.Preemptions, Is.AtLeast(1), "twelve texts of 120 tokens need more than 18 blocks");
        for (var i = 0; i < prompts.Length; i++)
        {
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompts[i], options))));
        }
    }

    [Test]
    public async Task GenerateAsync_EqualBeginnings_AreComputedOnce()
    {
        var random = new Random(6);
        using var engine = Engine(Blocks(64));
        var beginning = TinyDecoder.Prompt(random, 100);
        var options = new GenerationOptions { MaxNewTokens = 8 };
        await All(engine, beginning, options, "one");

        var more = TinyDecoder.Prompt(random, 9);
        var second = await All(engine, [.. beginning, .. more], options, "two");
        var other = await All(engine, [beginning[0] ^ 1, .. beginning[1..]], options, "two");

        Assert.That(second[0].CachedTokens, Is.EqualTo(96), "six blocks of 16");
        Assert.That(second.Skip(1).Select(static t => t.CachedTokens), Has.All.Zero);
        Assert.That(other[0].CachedTokens, Is.Zero);
        Assert.That(
            Plain(second), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, [.. beginning, .. more], options))));
        Assert.That(engine.Status.CachedTokens, Is.EqualTo(96));
    }

    // The small model is the large one with changed weights: right at times, and wrong at times.
    [TestCase(1, 4, 0.02f, 0.1, 0.9)]
    [TestCase(2, 7, 0.3f, 0.01, 0.9)]
    [TestCase(5, 3, 0.3f, 0.01, 0.9)]
    public async Task GenerateAsync_DraftModel_ChangesNothingButTheNumberOfRuns(
        int rows, int length, float change, double least, double most)
    {
        var random = new Random(rows);
        using var engine = new GenerationEngine(
            TinyDecoder.Load(), TinyDecoder.MaxLength,
            Blocks(60, 8) with { MaxRows = rows, MaxDraftedRows = rows, DraftLength = length, ChunkLength = 11 },
            draft: TinyDecoder.LoadChanged(change));
        var requests = Enumerable.Range(0, 40).Select(_ => (
            Prompt: TinyDecoder.Prompt(random, random.Next(1, 200)), Options: Options(random))).ToArray();

        var texts = await Task.WhenAll(requests.Select(r => Task.Run(() => All(engine, r.Prompt, r.Options))));

        for (var i = 0; i < requests.Length; i++)
        {
            var alone = TinyDecoder.Alone(_graph, requests[i].Prompt, requests[i].Options);
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(alone)), $"request {i}");
        }

        Assert.That(engine.Status.UsedBlocks, Is.Zero);
        Assert.That(
            (double)engine.Status.AcceptedTokens / engine.Status.DraftedTokens, Is.InRange(least, most));
    }

    [Test]
    public async Task GenerateAsync_DraftModelThatIsTheModel_IsAlwaysRight()
    {
        using var engine = new GenerationEngine(
            TinyDecoder.Load(), TinyDecoder.MaxLength, new() { DraftLength = 5 }, draft: TinyDecoder.Load());
        var prompt = TinyDecoder.Prompt(new Random(11), 50);
        var options = new GenerationOptions { MaxNewTokens = 180 };

        var text = await All(engine, prompt, options);

        Assert.That(Plain(text), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompt, options))));
        Assert.That(engine.Status.AcceptedTokens, Is.EqualTo(engine.Status.DraftedTokens).And.AtLeast(145));
    }

    [Test]
    public async Task GenerateAsync_DraftModelThatIsHardlyEverRight_IsSeldomAsked()
    {
        using var engine = new GenerationEngine(
            TinyDecoder.Load(), TinyDecoder.MaxLength, new() { DraftLength = 4 }, draft: TinyDecoder.LoadChanged(5));
        var prompt = TinyDecoder.Prompt(new Random(11), 50);
        var options = new GenerationOptions { MaxNewTokens = 180, Temperature = 1, Seed = 3 };

        var text = await All(engine, prompt, options);

        Assert.That(Plain(text), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompt, options))));
        Assert.That(engine.Status.AcceptedTokens, Is.LessThan(20));
        Assert.That(engine.Status.DraftedTokens, Is.InRange(30, 180), "not four at each of 180 tokens");
    }

    [Test]
    public void Create_DraftModelOfAnotherVocabulary_IsRefused()
    {
        var model = OnnxModel.Load(TinyDecoder.File);
        var vectors = model.Graph.Initializer.Single(static i => i.Name == "embedding.tokens.weight");
        var node = model.Graph.Node.Single(static n => n.Output[0] == OnnxDecoder.Logits);
        var head = model.Graph.Initializer.SingleOrDefault(i => i.Name == node.Input[1]);
        Assert.That((vectors.Dims[0], head?.Dims[1]), Is.EqualTo((97, 97)));
        head!.Dims[1] = 96;
        head.RawData = Google.Protobuf.ByteString.CopyFrom(head.RawData.Span[..(96 * 32 * 4)]);
        model.Graph.Output[0].Type.TensorType.Shape.Dim[2].DimValue = 96;

        Assert.That(
            () => new GenerationEngine(
                TinyDecoder.Load(), TinyDecoder.MaxLength,
                draft: new DecoderGraph(InferenceModel.Load(model.ToByteArray()))),
            Throws.ArgumentException.With.Message.Contains("draft model of 97 tokens, got one of 96"));
    }

    [Test]
    public async Task GenerateAsync_CallersKeptApart_ShareNothingWithEachOther()
    {
        using var engine = Engine(Blocks(64) with { SharesAcrossCallers = false });
        var prompt = TinyDecoder.Prompt(new Random(7), 100);
        var options = new GenerationOptions { MaxNewTokens = 4 };
        await All(engine, prompt, options, "one");

        Assert.That((await All(engine, prompt, options, "two"))[0].CachedTokens, Is.Zero);
        Assert.That((await All(engine, prompt, options))[0].CachedTokens, Is.Zero);
        Assert.That((await All(engine, prompt, options, "one"))[0].CachedTokens, Is.EqualTo(96));
    }

    [Test]
    public async Task GenerateAsync_ClientsThatLeave_GiveTheirBlocksBack()
    {
        using var engine = Engine(Blocks(400));
        async Task Leave(int seed)
        {
            using var source = new CancellationTokenSource();
            var random = new Random(seed);
            var leaves = random.Next(6);
            try
            {
                await foreach (var token in engine.GenerateAsync(
                    TinyDecoder.Prompt(random, random.Next(1, 200)), new() { MaxNewTokens = 50 }, null, source.Token))
                {
                    if (leaves-- == 0)
                    {
                        if (seed % 2 == 0)
                        {
                            break;
                        }

                        await source.CancelAsync();
                    }
                }
            }
            catch (OperationCanceledException)
            {
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(seed => Task.Run(() => Leave(seed))));

        var options = new GenerationOptions { MaxNewTokens = 20 };
        var prompt = TinyDecoder.Prompt(new Random(8), 20);
        Assert.That(
            Plain(await All(engine, prompt, options)), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompt, options))));
        Assert.That(
            () => (engine.Status.UsedBlocks, engine.Status.Running, engine.Status.Waiting),
            Is.EqualTo((0, 0, 0)).After(5000, 10));
    }

    [Test]
    public void GenerateAsync_PromptThatDoesNotFit_IsRefusedByItsLength()
    {
        using var engine = Engine(Blocks(4));

        Assert.That(engine.MaxLength, Is.EqualTo(64), "what fits the cache");
        Assert.That(
            () => engine.GenerateAsync(new long[64]),
            Throws.TypeOf<ModelInputException>().With.Message.Contains("less than 64 tokens, got 64"));
        Assert.That(() => engine.GenerateAsync([]), Throws.TypeOf<ModelInputException>());
    }

    [Test]
    public async Task GenerateAsync_TokenOutsideTheVocabulary_FailsAloneAndTheNextGoesOn()
    {
        using var engine = Engine();
        var options = new GenerationOptions { MaxNewTokens = 30 };
        var prompt = TinyDecoder.Prompt(new Random(9), 20);
        var beside = All(engine, prompt, options);

        Assert.That(
            async () => await All(engine, [5, TinyDecoder.Vocabulary + 7]), Throws.InstanceOf<InferenceException>());

        var expected = Plain(TinyDecoder.Alone(_graph, prompt, options)).ToArray();
        Assert.That(Plain(await beside), Is.EqualTo(expected));
        Assert.That(Plain(await All(engine, prompt, options)), Is.EqualTo(expected));
        Assert.That(engine.Status.UsedBlocks, Is.Zero);
    }

    private sealed class Failing(Exception failure) : ITokenConstraint, ITokenConstraintState
    {
        public bool IsComplete => false;

        public ITokenConstraintState Start(IReadOnlyList<long> stopTokens) => this;

        public void Mask(Span<float> logits) => throw failure;

        public void Accept(long token)
        {
        }
    }

    // A constraint that is too costly to follow says so itself: the client's fault, as it is.
    private static readonly Exception[] Failures =
        [new InvalidOperationException("no more"), new ModelInputException("grammar: too costly")];

    [TestCaseSource(nameof(Failures))]
    public async Task GenerateAsync_ConstraintThatFails_EndsItsTextAlone(Exception failure)
    {
        using var engine = Engine();
        var options = new GenerationOptions { MaxNewTokens = 30 };
        var prompt = TinyDecoder.Prompt(new Random(9), 20);
        var beside = All(engine, prompt, options);

        Assert.That(
            async () => await All(engine, prompt, options with { Constraint = new Failing(failure) }),
            Throws.TypeOf(failure.GetType()).With.Message.EqualTo(failure.Message));
        Assert.That(Plain(await beside), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompt, options))));
        Assert.That(engine.Status.UsedBlocks, Is.Zero);
    }

    [Test]
    public async Task GenerateAsync_RunsNotShared_WritesWhatEachWritesAlone()
    {
        var random = new Random(12);
        using var engine = Engine(Blocks(90, 5) with { MaxRows = 6, SharesRuns = false });
        var prompts = Enumerable.Range(0, 30).Select(_ => TinyDecoder.Prompt(random, random.Next(1, 90))).ToArray();
        var options = Options(random);

        var texts = await Task.WhenAll(prompts.Select(p => Task.Run(() => All(engine, p, options))));

        for (var i = 0; i < prompts.Length; i++)
        {
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompts[i], options))));
        }

        Assert.That(engine.Status.CachedTokens, Is.Zero);
    }

    [Test]
    public async Task GenerateAsync_DraftedTextsWithoutRoom_TakeTurnsWithoutAWrongToken()
    {
        var random = new Random(13);
        using var engine = new GenerationEngine(
            TinyDecoder.Load(), TinyDecoder.MaxLength,
            Blocks(45, 4) with { MaxRows = 8, MaxDraftedRows = 8, DraftLength = 6 },
            draft: TinyDecoder.LoadChanged(0.05f));
        var prompts = Enumerable.Range(0, 20).Select(_ => TinyDecoder.Prompt(random, random.Next(1, 40))).ToArray();
        var options = new GenerationOptions { MaxNewTokens = 60 };

        var texts = await Task.WhenAll(prompts.Select(p => Task.Run(() => All(engine, p, options))));

        for (var i = 0; i < prompts.Length; i++)
        {
            Assert.That(Plain(texts[i]), Is.EqualTo(Plain(TinyDecoder.Alone(_graph, prompts[i], options))));
        }

        Assert.That(engine.Status.Preemptions, Is.Positive);
        Assert.That(engine.Status.AcceptedTokens, Is.Positive);
    }

    [Test]
    public async Task Dispose_TextsUnderWay_EndsThem()
    {
        var engine = Engine();
        var texts = Enumerable.Range(0, 30).Select(i => All(engine, [i], new() { MaxNewTokens = 250 })).ToArray();

        engine.Dispose();

        foreach (var text in texts)
        {
            try
            {
                await text;
            }
            catch (ObjectDisposedException)
            {
            }
        }

        Assert.That(async () => await All(engine, [1]), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Options_OutOfRange_AreNamed()
        => Assert.That(
            () => Engine(new() { MaxRows = 0, ChunkLength = -1 }),
            Throws.ArgumentException.With.Message.Contains("MaxRows").And.Message.Contains("ChunkLength"));

    [Test]
    public void Create_NotOneBlockFits_NamesTheBytes()
        => Assert.That(
            () => Engine(new() { CacheBytes = 100 }),
            Throws.ArgumentException.With.Message.Contains("at least one block").And.Message.Contains("got 100"));
}
