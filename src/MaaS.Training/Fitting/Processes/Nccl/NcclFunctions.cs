using System.Runtime.InteropServices;

namespace MaaS.Training.Fitting.Processes.Nccl;

/// <summary>The functions of NCCL and of the CUDA driver that are called here.</summary>
/// <remarks>nccl.h of NCCL 2; cuda.h. A CUDA context is what NCCL takes a process's GPU by.</remarks>
internal sealed unsafe class NcclFunctions
{
    private const string NcclFile = "libnccl.so.2";
    private const string DriverFile = "libcuda.so.1";

    /// <summary>ncclFloat32.</summary>
    public const int Float32 = 7;

    /// <summary>ncclSum.</summary>
    public const int Sum = 0;

    public required delegate* unmanaged<NcclUniqueId*, int> GetUniqueId { get; init; }

    public required delegate* unmanaged<nint*, int, NcclUniqueId, int, int> CommInitRank { get; init; }

    public required delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int> AllReduce { get; init; }

    public required delegate* unmanaged<nint, int> CommDestroy { get; init; }

    public required delegate* unmanaged<int, nint> GetErrorString { get; init; }

    public required delegate* unmanaged<int*, int, int> DeviceGet { get; init; }

    public required delegate* unmanaged<nint*, int, int> PrimaryContextRetain { get; init; }

    public required delegate* unmanaged<nint, int> ContextSetCurrent { get; init; }

    /// <summary>Loads the system's libraries.</summary>
    /// <exception cref="DllNotFoundException">One is missing; the message says what brings it.</exception>
    public static NcclFunctions Load()
    {
        var nccl = Open(NcclFile, "NCCL, the package libnccl2 of NVIDIA's repository");
        var driver = Open(DriverFile, "NVIDIA's driver");
        return new NcclFunctions
        {
            GetUniqueId = (delegate* unmanaged<NcclUniqueId*, int>)Export(nccl, "ncclGetUniqueId"),
            CommInitRank =
                (delegate* unmanaged<nint*, int, NcclUniqueId, int, int>)Export(nccl, "ncclCommInitRank"),
            AllReduce =
                (delegate* unmanaged<nint, nint, nuint, int, int, nint, nint, int>)Export(nccl, "ncclAllReduce"),
            CommDestroy = (delegate* unmanaged<nint, int>)Export(nccl, "ncclCommDestroy"),
            GetErrorString = (delegate* unmanaged<int, nint>)Export(nccl, "ncclGetErrorString"),
            DeviceGet = (delegate* unmanaged<int*, int, int>)Export(driver, "cuDeviceGet"),
            PrimaryContextRetain =
                (delegate* unmanaged<nint*, int, int>)Export(driver, "cuDevicePrimaryCtxRetain"),
            ContextSetCurrent = (delegate* unmanaged<nint, int>)Export(driver, "cuCtxSetCurrent"),
        };
    }

    /// <summary>Checks what a function of NCCL returned.</summary>
    /// <exception cref="InvalidOperationException">An error; the message has NCCL's own words.</exception>
    public void Check(int error, string function)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(
                $"{function}: expected ncclSuccess (0), got {error}: "
                + $"{Marshal.PtrToStringUTF8(GetErrorString(error))}; NCCL_DEBUG=INFO says more.");
        }
    }

    /// <summary>Makes a GPU the one that this thread's NCCL calls are for.</summary>
    /// <exception cref="InvalidOperationException">The driver refuses it.</exception>
    public void UseDevice(int index)
    {
        int device;
        nint context;
        CheckDriver(DeviceGet(&device, index), "cuDeviceGet", index);
        CheckDriver(PrimaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain", index);
        CheckDriver(ContextSetCurrent(context), "cuCtxSetCurrent", index);
    }

    private static void CheckDriver(int error, string function, int index)
    {
        if (error != 0)
        {
            throw new InvalidOperationException(
                $"{function}: expected CUDA_SUCCESS (0) for the device cuda:{index}, got {error}.");
        }
    }

    private static nint Open(string file, string source) => NativeLibrary.TryLoad(file, out var handle)
        ? handle
        : throw new DllNotFoundException(
            $"Processes: CUDA tensors of several processes need {file}; this system has none ({source}).");

    private static nint Export(nint library, string name) => NativeLibrary.GetExport(library, name);
}
