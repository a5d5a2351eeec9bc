using MaaS.Core.Importing;
using MaaS.Core.Packages;
using MaaS.Onnx;
using Microsoft.ML.OnnxRuntime;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Serving.Tests.OpenAi.Embeddings;

/// <summary>A small cross-encoder with random weights: what it gives depends on the words, on which of two texts each
/// stands in, and on the mask. Beside it ONNX Runtime runs the same file with tokens that are put together
/// here.</summary>
internal static class CrossEncoder
{
    public const int MaxLength = 16;

    private const int Width = 4;

    private static readonly string[] Words =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "cat", "dog", "mat", "sat", "stock", "bread", "the", "on"];

    /// <summary>Makes a folder as the authors of cross-encoders publish them, and imports it.</summary>
    /// <param name="folder">Does not exist yet.</param>
    /// <param name="package">The package.</param>
    /// <param name="name">Of the model.</param>
    /// <param name="labels">1 or 2.</param>
    /// <param name="more">Members of <c>config.json</c>.</param>
    /// <param name="pairs">Whether the import is told.</param>
    /// <param name="network">Null for one with random weights.</param>
    /// <param name="pooling">What the import is told.</param>
    /// <param name="files">Further files of the folder, by name.</param>
    public static async Task<ImportedModel> ImportAsync(
        string folder, string package, string name, int labels, string more, bool pairs = false,
        OnnxModel? network = null, EmbeddingPooling? pooling = null, params (string Name, string Text)[] files)
    {
        Directory.CreateDirectory(folder);
        (network ?? Network(labels)).Save(Path.Combine(folder, "model.onnx"));
        await File.WriteAllLinesAsync(Path.Combine(folder, "vocab.txt"), Words);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "config.json"),
            $$"""
            {"architectures":["BertForSequenceClassification"],"max_position_embeddings":{{MaxLength}},{{more}}}
            """);
        foreach (var (file, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), text);
        }

        return await ModelImport.FromHuggingFaceAsync(
            folder, package, new ImportOptions { Name = name, Pairs = pairs, Pooling = pooling });
    }

    /// <summary>The logits of one pair, by ONNX Runtime: <c>[CLS] query [SEP] document [SEP]</c> with types 0 and
    /// 1.</summary>
    public static float[] Logits(string folder, string query, string document)
    {
        static long[] Ids(string text) => [.. text.Split(' ').Select(static w => (long)Math.Max(1, Words.IndexOf(w)))];
        long[] first = [2, .. Ids(query), 3], second = [.. Ids(document), 3];
        if (first.Length + second.Length > MaxLength)
        {
            second = [.. second[..(MaxLength - first.Length - 1)], 3];
        }

        long[] ids = [.. first, .. second], shape = [1, ids.Length];
        using var session = new InferenceSession(Path.Combine(folder, "model.onnx"));
        using var run = new RunOptions();
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(ids, static _ => 1L), shape);
        using var types = OrtValue.CreateTensorValueFromMemory(
            [.. first.Select(static _ => 0L), .. second.Select(static _ => 1L)], shape);
        using var outputs = session.Run(
            run, ["input_ids", "attention_mask", "token_type_ids"], [tokens, mask, types], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>A network whose logit is the sum of what the words of the document are given here; others count
    /// nothing.</summary>
    public static OnnxModel Adding(params (string Word, float Logit)[] given)
    {
        var graph = new GraphBuilder("sums");
        var ids = graph.AddInput("input_ids", DataType.Int64, ["batch", "sequence"]);
        var mask = graph.AddInput("attention_mask", DataType.Int64, ["batch", "sequence"]);
        var types = graph.AddInput("token_type_ids", DataType.Int64, ["batch", "sequence"]);
        var words = graph.AddInitializer(OnnxTensor.Create<float>(
            "words", [.. Words.Select(word => given.FirstOrDefault(g => g.Word == word).Logit)], Words.Length));
        var counted = graph.Node("Cast", [graph.Node("Mul", [mask, types])], ("to", (long)DataType.Float));
        var x = graph.Node("Mul", [graph.Node("Gather", [words, ids]), counted]);                         // (B, T)
        graph.Graph.Node.Add(new MaaS.Onnx.Schema.NodeProto
        {
            OpType = "ReduceSum",
            Name = "logits",
            Input = { x, graph.Ints(1) },
            Output = { "logits" },
        });
        graph.AddOutput("logits", DataType.Float, ["batch", 1]);
        return graph.Build();
    }

    // (B, T) words times vectors of the types, tanh, the sum over what is no padding, and a linear layer.
    private static OnnxModel Network(int labels)
    {
        var random = new Random(3);
        float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 3) - 1.5f)];
        var graph = new GraphBuilder("pairs");
        var ids = graph.AddInput("input_ids", DataType.Int64, ["batch", "sequence"]);
        var mask = graph.AddInput("attention_mask", DataType.Int64, ["batch", "sequence"]);
        var types = graph.AddInput("token_type_ids", DataType.Int64, ["batch", "sequence"]);
        var words = graph.AddInitializer(
            OnnxTensor.Create<float>("words", Numbers(Words.Length * Width), Words.Length, Width));
        var sides = graph.AddInitializer(OnnxTensor.Create<float>("sides", Numbers(2 * Width), 2, Width));
        var x = graph.Node("Mul", [graph.Node("Gather", [words, ids]), graph.Node("Gather", [sides, types])]);
        x = graph.Node("Tanh", [x]);                                                                    // (B, T, W)
        var kept = graph.Node(
            "Unsqueeze", [graph.Node("Cast", [mask], ("to", (long)DataType.Float)), graph.Ints(2)]);      // (B, T, 1)
        x = graph.Node("ReduceSum", [graph.Node("Mul", [x, kept]), graph.Ints(1)], ("keepdims", 0L));     // (B, W)
        var row = graph.AddInitializer(OnnxTensor.Create<float>("row", Numbers(Width * labels), Width, labels));
        graph.Graph.Node.Add(new MaaS.Onnx.Schema.NodeProto
        {
            OpType = "MatMul",
            Name = "logits",
            Input = { x, row },
            Output = { "logits" },
        });
        graph.AddOutput("logits", DataType.Float, ["batch", labels]);
        return graph.Build();
    }
}
