using System.CommandLine;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models.Transformers;

namespace MaaS.Cli.CommandLine;

/// <summary>The options that say whose weights training starts from.</summary>
internal sealed class PretrainedOptionSet
{
    private readonly Option<string?> _from = new("--from")
    {
        Description =
            "Start from trained weights, with a fresh head for the classes. Texts: a folder with config.json, weights "
            + "and tokenizer of a BERT, one of its files (.safetensors, .bin, .pth, .onnx), or "
            + $"{PretrainedWeights.MiniLm}, a sentence encoder that set-up brings. Pictures (--images): "
            + $"{PretrainedWeights.ResNet18}, likewise, or a file of a ResNet-18 or ResNet-34.",
        HelpName = "name|path",
    };

    private readonly Option<string?> _pooling = new("--pooling")
    {
        Description =
            "Texts, with --from: what the classes are told from, the mean over the tokens or the first one; as the "
            + "network was trained without it.",
        HelpName = string.Join("|", Poolings.Keys),
    };

    public PretrainedOptionSet() => _pooling.AcceptOnlyFromAmong([.. Poolings.Keys]);

    private static Dictionary<string, Pooling> Poolings { get; } = new()
    {
        ["mean"] = Pooling.Mean,
        ["first"] = Pooling.First,
    };

    public void AddTo(Command command) => new Option[] { _from, _pooling }.AddTo(command);

    /// <summary>The name or path that is given; null without one.</summary>
    public string? From(ParseResult result) => result.GetValue(_from);

    /// <summary>Reads the weights of a BERT that are named; null where none are.</summary>
    public PretrainedText? OpenText(ParseResult result)
    {
        var pooling = result.GetValue(_pooling) is { } name ? Poolings[name] : (Pooling?)null;
        if (From(result) is { } from)
        {
            return PretrainedText.Open(from, pooling);
        }

        return pooling is null ? null : throw new UsageException("--pooling: expected --from beside it.");
    }
}
