namespace MaaS.Training.Fitting.Callbacks;

/// <summary>Runs a hook after each update of the weights.</summary>
internal sealed class HookCallback(ITrainingHook hook) : TrainingCallback
{
    public override void OnAfterUpdate(TrainingContext context) => hook.AfterStep(context.Weights);
}
