using MaaS.Training.Fitting.Processes.Nccl;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes;

/// <summary>Chooses how tensors are summed up.</summary>
internal static class TensorSums
{
    /// <summary>Sums on a device: by MPI on the CPU, by NCCL on GPUs.</summary>
    /// <exception cref="DllNotFoundException">The device is a GPU and the system has no NCCL.</exception>
    public static ITensorSum On(Device device, IProcessGroup processes) => device.type == DeviceType.CUDA
        ? new NcclTensorSum(NcclFunctions.Load(), processes, Math.Max(0, device.index))
        : new CpuTensorSum(processes);
}
