namespace MaaS.Training.Fitting.Processes;

/// <summary>A sum over processes that is under way.</summary>
public interface IPendingSum
{
    /// <summary>Waits until the array holds the sum.</summary>
    void Wait();
}
