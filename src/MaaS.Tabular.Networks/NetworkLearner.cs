using MaaS.Tabular.Features;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Selection;
using MaaS.Training.Data;
using MaaS.Training.Fitting;
using MaaS.Training.Startup;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Tabular.Networks;

/// <summary>A network that is trained on features by AdamW and ends by rows that it does not learn from. Categories are
/// embedded where the learner is told of them, as <see cref="TabularFit"/> does and learners that select or calibrate;
/// in features without columns their places count as numbers.</summary>
/// <remarks>Computes in float32; one network is trained at a time in a process, so that a seed gives the same
/// weights.</remarks>
public abstract class NetworkLearner : IColumnLearner
{
    private static readonly Lock OneAtATime = new();

    private protected NetworkLearner(string name) => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How it is trained.</summary>
    public NetworkOptions Options { get; init; } = new();

    /// <inheritdoc/>
    public FeatureOptions Features { get; init; } = new() { Encoding = CategoryEncoding.Ordinal };

    /// <inheritdoc/>
    public bool Supports(TabularTask task) => true;

    /// <inheritdoc/>
    public IFittedLearner Fit(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Fit(ColumnLayout.Of(new int[features.Columns]), features, target, weights, cancellationToken);
    }

    /// <inheritdoc/>
    public IFittedLearner Fit(
        IReadOnlyList<int> cardinalities, Matrix features, Target target, double[]? weights = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cardinalities);
        return Fit(ColumnLayout.Of(cardinalities), features, target, weights, cancellationToken);
    }

    /// <summary>A network with fresh weights from torch's default generator.</summary>
    private protected abstract nn.Module<Tensor, Tensor> Build(ColumnLayout layout, int outputs);

    private NetworkModel Fit(
        ColumnLayout layout, Matrix features, Target target, double[]? weights, CancellationToken cancellationToken)
    {
        var counts = Fitting.Check(this, features, target, weights);
        Check();
        var (mean, deviation) = target.Task == TabularTask.Regression ? Scale(target.Values, counts) : (0, 1);
        lock (OneAtATime)
        {
            TorchRuntime.Ensure();
            manual_seed(Options.Seed);
            var network = Build(layout, target.Outputs);
            using var scope = NewDisposeScope();
            var split = Splits.HoldOut(target, Options.ValidationShare, Options.Seed);
            TensorBatches<(Tensor Features, Tensor Target, Tensor Weights)> Batches(int[] rows) =>
                new(Tensors(features, target, counts, rows, mean, deviation), "table");
            var size = Options.BatchSize ?? Math.Clamp(split.Train.Length / 16, 32, 256);
            new Trainer(new TrainerOptions
            {
                Epochs = Options.Epochs,
                BatchSize = size,
                Optimizer = OptimizerKind.AdamW,
                LearningRate = Options.LearningRate,
                WeightDecay = Options.WeightDecay,
                ParameterRules = [ParameterRule.NoDecayOnNormsAndBiases],
                Schedule = ScheduleKind.Constant,
                GradientClipNorm = 1,
                EarlyStoppingPatience = Options.Patience,
                RestoreBest = true,
                Seed = Options.Seed,
                Device = Options.Device,
            }).Fit(
                network, new NetworkTask(target.Task), Batches(split.Train), Batches(split.Test),
                cancellationToken: cancellationToken);
            network.to(CPU);
            return new NetworkModel(network, layout.Count, target, mean, deviation);
        }
    }

    private void Check()
    {
        if (Options.Epochs < 1 || Options.Patience < 1 || Options.BatchSize < 1 || !(Options.LearningRate > 0)
            || !(Options.WeightDecay >= 0) || Options.Dropout is not (>= 0 and < 1)
            || Options.ValidationShare is not (> 0 and < 1))
        {
            throw new ArgumentException(
                $"{Name}: expected Epochs, Patience and BatchSize of 1 or more, LearningRate above 0, WeightDecay of 0 "
                    + $"or more, Dropout of 0 to below 1 and ValidationShare above 0 and below 1, got {Options}.");
        }
    }

    private static (double Mean, double Deviation) Scale(double[] values, double[] weights)
    {
        var sum = weights.Sum();
        var mean = values.Zip(weights, static (v, w) => v * w).Sum() / sum;
        var deviation = Math.Sqrt(values.Zip(weights, (v, w) => w * (v - mean) * (v - mean)).Sum() / sum);
        return (mean, deviation > 0 ? deviation : 1);
    }

    private static (Tensor, Tensor, Tensor) Tensors(
        Matrix features, Target target, double[] weights, int[] rows, double mean, double deviation)
    {
        var taken = features.Take(rows);
        var x = tensor(Array.ConvertAll(taken.Values, static v => (float)v), [rows.Length, features.Columns]);
        var y = target.Task == TabularTask.Classification
            ? tensor(Array.ConvertAll(rows, r => (long)target.Values[r]))
            : tensor(Array.ConvertAll(rows, r => (float)((target.Values[r] - mean) / deviation)));
        return (x, y, tensor(Array.ConvertAll(rows, r => (float)weights[r])));
    }
}

/// <summary>A perceptron with embeddings of categories (<see cref="EmbeddingMlp"/>).</summary>
public sealed class MlpLearner() : NetworkLearner("mlp")
{
    /// <summary>Width of each hidden layer, at least 1.</summary>
    public IReadOnlyList<long> Hidden { get; init; } = [128, 128];

    /// <summary>Width of a category's vector, at least 1.</summary>
    public long EmbeddingWidth { get; init; } = 8;

    private protected override nn.Module<Tensor, Tensor> Build(ColumnLayout layout, int outputs)
        => new EmbeddingMlp(layout, outputs, Hidden, EmbeddingWidth, Options.Dropout);
}

/// <summary>A Transformer over features (<see cref="FtTransformer"/>).</summary>
public sealed class FtTransformerLearner() : NetworkLearner("ft-transformer")
{
    /// <summary>Width of a feature's token, at least 1; divisible by <see cref="Heads"/>.</summary>
    public long Width { get; init; } = 64;

    /// <summary>Layers, at least 1.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Attention heads, at least 1.</summary>
    public long Heads { get; init; } = 8;

    private protected override nn.Module<Tensor, Tensor> Build(ColumnLayout layout, int outputs) => new FtTransformer(
        layout, outputs,
        new Training.Models.Transformers.TransformerOptions
        {
            Width = Width,
            Layers = Layers,
            Heads = Heads,
            FeedForward = 2 * Width,
            Dropout = Options.Dropout,
        });
}
