namespace MaaS.Training.Fitting.Processes.Mpi;

/// <summary>An <c>MPI_Iallreduce</c> under way.</summary>
internal sealed unsafe class MpiPendingSum(MpiLibrary mpi, nint request) : IPendingSum
{
    // MPI_REQUEST_NULL once the sum is there, for which MPI_Test and MPI_Wait return at once.
    private nint _request = request;

    /// <inheritdoc/>
    public bool Poll()
    {
        int done;
        fixed (nint* address = &_request)
        {
            MpiLibrary.Check(mpi.Test(address, &done, null), "MPI_Test");
        }

        return done != 0;
    }

    /// <inheritdoc/>
    public void Wait()
    {
        fixed (nint* address = &_request)
        {
            MpiLibrary.Check(mpi.Wait(address, null), "MPI_Wait");
        }
    }
}
