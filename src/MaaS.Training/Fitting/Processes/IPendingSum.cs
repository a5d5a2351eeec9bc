namespace MaaS.Training.Fitting.Processes;

/// <summary>A sum over processes that is under way.</summary>
public interface IPendingSum
{
    /// <summary>Moves the sum on without waiting: a library that computes in its caller's thread goes on only while it
    /// is called.</summary>
    /// <returns>Whether the array holds the sum.</returns>
    bool Poll();

    /// <summary>Waits until the array holds the sum.</summary>
    void Wait();
}
