using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>A fitted learner that predicts many rows at once faster than one by one.</summary>
public interface IBatchLearner : IFittedLearner
{
    /// <summary>Predicts many rows.</summary>
    /// <param name="features">(rows, features).</param>
    /// <returns>(rows, outputs).</returns>
    Matrix PredictBatch(Matrix features);
}
