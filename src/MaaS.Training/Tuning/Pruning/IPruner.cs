namespace MaaS.Training.Tuning.Pruning;

/// <summary>Says which trials are not worth going on with.</summary>
public interface IPruner
{
    /// <summary>Its name, as <c>asha</c>.</summary>
    string Name { get; }

    /// <summary>Whether to stop a trial that has just reported.</summary>
    bool ShouldPrune(PruningContext context);
}
