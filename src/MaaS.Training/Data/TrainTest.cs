namespace MaaS.Training.Data;

/// <summary>A data set's two parts; disposing it disposes both.</summary>
/// <param name="Train">Samples to learn from.</param>
/// <param name="Test">Held-back samples, normalised with the training samples' statistics.</param>
public sealed record TrainTest(ImageDataset Train, ImageDataset Test) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
    }
}
