namespace MaaS.Training.Fitting.Processes;

/// <summary>The processes that train one model together.</summary>
/// <remarks>All calls are collective: every process makes the same ones in the same order, on one thread. A process
/// that fails ends the others.</remarks>
public interface IProcessGroup : IDisposable
{
    /// <summary>Number of this process, 0…<see cref="Size"/>−1; 0 writes files and shows progress.</summary>
    int Rank { get; }

    /// <summary>How many processes there are, at least 1.</summary>
    int Size { get; }

    /// <summary>Sums up an array over all processes, in place; every process gets the same bits.</summary>
    /// <param name="values">Equally long everywhere; float32 on the CPU.</param>
    void Sum(Span<float> values);

    /// <summary>Sums up numbers over all processes, in place.</summary>
    /// <param name="values">Equally many everywhere.</param>
    void Sum(Span<double> values);

    /// <summary>Gives every process what one of them has.</summary>
    /// <param name="bytes">Equally long everywhere; overwritten elsewhere than at <paramref name="root"/>.</param>
    /// <param name="root">Whose bytes they are.</param>
    void Broadcast(Span<byte> bytes, int root);

    /// <summary>Collects different numbers of bytes of all processes, in the order of their ranks.</summary>
    /// <param name="bytes">This process's part.</param>
    byte[][] Gather(ReadOnlySpan<byte> bytes);

    /// <summary>Starts to sum up an array while this process goes on computing; the array is not touched until
    /// <see cref="IPendingSum.Wait"/> returns. Every process starts these sums in the same order; other calls may come
    /// between them at different places.</summary>
    /// <param name="address">First of the float32 values, on the CPU.</param>
    /// <param name="count">How many; equal everywhere.</param>
    IPendingSum BeginSum(nint address, int count);

    /// <summary>Ends all processes because this one cannot go on and the others would wait for it; says so on standard
    /// error, with this process's rank. Without effect where there is one process.</summary>
    /// <param name="reason">What went wrong here.</param>
    void Abort(string reason);
}
