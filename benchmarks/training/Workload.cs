using MaaS.Training.Data;
using MaaS.Training.Data.Text;
using MaaS.Training.Models;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Training;

/// <summary>A network of MaaS's and the data that it learns from; the same for MaaS's and TorchSharp's loops.</summary>
/// <param name="Train">What to learn from.</param>
/// <param name="Test">What to measure accuracy on.</param>
/// <param name="Create">Fresh weights for a seed.</param>
/// <param name="BatchSize">Samples a step.</param>
internal sealed record Workload(
    IBatchSource Train, IBatchSource Test, Func<int, nn.Module<Tensor, Tensor>> Create, int BatchSize) : IDisposable
{
    /// <summary>Steps with images and with mails: Adam without a schedule.</summary>
    public const double LearningRate = 1e-3;

    // ResNet's epoch is a part of the images: the loops that are slow there would take minutes.
    private const int ResNetImages = 8000;

    /// <summary>Networks that are compared where nothing else is asked for.</summary>
    public static IReadOnlyList<string> Defaults { get; } = ["mlp", "convnet", "resnet", "transformer"];

    /// <summary>All networks; <c>sequential</c> is ConvNet of torch's own modules, without MaaS's fused
    /// convolution.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Defaults, "sequential"];

    /// <summary>Reads the data of a network.</summary>
    public static Workload Load(RunRequest request)
    {
        if (request.Network == "transformer")
        {
            var tokens = TokenFile.Read(request.Tokens);
            return new Workload(
                new TextDataset(tokens.TrainIds, tokens.TrainLabels, tokens.Classes, tokens.Padding),
                new TextDataset(tokens.TestIds, tokens.TestLabels, tokens.Classes, tokens.Padding),
                seed => new PaddedSequences(
                    ModelCatalog.Create(
                        "transformer", new TextModelSizes(), tokens.Vocabulary, tokens.Classes.Length, 256, seed),
                    tokens.Padding),
                BatchSize: 32);
        }

        var sets = FashionMnist.Load(request.Images);
        return new Workload(
            request.Network == "resnet" ? sets.Train.Take(ResNetImages) : sets.Train, sets.Test,
            seed => request.Network == "sequential"
                ? Sequential(seed) : ModelCatalog.Create(request.Network, [1, 28, 28], 10, seed),
            BatchSize: 128);
    }

    public void Dispose()
    {
        (Train as IDisposable)?.Dispose();
        (Test as IDisposable)?.Dispose();
    }

    private static TorchSharp.Modules.Sequential Sequential(int seed)
    {
        manual_seed(seed);
        return nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 13 * 13, 10));
    }
}
