using MaaS.Onnx.Costs;
using MaaS.Training.Export;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Pruning;
using MaaS.Training.Tests.Export;
using MaaS.Training.Tests.Pruning;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class TransformerPruningTests : ExportTests
{
    private static readonly OnnxExportOptions Texts = new()
    {
        InputNames = ["input_ids", "attention_mask"],
        DynamicAxes = new()
        {
            { "input_ids", 0, "batch" }, { "input_ids", 1, "sequence" },
            { "attention_mask", 0, "batch" }, { "attention_mask", 1, "sequence" },
        },
    };

    [TestCase(PositionKind.Learned)]
    [TestCase(PositionKind.Rotary)]
    public void Prune_HeadsOfAClassifier_EqualsTheModelThatIgnoresThem(PositionKind positions)
    {
        using var scope = NewDisposeScope();
        using var pruned = Model(positions);
        using var reference = Model(positions);
        var ids = randint(0, 30, [3, 6], ScalarType.Int64);
        var mask = tensor(new long[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, [3, 6]);
        var pruner = new Pruner(pruned, [ids, mask]);
        var groups = pruner.Analyze().Groups;
        Assert.That(groups.Select(static g => (g.Name, g.Units, g.UnitSize)), Is.EqualTo(new[]
        {
            ("text.encoder.layers.0.attention.query", 4, 4), ("text.encoder.layers.0.feedForward.up", 24, 1),
            ("text.encoder.layers.1.attention.query", 4, 4), ("text.encoder.layers.1.feedForward.up", 24, 1),
        }));

        var criterion = new FixedScores(
            [("text.encoder.layers.0.attention.query", [2]), ("text.encoder.layers.1.feedForward.up", [5])]);
        pruner.Prune(new ChannelPruningOptions
        {
            Goal = PruningGoal.Channels(0),
            Criterion = criterion,
            Ratios = criterion.Ratios(groups.ToDictionary(static g => g.Name, static g => g.Units)),
        });
        var weights = reference.state_dict();
        using (no_grad())
        {
            PruningOracle.Zero(weights["text.encoder.layers.0.attention.output.weight"], 1, 8, 9, 10, 11);
            PruningOracle.Zero(weights["text.encoder.layers.1.feedForward.down.weight"], 1, 5);
        }

        Assert.That(
            pruned.state_dict()["text.encoder.layers.0.attention.key.weight"].shape, Is.EqualTo(new long[] { 12, 16 }));
        Assert.That((pruned.call(ids, mask) - reference.call(ids, mask)).abs().max().item<float>(), Is.LessThan(1e-6));
        var exported = CostModel.Compute(Export(pruned, [ids, mask], Texts).Model);
        var full = CostModel.Compute(Export(reference, [ids, mask], Texts).Model);
        Assert.That(full.Parameters - exported.Parameters, Is.EqualTo((4 * 16 * 4) + (3 * 4) + (2 * 16) + 1));
    }

    [Test]
    public void Prune_HalfOfABert_KeepsExporting()
    {
        using var scope = NewDisposeScope();
        var config = new BertConfig
        {
            VocabSize = 30,
            HiddenSize = 16,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            IntermediateSize = 24,
        };
        using var model = new BertClassifier(config);
        Tensor[] inputs = [randint(0, 30, [3, 6], ScalarType.Int64), ones(3, 6, ScalarType.Int64)];
        new Pruner(model, inputs).Prune(new ChannelPruningOptions { Goal = PruningGoal.Channels(0.5) });
        var shapes = model.state_dict().ToDictionary(static p => p.Key, static p => p.Value.shape);
        Assert.That(shapes["bert.encoder.layer.1.attention.self.value.weight"], Is.EqualTo(new long[] { 8, 16 }));
        Assert.That(shapes["bert.encoder.layer.1.attention.output.dense.weight"], Is.EqualTo(new long[] { 16, 8 }));
        Assert.That(shapes["bert.encoder.layer.1.intermediate.dense.weight"], Is.EqualTo(new long[] { 12, 16 }));
        Export(model, inputs, Texts);
    }

    private static TransformerClassifier Model(PositionKind positions)
    {
        random.manual_seed(2);
        var model = new TransformerClassifier(new()
        {
            Vocabulary = 30,
            Encoder =
                new() { Width = 16, Heads = 4, Layers = 2, FeedForward = 24, Positions = positions, MaxLength = 64 },
        });
        model.eval();
        return model;
    }
}
