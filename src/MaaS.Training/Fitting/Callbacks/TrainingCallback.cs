using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Callbacks;

/// <summary>Code that runs at the points of a run; each method does nothing unless it is overridden.</summary>
/// <remarks>
/// The order of a run: <see cref="OnRunStart"/>; for each epoch <see cref="OnEpochStart"/>; for each update of the
/// weights <see cref="OnStepStart"/>, <see cref="OnBeforeUpdate"/>, <see cref="OnAfterUpdate"/>,
/// <see cref="OnStepEnd"/>, and perhaps <see cref="OnCheckpointSaved"/>; then
/// <see cref="OnValidationStart"/> and <see cref="OnValidationEnd"/>; then <see cref="OnEpochEnd"/> and perhaps
/// <see cref="OnCheckpointSaved"/>; at last <see cref="OnRunEnd"/>. A run that ends by an exception calls
/// <see cref="OnFailure"/> in place of the rest. All methods run on the thread that trains; an exception out of them
/// ends the run. What has a state that later steps depend on is also an <see cref="ICallbackState"/>. With several
/// processes every one of them calls its own callbacks.
/// </remarks>
public abstract class TrainingCallback
{
    /// <summary>The model is on its device and its weights are those that the run starts from; what a checkpoint kept
    /// is loaded after this.</summary>
    public virtual void OnRunStart(TrainingContext context)
    {
    }

    /// <summary>Before an epoch's first step; not called again for an epoch that is resumed in its middle.</summary>
    public virtual void OnEpochStart(TrainingContext context)
    {
    }

    /// <summary>Before the batches of an update are read.</summary>
    public virtual void OnStepStart(TrainingContext context)
    {
    }

    /// <summary>The gradients of all batches and processes are there (<see cref="TrainingContext.Gradients"/>),
    /// clipped; what is changed in them is what the optimizer sees.</summary>
    public virtual void OnBeforeUpdate(TrainingContext context)
    {
    }

    /// <summary>The optimizer has changed <see cref="TrainingContext.Weights"/>; what is changed in them holds for the
    /// next step. Runs without gradients.</summary>
    public virtual void OnAfterUpdate(TrainingContext context)
    {
    }

    /// <summary>An update is complete.</summary>
    public virtual void OnStepEnd(TrainingContext context)
    {
    }

    /// <summary>Before the validation set is measured, also where there is none and the epoch is judged by training
    /// metrics: weights that are put into the model here are measured and kept as the best ones.</summary>
    public virtual void OnValidationStart(TrainingContext context)
    {
    }

    /// <summary>After that, with the weights still as <see cref="OnValidationStart"/> left them.</summary>
    /// <param name="context">Where the run stands.</param>
    /// <param name="epoch">The epoch's result.</param>
    public virtual void OnValidationEnd(TrainingContext context, EpochResult epoch)
    {
    }

    /// <summary>An epoch is complete; its checkpoint, if one is due, is written after this.</summary>
    /// <param name="context">Where the run stands.</param>
    /// <param name="epoch">Its result.</param>
    public virtual void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
    }

    /// <summary>A checkpoint is on the disk; only on rank 0.</summary>
    /// <param name="context">Where the run stands.</param>
    /// <param name="path">The file.</param>
    public virtual void OnCheckpointSaved(TrainingContext context, string path)
    {
    }

    /// <summary>Something went wrong that does not end the run, such as a checkpoint that could not be
    /// written.</summary>
    /// <param name="context">Where the run stands.</param>
    /// <param name="message">What happened, in a sentence.</param>
    public virtual void OnWarning(TrainingContext context, string message)
    {
    }

    /// <summary>The last step is done; the best epoch's weights, if they are wanted, are restored after this.</summary>
    public virtual void OnRunEnd(TrainingContext context)
    {
    }

    /// <summary>The run ends by an exception, also by being cancelled.</summary>
    /// <param name="context">Where the run stood.</param>
    /// <param name="failure">Thrown on after this.</param>
    public virtual void OnFailure(TrainingContext context, Exception failure)
    {
    }
}
