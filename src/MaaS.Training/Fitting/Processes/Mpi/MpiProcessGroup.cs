namespace MaaS.Training.Fitting.Processes.Mpi;

/// <summary>The processes that Open MPI's mpirun started.</summary>
/// <remarks>
/// MPI is started once and ended once in a process: it ends when the process does, with the exit code 0. A process that
/// ends in another way (an exception, kill −9) leaves MPI unfinished, by which mpirun knows to end the others.
/// </remarks>
internal sealed unsafe class MpiProcessGroup : IProcessGroup
{
    private readonly MpiLibrary _mpi;

    // Pending sums are in an order of their own, which need not be the same everywhere beside the other calls.
    private readonly nint _pending;

    private MpiProcessGroup(MpiLibrary mpi, nint pending, int rank, int size)
        => (_mpi, _pending, Rank, Size) = (mpi, pending, rank, size);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Joins the job.</summary>
    /// <exception cref="InvalidOperationException">This build of MPI cannot be called by a program with
    /// threads.</exception>
    public static MpiProcessGroup Start(MpiLibrary mpi)
    {
        int provided, rank, size;
        MpiLibrary.Check(mpi.InitThread(null, null, MpiLibrary.Serialized, &provided), "MPI_Init_thread");
        if (provided < MpiLibrary.Serialized)
        {
            throw new InvalidOperationException(
                $"MPI_Init_thread: expected the thread level {MpiLibrary.Serialized}, got {provided}; take a build of "
                + "Open MPI with thread support.");
        }

        MpiLibrary.Check(mpi.CommRank(mpi.World, &rank), "MPI_Comm_rank");
        MpiLibrary.Check(mpi.CommSize(mpi.World, &size), "MPI_Comm_size");
        nint pending;
        MpiLibrary.Check(mpi.CommDuplicate(mpi.World, &pending), "MPI_Comm_dup");
        var group = new MpiProcessGroup(mpi, pending, rank, size);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => group.End();
        return group;
    }

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        fixed (float* address = values)
        {
            Sum(address, values.Length, _mpi.Float);
        }
    }

    /// <inheritdoc/>
    public void Sum(Span<double> values)
    {
        fixed (double* address = values)
        {
            Sum(address, values.Length, _mpi.Double);
        }
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> bytes, int root)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, Size);
        fixed (byte* address = bytes)
        {
            MpiLibrary.Check(_mpi.Bcast(address, bytes.Length, _mpi.Byte, root, _mpi.World), "MPI_Bcast");
        }
    }

    /// <inheritdoc/>
    public byte[][] Gather(ReadOnlySpan<byte> bytes)
    {
        var counts = new int[Size];
        var length = bytes.Length;
        fixed (int* count = counts)
        {
            MpiLibrary.Check(
                _mpi.Allgather(&length, 1, _mpi.Int, count, 1, _mpi.Int, _mpi.World), "MPI_Allgather");
        }

        var starts = new int[Size];
        for (var rank = 1; rank < Size; rank++)
        {
            starts[rank] = checked(starts[rank - 1] + counts[rank - 1]);
        }

        var all = new byte[checked(starts[^1] + counts[^1])];
        fixed (byte* part = bytes, whole = all)
        fixed (int* count = counts, start = starts)
        {
            MpiLibrary.Check(
                _mpi.Allgatherv(part, length, _mpi.Byte, whole, count, start, _mpi.Byte, _mpi.World),
                "MPI_Allgatherv");
        }

        return [.. counts.Select((count, rank) => all.AsSpan(starts[rank], count).ToArray())];
    }

    /// <inheritdoc/>
    public IPendingSum BeginSum(nint address, int count)
    {
        nint request;
        MpiLibrary.Check(
            _mpi.Iallreduce(
                MpiLibrary.InPlace, (void*)address, count, _mpi.Float, _mpi.Sum, _pending, &request),
            "MPI_Iallreduce");
        return new MpiPendingSum(_mpi, request);
    }

    /// <inheritdoc/>
    public void Abort(string reason)
    {
        if (Size > 1)
        {
            Console.Error.WriteLine($"Process {Rank} of 0…{Size - 1} failed and ends the others: {reason}");
            Console.Error.Flush();
            _ = _mpi.Abort(_mpi.World, 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The job lives as long as the process.
    }

    private void Sum(void* address, int count, nint type) => MpiLibrary.Check(
        _mpi.Allreduce(MpiLibrary.InPlace, address, count, type, _mpi.Sum, _mpi.World), "MPI_Allreduce");

    // MPI_Finalize waits for all processes: not after a failure, which mpirun is to see.
    private void End()
    {
        if (Environment.ExitCode == 0)
        {
            _ = _mpi.Finalize();
        }
    }
}
