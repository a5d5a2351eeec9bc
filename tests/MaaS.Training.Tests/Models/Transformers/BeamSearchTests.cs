using MaaS.Training.Models.Transformers;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class BeamSearchTests
{
    private const long Start = 0, End = 1, Vocabulary = 4;
    private const int MaxLength = 4;

    private static readonly long[] Mask = [1, 1, 1, 1, 1, 0, 0, 0];

    [TestCase(0.0, PositionKind.Learned)]
    [TestCase(1.0, PositionKind.Sinusoidal)]
    [TestCase(2.5, PositionKind.Rotary)]
    public void Generate_BeamsForEverySequence_FindsWhatTryingAllFinds(double penalty, PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = Model(positions);
        var (ids, mask) = Sources();
        var found = model.Generate(ids, mask, Options(beams: 256, penalty));
        Assert.That(found, Has.Count.EqualTo(2));
        for (var row = 0; row < 2; row++)
        {
            var all = Enumerate(model, ids.narrow(0, row, 1), mask.narrow(0, row, 1), [])
                .Select(h => (h.Tokens, Score: h.LogProbability / Math.Pow((5 + h.Tokens.Length) / 6.0, penalty)))
                .OrderByDescending(static h => h.Score).ToList();
            Assert.That(found[row], Has.Count.EqualTo(all.Count));
            Assert.That(
                found[row].Select(static h => h.Score), Is.EqualTo(all.Select(static h => h.Score)).Within(1e-5));
            Assert.That(found[row][0].Tokens, Is.EqualTo(all[0].Tokens));
        }
    }

    [Test]
    public void Generate_OneBeam_TakesTheLikeliestTokenUntilTheEnd()
    {
        using var scope = NewDisposeScope();
        using var model = Model(PositionKind.Learned);
        var (ids, mask) = Sources();
        var found = model.Generate(ids, mask, Options(beams: 1, penalty: 1));
        for (var row = 0; row < 2; row++)
        {
            List<long> tokens = [];
            while (tokens.Count < MaxLength && !tokens.Contains(End))
            {
                var next = LogProbabilities(model, ids.narrow(0, row, 1), mask.narrow(0, row, 1), tokens);
                tokens.Add(Array.IndexOf(next, next.Max()));
            }

            Assert.That(found[row].Single().Tokens, Is.EqualTo(tokens));
        }
    }

    [Test]
    public void Generate_FewBeams_GivesTheProbabilitiesOfItsSequences()
    {
        using var scope = NewDisposeScope();
        using var model = Model(PositionKind.Rotary);
        var (ids, mask) = Sources();
        foreach (var (hypotheses, row) in model.Generate(ids, mask, Options(beams: 3, penalty: 1))
            .Select(static (h, i) => (h, i)))
        {
            Assert.That(hypotheses, Has.Count.EqualTo(3));
            Assert.That(hypotheses.Select(static h => h.Score), Is.Ordered.Descending);
            foreach (var hypothesis in hypotheses)
            {
                var sum = hypothesis.Tokens.Select((token, i) => LogProbabilities(
                    model, ids.narrow(0, row, 1), mask.narrow(0, row, 1), [.. hypothesis.Tokens.Take(i)])[token]).Sum();
                Assert.That(hypothesis.LogProbability, Is.EqualTo(sum).Within(1e-5));
            }
        }
    }

    [Test]
    public void Generate_LeavesNoTensorBehind()
    {
        using var model = Model(PositionKind.Learned);
        using var scope = NewDisposeScope();
        var (ids, mask) = Sources();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        model.train();
        model.Generate(ids, mask, Options(beams: 3, penalty: 1));
        Assert.That(DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(before));
        Assert.That(model.training, Is.True);
    }

    [Test]
    public void Generate_OptionsThatDoNotFit_SayWhat()
    {
        using var model = Model(PositionKind.Learned);
        using var scope = NewDisposeScope();
        var (ids, mask) = Sources();
        Assert.That(
            () => model.Generate(
                ids, mask, new() { StartId = 0, EndId = 4, Beams = 0, MaxLength = 0, LengthPenalty = -1 }),
            Throws.ArgumentException.With.Message.EqualTo(
                "BeamSearchOptions: expected EndId from 0 to below 4, got 4; expected MaxLength of at least 1, got 0; "
                + "expected Beams of at least 1, got 0; expected LengthPenalty of at least 0, got -1."));
        Assert.That(
            () => new BeamSearch(Options(1, 1), Vocabulary).Run(2, static (_, _) => zeros(2, 5)),
            Throws.ArgumentException.With.Message.Contains("expected logits (2,4), got (2,5)"));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.That(
            () => model.Generate(ids, mask, Options(1, 1), cancelled.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Greedy_InTensorOperators_WritesWhatOneBeamDoes([Values] PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var model = Model(positions);
        var (ids, mask) = Sources();
        var expected = model.Generate(ids, mask, Options(1, 0));

        var written = model.Greedy(ids, mask, Start, MaxLength);

        Assert.That(written.shape, Is.EqualTo(new long[] { 2, MaxLength }));
        for (var row = 0; row < 2; row++)
        {
            long[] tokens = written[row].data<long>().ToArray();
            var end = Array.IndexOf(tokens, End);
            Assert.That(end < 0 ? tokens : tokens[..(end + 1)], Is.EqualTo(expected[row][0].Tokens), $"row {row}");
        }
    }

    private static BeamSearchOptions Options(int beams, double penalty) => new()
    {
        StartId = Start,
        EndId = End,
        MaxLength = MaxLength,
        Beams = beams,
        LengthPenalty = penalty,
    };

    private static Seq2SeqTransformer Model(PositionKind positions)
    {
        random.manual_seed(4);
        var model = new Seq2SeqTransformer(new()
        {
            SourceVocabulary = 6,
            TargetVocabulary = Vocabulary,
            Layers = new() { Width = 8, Heads = 2, Layers = 2, Dropout = 0.1, Positions = positions, MaxLength = 8 },
        });
        using (no_grad())
        {
            // Fresh embeddings are small; larger ones make the logits differ more from token to token.
            foreach (var (_, parameter) in model.named_parameters()
                .Where(static p => p.name.Contains("tokens", StringComparison.Ordinal)))
            {
                parameter.mul_(20);
            }
        }

        model.eval();
        return model;
    }

    private static (Tensor Ids, Tensor Mask) Sources()
        => (tensor(new long[] { 3, 1, 5, 2, 4, 0, 0, 0 }, [2, 4]), tensor(Mask, [2, 4]));

    // Every sequence that ends or is as long as allowed, by the whole model without caches.
    private static IEnumerable<(long[] Tokens, double LogProbability)> Enumerate(
        Seq2SeqTransformer model, Tensor ids, Tensor mask, long[] tokens)
    {
        if (tokens.Length == MaxLength || (tokens.Length > 0 && tokens[^1] == End))
        {
            return [(tokens, 0)];
        }

        var next = LogProbabilities(model, ids, mask, tokens);
        return Enumerable.Range(0, (int)Vocabulary).SelectMany(token => Enumerate(model, ids, mask, [.. tokens, token])
            .Select(rest => (rest.Tokens, rest.LogProbability + next[token])));
    }

    private static double[] LogProbabilities(
        Seq2SeqTransformer model, Tensor ids, Tensor mask, IReadOnlyList<long> tokens)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var logits = model.call(ids, mask, tensor([Start, .. tokens], [1, tokens.Count + 1]));
        return nn.functional.log_softmax(logits.select(1, -1).to(ScalarType.Float64), -1).data<double>().ToArray();
    }
}
