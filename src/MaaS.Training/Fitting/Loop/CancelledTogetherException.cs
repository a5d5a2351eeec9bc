namespace MaaS.Training.Fitting.Loop;

/// <summary>A cancellation on which all processes have agreed: none of them waits for another one.</summary>
internal sealed class CancelledTogetherException(CancellationToken cancellationToken)
    : OperationCanceledException(
        "Training: cancelled; the weights are those of the last complete step.", cancellationToken);
