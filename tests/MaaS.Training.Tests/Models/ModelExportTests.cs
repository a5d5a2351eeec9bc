using MaaS.Training.Export;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;
using MaaS.Training.Pipelines.Generation;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Models;

/// <summary>Exports of MaaS's own architectures: the numbers in their graphs are checked at sizes far beyond the
/// example's, so that no warning stands in the result.</summary>
public sealed class ModelExportTests
{
    private static readonly TransformerOptions Small = new()
    {
        Width = 16,
        Heads = 2,
        Layers = 2,
        MaxLength = 64,
        Positions = PositionKind.Learned,
    };

    private static readonly BertConfig Bert = new()
    {
        VocabSize = 30,
        HiddenSize = 16,
        NumHiddenLayers = 1,
        NumAttentionHeads = 2,
        IntermediateSize = 32,
    };

    [SetUp]
    public void SeedTorch() => random.manual_seed(1);

    [Test]
    public void Export_TextClassifier_WarnsOfNothing([Values("transformer", "textcnn")] string name)
    {
        using var model = ModelCatalog.Create(name, new TextModelSizes { Width = 16 }, 30, 3, maxLength: 64);
        CheckText(model);
    }

    [Test]
    public void Export_Bert_WarnsOfNothing([Values] bool masked)
    {
        using nn.Module model = masked ? new BertMaskedLanguage(Bert) : new BertClassifier(Bert);
        CheckText(model);
    }

    [Test]
    public void Export_Gpt_WarnsOfNothing()
    {
        using var model = new Gpt(new() { Vocabulary = 30, Decoder = Small });
        CheckNone(DecoderExport.Export(model));
        CheckNone(Export(model, [Tokens(2, 7)], ["input_ids"]));
    }

    [Test]
    public void Export_Seq2Seq_WarnsOfNothing()
    {
        using var scope = NewDisposeScope();
        using var model = new Seq2SeqTransformer(new()
        {
            SourceVocabulary = 30,
            TargetVocabulary = 30,
            Layers = Small,
        });
        var options = new OnnxExportOptions
        {
            InputNames = ["source_ids", "source_mask", "target_ids"],
            DynamicAxes = new()
            {
                { "source_ids", 0, "batch" }, { "source_ids", 1, "source_length" }, { "source_mask", 0, "batch" },
                { "source_mask", 1, "source_length" }, { "target_ids", 0, "batch" },
                { "target_ids", 1, "target_length" },
            },
        };
        CheckNone(OnnxExporter.Export(model, [Tokens(2, 7), Mask(2, 7), Tokens(2, 5)], options));
    }

    [Test]
    public void Export_ImageModel_WarnsOfNothing([Values("mlp", "convnet", "resnet", "vit")] string name)
    {
        using var model = ModelCatalog.Create(name, [1, 28, 28], 10);
        using var example = randn(2, 1, 28, 28);
        CheckNone(OnnxExporter.Export(model, example));
    }

    private static void CheckText(nn.Module model) =>
        CheckNone(Export(model, [Tokens(2, 7), Mask(2, 7)], ["input_ids", "attention_mask"]));

    private static void CheckNone(OnnxExportResult result) => Assert.That(result.Warnings, Is.Empty);

    private static OnnxExportResult Export(nn.Module model, IReadOnlyList<Tensor> examples, string[] names)
    {
        using var scope = NewDisposeScope();
        var axes = new DynamicAxes();
        foreach (var name in names)
        {
            axes.Add(name, 0, "batch");
            axes.Add(name, 1, "sequence");
        }

        return OnnxExporter.Export(model, examples, new() { InputNames = names, DynamicAxes = axes });
    }

    private static Tensor Tokens(long batch, long length) => randint(0, 30, [batch, length], ScalarType.Int64);

    private static Tensor Mask(long batch, long length) => ones(batch, length, ScalarType.Int64);
}
