using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers.Bert;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Checkpoints;

/// <summary>A folder with a BERT of a few thousand weights and its words.</summary>
internal static class TinyBert
{
    public static readonly BertConfig Config = new()
    {
        VocabSize = 40,
        HiddenSize = 16,
        NumHiddenLayers = 2,
        NumAttentionHeads = 2,
        IntermediateSize = 32,
        MaxPositionEmbeddings = 24,
        InitializerRange = 0.2,
    };

    private static readonly string[] Words = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "seed", "soil", "rose", "water", "spade", "price", "shop", "cart",
        "pay",
        "card", "the", "a", "of", "and", "in", "for", "it"];

    /// <summary>Writes config.json, model.safetensors and vocab.txt.</summary>
    /// <param name="folder">Created when it is not there.</param>
    /// <param name="create">Makes the network whose weights are written.</param>
    public static void Write(string folder, Func<BertConfig, nn.Module> create)
    {
        manual_seed(7);
        using var model = create(Config);
        BertCheckpoint.Save(folder, model, Config);
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), Words);
    }
}
