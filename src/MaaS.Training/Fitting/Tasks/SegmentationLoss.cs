namespace MaaS.Training.Fitting.Tasks;

/// <summary>What a segmentation learns by.</summary>
public enum SegmentationLoss
{
    /// <summary>Cross-entropy, each pixel counting the same.</summary>
    CrossEntropy,

    /// <summary>One minus the overlap of probabilities and classes, each class and image counting the same, however few
    /// its pixels (Milletari, Navab, Ahmadi 2016).</summary>
    Dice,

    /// <summary>The sum of both, each image counting the same.</summary>
    CrossEntropyAndDice,
}
