using System.Globalization;
using System.Text.RegularExpressions;
using MaaS.Training.Models;

namespace MaaS.Training.Checkpoints;

/// <summary>Weights of residual networks of basic blocks, as ResNet-18, under the names of common checkpoints or in an
/// ONNX graph.</summary>
public static partial class ResNetCheckpoint
{
    private const int Stages = 4;

    private static readonly CheckpointFormat Format = new()
    {
        Name = "a residual network of basic blocks",
        Prefix = "",
        Ignored = BatchCounts(),
    };

    /// <summary>Fills a model; nothing changes when it throws.</summary>
    /// <param name="model">The network.</param>
    /// <param name="path">A <c>.safetensors</c> file, a state dictionary of PyTorch (<c>.bin</c>, <c>.pt</c>,
    /// <c>.pth</c>), an <c>.onnx</c> file, whose weights are told by their places where it has no names, or a folder
    /// that holds one of them.</param>
    /// <param name="strict">Whether a missing or an unexpected key is an error; otherwise the report names them, and
    /// what is missing stays as it is.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or keys or shapes do not fit: all of them are
    /// named.</exception>
    public static CheckpointReport LoadWeights(BasicResNet model, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var checkpoint = WeightFile.Open(path);
        return CheckpointWeights.Load(model, checkpoint, Format, strict);
    }

    /// <summary>Makes a network of as many blocks as a file has, with its weights and a fresh head.</summary>
    /// <param name="path">As in <see cref="LoadWeights"/>.</param>
    /// <param name="classes">Number of logits, at least 2; the file's own head is left over.</param>
    /// <returns>The model in evaluation mode, which the caller owns, and what was taken.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds other weights: all keys that do not fit are
    /// named.</exception>
    public static (BasicResNet Model, CheckpointReport Report) LoadBackbone(string path, long classes)
    {
        using var checkpoint = WeightFile.Open(path);
        var keys = checkpoint.Entries.Select(static e => e.Name).ToArray();
        int[] blocks = [.. Enumerable.Range(1, Stages).Select(stage => Blocks(keys, stage))];
        var stem = checkpoint.Entries.FirstOrDefault(static e => e.Name == "conv1.weight");
        if (blocks.Contains(0) || stem is not { Shape: [_, var channels, _, _] })
        {
            throw new InvalidDataException(
                $"{path}: expected {Format.Name}, with conv1.weight and layer1.0.conv1.weight to layer4.…, got "
                    + $"{string.Join(", ", keys.Take(4))}, ….");
        }

        var model = new BasicResNet(channels, classes, blocks);
        try
        {
            var report = CheckpointWeights.Load(model, checkpoint, Format, strict: true, IsHead);
            model.eval();
            return (model, report);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static int Blocks(string[] keys, int stage)
        => keys.Select(k => BlockWeight().Match(k))
            .Where(m => m.Success && m.Groups[1].Value == stage.ToString(CultureInfo.InvariantCulture))
            .Select(static m => int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture) + 1)
            .DefaultIfEmpty(0).Max();

    private static bool IsHead(string key) => key.StartsWith("fc.", StringComparison.Ordinal);

    // How many batches a batch norm has seen counts only where its momentum is unset.
    [GeneratedRegex(@"\.num_batches_tracked$")]
    private static partial Regex BatchCounts();

    [GeneratedRegex(@"^layer([1-4])\.(\d{1,3})\.conv1\.weight$")]
    private static partial Regex BlockWeight();
}
