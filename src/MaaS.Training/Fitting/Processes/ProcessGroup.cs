using System.Globalization;
using MaaS.Training.Fitting.Processes.Mpi;

namespace MaaS.Training.Fitting.Processes;

/// <summary>The processes that this one was started with.</summary>
public static class ProcessGroup
{
    private const string OpenMpiSize = "OMPI_COMM_WORLD_SIZE";
    private const string OpenMpiLocalSize = "OMPI_COMM_WORLD_LOCAL_SIZE";
    private const string OpenMpiLocalRank = "OMPI_COMM_WORLD_LOCAL_RANK";

    // Set where mpirun tied this process to some of the cores.
    private const string OpenMpiBound = "OMPI_MCA_orte_bound_at_launch";

    // Size of a job of MPICH and its relatives, and of srun.
    private const string OtherSize = "PMI_SIZE";

    private static readonly Lazy<MpiProcessGroup> OpenMpi = new(static () => MpiProcessGroup.Start(MpiLibrary.Load()));

    /// <summary>The group that <c>mpirun</c> of Open MPI started, or this process alone.</summary>
    /// <returns>The same group at every call; it ends with the process, and <see cref="IDisposable.Dispose"/> leaves
    /// it as it is.</returns>
    /// <exception cref="DllNotFoundException">mpirun started this process and the system has no Open MPI
    /// library.</exception>
    /// <exception cref="InvalidOperationException">Another MPI than Open MPI started several processes.</exception>
    public static IProcessGroup FromEnvironment()
    {
        if (Number(OpenMpiSize) is not null)
        {
            return OpenMpi.Value;
        }

        if (Number(OtherSize) > 1)
        {
            throw new InvalidOperationException(
                $"Processes: expected Open MPI's mpirun, got {OtherSize}={Number(OtherSize)} of another MPI, of which "
                + "each process would train a model of its own; start with the mpirun of the package openmpi-bin.");
        }

        return new SingleProcess();
    }

    /// <summary>The number of this process among those on this machine; 0 without mpirun. GPUs are given out by
    /// it.</summary>
    public static int LocalRank => Number(OpenMpiLocalRank) ?? 0;

    /// <summary>Cores for this process: those that mpirun tied it to, or an equal share of the machine's.</summary>
    public static int Cores => Environment.GetEnvironmentVariable(OpenMpiBound) == "1"
        ? Environment.ProcessorCount
        : Math.Max(1, Environment.ProcessorCount / Math.Max(1, Number(OpenMpiLocalSize) ?? 1));

    private static int? Number(string variable) => int.TryParse(
        Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value : null;
}
