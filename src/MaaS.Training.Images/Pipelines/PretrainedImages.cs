using MaaS.Primitives.Files;
using MaaS.Training.Checkpoints;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Pipelines;

/// <summary>A residual network that somebody has trained already on photographs: what fine-tuning starts
/// from.</summary>
public sealed class PretrainedImages : IDisposable
{
    // What the network of set-up subtracts from red, green and blue, 0 to 255; see data/README.md.
    private static readonly double[] SetUpMeans = [123.2, 115.9, 103.1];

    /// <summary>Names of the head's weights, which are drawn anew.</summary>
    public static IReadOnlyList<string> HeadNames { get; } = ["fc.weight", "fc.bias"];

    private PretrainedImages(string name, BasicResNet network, CheckpointReport report, Normalize normalization)
        => (Name, Network, Report, Normalization) = (name, network, report, normalization);

    /// <summary>What it is called: a name of <see cref="PretrainedWeights"/>, or the name of its folder or
    /// file.</summary>
    public string Name { get; }

    /// <summary>Reads red, green and blue, or grey where the weights have one channel; owned by this object. Its head
    /// knows nothing.</summary>
    public BasicResNet Network { get; }

    /// <summary>How the weights fitted.</summary>
    public CheckpointReport Report { get; }

    /// <summary>How the network wants its pixels.</summary>
    public Normalize Normalization { get; }

    /// <summary>1 for grey, 3 for colour.</summary>
    public int Channels => Normalization.Mean.Count;

    /// <summary>Reads the weights.</summary>
    /// <param name="nameOrPath"><see cref="PretrainedWeights.ResNet18"/>, or a path as
    /// <see cref="ResNetCheckpoint.LoadBackbone"/> takes it, of a network that was trained with ImageNet's
    /// normalisation as torchvision's are.</param>
    /// <exception cref="FileNotFoundException">There is no such name or path.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds other weights than those of a residual
    /// network of basic blocks that reads 1 or 3 channels.</exception>
    public static PretrainedImages Open(string nameOrPath)
    {
        var path = PretrainedWeights.Find(nameOrPath);
        var (network, report) = ResNetCheckpoint.LoadBackbone(path, classes: 2);
        try
        {
            using var scope = NewDisposeScope();
            var stem = network.state_dict()["conv1.weight"];   // (64, C, 7, 7)
            var normalization = (IsOfSetUp(path), stem.shape[1]) switch
            {
                (true, 3) => OfSetUp(stem),
                (false, 3) => Normalize.ImageNet,
                (_, 1) => Grey(),
                var (_, channels) => throw new InvalidDataException(
                    $"{path}: expected a network of images with 1 or 3 channels, got {channels}."),
            };
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(nameOrPath));
            return new PretrainedImages(
                Directory.Exists(path) ? name : Path.GetFileNameWithoutExtension(name), network, report,
                normalization);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    /// <summary>A network with these weights and a fresh head; the caller owns it.</summary>
    /// <param name="classes">Number of logits, at least 2.</param>
    /// <param name="seed">Seed of torch's default generator, from which the head is drawn.</param>
    internal BasicResNet Create(long classes, int seed)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        manual_seed(seed);
        var network = new BasicResNet(Channels, classes, Network.Blocks);
        var targets = network.state_dict();
        foreach (var (name, weights) in Network.state_dict())
        {
            if (!HeadNames.Contains(name))
            {
                targets[name].copy_(weights);
            }
        }

        return network;
    }

    private static bool IsOfSetUp(string path)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return DatasetDirectory.Candidates(PretrainedWeights.ResNet18, null)
            .Any(c => Full(c) == Full(folder));

        static string Full(string f) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f));
    }

    // It reads blue, green and red: with its first weights in another order it reads what everything else gives.
    private static Normalize OfSetUp(Tensor stem)
    {
        using var noGrad = no_grad();
        stem.copy_(stem.index_select(1, tensor(new long[] { 2, 1, 0 })));
        return new Normalize([.. SetUpMeans.Select(static m => m / 255)], [1 / 255.0, 1 / 255.0, 1 / 255.0]);
    }

    // ImageNet's statistics by the weights of a colour's brightness.
    private static Normalize Grey() => new([0.449], [0.226]);
}
