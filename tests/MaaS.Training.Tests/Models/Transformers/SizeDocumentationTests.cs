using System.Runtime.CompilerServices;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;

namespace MaaS.Training.Tests.Models.Transformers;

public sealed class SizeDocumentationTests
{
    private const string Begin = "<!-- sizes -->\n", End = "<!-- /sizes -->";

    [Test]
    public void Documentation_SizeTable_IsWhatTheCalculatorSays()
    {
        var path = Page();
        var text = File.ReadAllText(path);
        var (begin, end) = (
            text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("MAAS_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..begin] + Table() + text[end..]);
        }
        else
        {
            Assert.That(text[begin..end], Is.EqualTo(Table()), "run the tests with MAAS_UPDATE_DOCS=1");
        }
    }

    private static string Table()
    {
        static TransformerClassifierOptions Text(long width, int layers) => new()
        {
            Vocabulary = 8000,
            Encoder = new() { Width = width, Layers = layers, Heads = width / 32, MaxLength = 256 },
        };
        static GptOptions Gpt(long width, int layers, long vocabulary, long length) => new()
        {
            Vocabulary = vocabulary,
            Decoder = new() { Width = width, Layers = layers, Heads = width / 64, MaxLength = length },
        };
        (string Model, TransformerSize Size)[] rows =
        [
            ("`TransformerClassifier`, width 64, 2 layers, 128 tokens", TransformerSize.Of(Text(64, 2), 32, 128)),
            ("`TransformerClassifier`, width 128, 2 layers, 256 tokens", TransformerSize.Of(Text(128, 2), 32, 256)),
            ("`TransformerClassifier`, width 256, 4 layers, 256 tokens", TransformerSize.Of(Text(256, 4), 32, 256)),
            ("`BertModel`, tiny (128, 2 layers), 128 tokens", TransformerSize.Of(
                new BertConfig { HiddenSize = 128, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 512 },
                32, 128)),
            ("`BertModel`, base (768, 12 layers), 128 tokens", TransformerSize.Of(new BertConfig(), 32, 128)),
            ("`Gpt`, width 256, 6 layers, 256 tokens", TransformerSize.Of(Gpt(256, 6, 8000, 256), 32, 256)),
            ("`Gpt`, GPT-2 small (768, 12 layers), 1024 tokens",
                TransformerSize.Of(Gpt(768, 12, 50257, 1024), 32, 1024)),
            ("`Seq2SeqTransformer`, width 256, 3 + 3 layers, 64 to 64 tokens", TransformerSize.Of(
                new Seq2SeqOptions
                {
                    SourceVocabulary = 8000, TargetVocabulary = 8000,
                    Layers = new() { Width = 256, Heads = 4, Layers = 3, MaxLength = 128 },
                }, 32, 64, 64)),
            ("`VisionTransformer`, 28×28, patch 4, width 64, 3 layers", TransformerSize.Of(
                new ImageEncoderOptions
                {
                    Encoder = new() { Width = 64, Heads = 4, Layers = 3, FeedForward = 128, Dropout = 0 },
                }, 10, 32)),
        ];
        return "| model | parameters | weights | MACs | activations | training with Adam |\n|---|---|---|---|---|---|\n"
            + string.Concat(
            rows.Select(static row => $"| {row.Model} | {row.Size.Parameters:N0} | {Bytes(row.Size.WeightBytes)} | "
                + $"{row.Size.Macs / 1e9:0.00} G | {Bytes(row.Size.ActivationBytes)} | "
                + $"{Bytes(row.Size.TrainingBytes)} |\n"));
    }

    private static string Bytes(long count)
        => count < 1 << 30 ? $"{count / 1048576.0:0.0} MiB" : $"{count / 1073741824.0:0.0} GiB";

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../../docs/transformers.md"));
}
