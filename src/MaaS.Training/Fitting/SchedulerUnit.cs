namespace MaaS.Training.Fitting;

/// <summary>When a scheduler of TorchSharp's makes a step.</summary>
public enum SchedulerUnit
{
    /// <summary>After each update of the weights.</summary>
    Step,

    /// <summary>After each epoch, with the monitored metric (as <c>ReduceLROnPlateau</c> wants it).</summary>
    Epoch,
}
