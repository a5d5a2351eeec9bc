using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Boosting;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Benchmarks.Tuning;

/// <summary>A real tuning task: gradient boosting that tells MNIST's 3 from 8, by the log loss on images that it did
/// not see.</summary>
internal sealed class DigitBoosting
{
    private const int TrainImages = 600, Side = 28, Block = 4;

    private readonly (Matrix Features, Target Target) _train, _validation;

    /// <param name="folder">With the IDX files of the digits.</param>
    public DigitBoosting(string folder)
    {
        var images = File.ReadAllBytes(Path.Combine(folder, "train-images-idx3-ubyte"));
        var labels = File.ReadAllBytes(Path.Combine(folder, "train-labels-idx1-ubyte"));
        int[] rows = [.. Enumerable.Range(0, labels.Length - 8).Where(i => labels[8 + i] is 3 or 8)];
        _train = Part(rows[..TrainImages]);
        _validation = Part(rows[TrainImages..]);

        (Matrix, Target) Part(int[] part)
        {
            var features = new Matrix(part.Length, Side / Block * (Side / Block));
            for (var r = 0; r < part.Length; r++)
            {
                for (var pixel = 0; pixel < Side * Side; pixel++)
                {
                    // Means of blocks of 4 × 4 pixels.
                    var block = (pixel / Side / Block * (Side / Block)) + (pixel % Side / Block);
                    features[r, block] += images[16 + (part[r] * Side * Side) + pixel] / 255.0 / (Block * Block);
                }
            }

            return (features, Target.OfClasses([.. part.Select(i => labels[8 + i] == 3 ? 0 : 1)], ["3", "8"]));
        }
    }

    public static SearchSpace Space { get; } = new SearchSpace()
        .Float("learning-rate", 1e-3, 1, log: true)
        .Int("rounds", 10, 300, log: true)
        .Int("leaves", 2, 64, log: true)
        .Int("min-leaf-rows", 1, 100, log: true)
        .Float("l2", 1e-3, 1e3, log: true);

    public double LogLoss(Trial trial)
    {
        var learner = new GradientBoosting
        {
            LearningRate = trial.Float("learning-rate"),
            Rounds = trial.Int("rounds"),
            Leaves = trial.Int("leaves"),
            MinLeafRows = trial.Int("min-leaf-rows"),
            L2 = trial.Float("l2"),
            Threads = 1,
        };
        var fitted = learner.Fit(_train.Features, _train.Target);
        return TabularMetrics.ByName["log-loss"].Measure(fitted.Predict(_validation.Features), _validation.Target);
    }
}
