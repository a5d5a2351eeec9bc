using MaaS.Core.Generation;
using MaaS.Onnx.Inference;
using MaaS.Tests;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Pipelines.Generation;

/// <summary>Text that a GPT writes with a cache, without one, and in ONNX Runtime.</summary>
internal sealed class DecoderGenerationTests
{
    private static readonly long[] Prompt = [3, 17, 8, 8, 0];

    private static readonly GenerationOptions[] Ways =
    [
        new() { MaxNewTokens = 24 },
        new() { MaxNewTokens = 24, RepetitionPenalty = 1.3 },
        new() { MaxNewTokens = 24, Temperature = 1, Seed = 5 },
        new() { MaxNewTokens = 24, Temperature = 0.7, TopK = 5, TopP = 0.9, RepetitionPenalty = 1.1, Seed = 6 },
    ];

    [Test]
    public void Generate_WithCache_GivesTheTokensOfTheWholeSequenceEachTime(
        [Values(PositionKind.Learned, PositionKind.Rotary, PositionKind.Sinusoidal)] PositionKind positions,
        [ValueSource(nameof(Ways))] GenerationOptions options)
    {
        using var model = Model(positions);
        using var uncached = new Uncached(model);

        var cached = model.Generate(Prompt, options).ToArray();

        Assert.That(cached, Is.EqualTo(TokenGenerator.Generate(uncached, Prompt, options).ToArray()));
        Assert.That(
            cached.Select(static t => t.Id).Distinct().Count(), Is.GreaterThan(1), "a text of one token shows little");
    }

    [TestCase("gpt2")]
    public void Generate_Checkpoint_TakesTheReferencesLikeliestTokens(string name)
    {
        using var scope = NewDisposeScope();
        using var fixture = new SafeTensorsFixture("Checkpoints", "Fixtures", "gpt2.safetensors");
        var (model, _) = GptCheckpoint.Load(
            Path.Combine(TestContext.CurrentContext.TestDirectory, "Checkpoints", "Fixtures", name));
        using (model)
        {
            var expected = fixture["logits"].argmax(-1);
            for (var row = 0; row < 3; row++)
            {
                using var session = model.Start();
                for (var t = 0; t < 9; t++)
                {
                    var logits = session.Append([fixture["ids"][row, t].item<long>()]).ToArray();
                    Assert.That(
                        logits.IndexOf(logits.Max()), Is.EqualTo(expected[row, t].item<long>()),
                        $"row {row}, token {t}");
                }
            }
        }
    }

    [Test]
    public void Export_StepWithCache_GivesTorchsTokensInOnnxRuntime(
        [Values(PositionKind.Learned, PositionKind.Rotary)] PositionKind positions)
    {
        using var model = Model(positions);
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            DecoderExport.Export(model).Model.Save(path);
            OnnxChecker.Check(path);
            using var decoder = new DecoderGraph(InferenceModel.Load(path));
            Assert.That(decoder.Layers, Is.EqualTo(2));
            foreach (var options in Ways)
            {
                using var session = decoder.Start(40);
                Assert.That(
                    TokenGenerator.Generate(session, Prompt, options), Is.EqualTo(model.Generate(Prompt, options)),
                    $"{options}");
            }

            using var whole = decoder.Start(40);
            using var parts = decoder.Start(40);
            var logits = whole.Append(Prompt).ToArray();
            parts.Append(Prompt.AsSpan(0, 2));
            Assert.That(
                parts.Append(Prompt.AsSpan(2)).ToArray(), Is.EqualTo(logits).Within(1e-5), "a prompt in two parts");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public void Generate_ToTheLongestSequence_StopsThere()
    {
        using var model = Model(PositionKind.Learned);

        var tokens = model.Generate(Prompt, new() { MaxNewTokens = 100 }).ToArray();

        Assert.That(tokens, Has.Length.EqualTo(40 - Prompt.Length + 1));
        Assert.That(tokens[^1].Finish, Is.EqualTo(FinishReason.Length));
        Assert.That(
            () => model.Generate(new long[40]).First(),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("less than 40 tokens, got 40"));
    }

    [Test]
    public void Forward_LaterTokens_HaveNoInfluence()
    {
        using var scope = NewDisposeScope();
        using var model = Model(PositionKind.Learned);
        var ids = tensor(new long[] { 1, 2, 3, 4, 5, 6 }, [1, 6]);
        var other = tensor(new long[] { 1, 2, 3, 9, 9, 9 }, [1, 6]);

        Assert.That((model.call(ids) - model.call(other)).narrow(1, 0, 3).abs().max().item<float>(), Is.Zero);
    }

    [Test]
    public void Generate_TokensOutsideTheVocabularyOrTrainingMode_Throws()
    {
        using var model = Model(PositionKind.Learned);
        Assert.That(
            () => model.Generate([3, 99]).First(), Throws.ArgumentException.With.Message.Contains("0 to 22, got 99"));
        Assert.That(
            () => model.Generate([]).First(),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("at least one token"));

        model.train();
        Assert.That(
            () => model.Generate(Prompt).First(), Throws.InvalidOperationException.With.Message.Contains("eval()"));
    }

    [Test]
    public void Generate_Ended_LeavesNoTensors()
    {
        using var model = Model(PositionKind.Learned);
        _ = model.Generate(Prompt).Count();
        var live = LiveTensors.Settled();

        _ = model.Generate(Prompt).Take(3).Count();

        Assert.That(Tensor.TotalCount, Is.EqualTo(live));
    }

    [Test]
    public void Train_RepeatingText_LearnsToContinueIt()
    {
        random.manual_seed(1);
        using var model = new Gpt(
            new()
            {
                Vocabulary = 8,
                Decoder = new()
                {
                    Width = 16,
                    Heads = 2,
                    Layers = 1,
                    Dropout = 0,
                    MaxLength = 24,
                    Activation = ActivationKind.GeluTanh,
                }
            });
        using var optimizer = optim.AdamW(model.parameters(), lr: 0.01);
        for (var step = 0; step < 120; step++)
        {
            using var scope = NewDisposeScope();
            var text = (arange(24, ScalarType.Int64).unsqueeze(0) + step % 5).remainder(5);
            var logits = model.call(text.narrow(1, 0, 23));
            var loss = nn.functional.cross_entropy(logits.reshape(-1, 8), text.narrow(1, 1, 23).reshape(-1));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }

        model.eval();
        Assert.That(
            model.Generate([0, 1, 2], new() { MaxNewTokens = 12 }).Select(static t => t.Id),
            Is.EqualTo(new long[] { 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4 }));
    }

    // Weights large enough that the tokens vary.
    private static Gpt Model(PositionKind positions)
    {
        random.manual_seed(4);
        var model = new Gpt(new()
        {
            Vocabulary = 23,
            Decoder = new()
            {
                Width = 16,
                Heads = 4,
                Layers = 2,
                MaxLength = 40,
                Activation = ActivationKind.GeluTanh,
                Positions = positions,
            },
        });
        using var noGrad = no_grad();
        foreach (var parameter in model.parameters())
        {
            if (parameter.dim() > 1)
            {
                parameter.mul_(20);
            }
        }

        model.eval();
        return model;
    }

    /// <summary>Computes the whole sequence anew for each token.</summary>
    private sealed class Uncached(Gpt model) : IDecoderSession
    {
        private readonly List<long> _tokens = [];

        public long MaxLength => model.Options.Decoder.MaxLength;

        public long Length => _tokens.Count;

        public ReadOnlyMemory<float> Append(ReadOnlySpan<long> tokens, CancellationToken cancellationToken = default)
        {
            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            _tokens.AddRange(tokens);
            return model.call(tensor(_tokens.ToArray(), [1, _tokens.Count]))[0, -1].data<float>().ToArray();
        }

        public void Dispose()
        {
        }
    }
}
