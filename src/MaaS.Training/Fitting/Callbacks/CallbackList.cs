namespace MaaS.Training.Fitting.Callbacks;

/// <summary>The callbacks of a run, called one after the other.</summary>
internal sealed class CallbackList
{
    private readonly TrainingCallback[] _callbacks;

    /// <summary>Those of some options, and its hooks.</summary>
    /// <exception cref="ArgumentException">Two states have one name.</exception>
    public CallbackList(TrainerOptions options)
    {
        _callbacks = [.. options.Callbacks, .. options.Hooks.Select(static h => new HookCallback(h))];
        States = [.. options.Callbacks.OfType<ICallbackState>()];
        if (States.GroupBy(static s => s.StateName).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException(
                $"Callbacks: expected one state of each name, got {twice.Count()} called '{twice.Key}'.");
        }
    }

    /// <summary>Those with a state.</summary>
    public IReadOnlyList<ICallbackState> States { get; }

    /// <summary>Calls all of them.</summary>
    public void Each(Action<TrainingCallback> call) => Array.ForEach(_callbacks, call);
}
