using System.Runtime.InteropServices;

namespace MaaS.Training.Fitting.Processes.Mpi;

/// <summary>The functions of Open MPI's C library that are called here, and its objects: in Open MPI a communicator, a
/// type and an operation are addresses of exported variables.</summary>
/// <remarks>MPI 3.1, chapters 3, 5 and 8. Errors end the job: that is MPI's default (MPI_ERRORS_ARE_FATAL).</remarks>
internal sealed unsafe class MpiLibrary
{
    /// <summary>The library's name in Open MPI 2 to 5.</summary>
    public const string FileName = "libmpi.so.40";

    /// <summary>MPI_THREAD_SERIALIZED: any thread may call, one at a time.</summary>
    public const int Serialized = 2;

    /// <summary>MPI_IN_PLACE.</summary>
    public static readonly void* InPlace = (void*)1;

    private MpiLibrary(nint handle)
    {
        nint Export(string name) => NativeLibrary.GetExport(handle, name);
        World = Export("ompi_mpi_comm_world");
        Float = Export("ompi_mpi_float");
        Double = Export("ompi_mpi_double");
        Byte = Export("ompi_mpi_byte");
        Int = Export("ompi_mpi_int");
        Sum = Export("ompi_mpi_op_sum");
        InitThread = (delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread");
        Finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        Abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        CommRank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        CommSize = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        CommDuplicate = (delegate* unmanaged<nint, nint*, int>)Export("MPI_Comm_dup");
        Allreduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        Iallreduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        Test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        Wait = (delegate* unmanaged<nint*, void*, int>)Export("MPI_Wait");
        Bcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast");
        Allgather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Export("MPI_Allgather");
        Allgatherv =
            (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Export("MPI_Allgatherv");
    }

    public nint World { get; }

    public nint Float { get; }

    public nint Double { get; }

    public nint Byte { get; }

    public nint Int { get; }

    public nint Sum { get; }

    public delegate* unmanaged<void*, void*, int, int*, int> InitThread { get; }

    public delegate* unmanaged<int> Finalize { get; }

    public delegate* unmanaged<nint, int, int> Abort { get; }

    public delegate* unmanaged<nint, int*, int> CommRank { get; }

    public delegate* unmanaged<nint, int*, int> CommSize { get; }

    public delegate* unmanaged<nint, nint*, int> CommDuplicate { get; }

    public delegate* unmanaged<void*, void*, int, nint, nint, nint, int> Allreduce { get; }

    public delegate* unmanaged<void*, void*, int, nint, nint, nint, nint*, int> Iallreduce { get; }

    public delegate* unmanaged<nint*, int*, void*, int> Test { get; }

    public delegate* unmanaged<nint*, void*, int> Wait { get; }

    public delegate* unmanaged<void*, int, nint, int, nint, int> Bcast { get; }

    public delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> Allgather { get; }

    public delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> Allgatherv { get; }

    /// <summary>Loads the library.</summary>
    /// <param name="file">Its name or path; null for the system's.</param>
    /// <exception cref="DllNotFoundException">The system has none.</exception>
    /// <exception cref="EntryPointNotFoundException">The library is not Open MPI's.</exception>
    public static MpiLibrary Load(string? file = null)
    {
        file ??= FileName;
        return NativeLibrary.TryLoad(file, out var handle)
            ? new MpiLibrary(handle)
            : throw new DllNotFoundException(
                $"Processes: mpirun started this program, which needs Open MPI's {file}; this system has none "
                + "(on Debian and Ubuntu: apt install openmpi-bin).");
    }

    /// <summary>Checks what a function returned.</summary>
    /// <exception cref="InvalidOperationException">An error; MPI itself ends the job at most of them.</exception>
    public static void Check(int error, string function)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"{function}: expected MPI_SUCCESS (0), got error {error}.");
        }
    }
}
