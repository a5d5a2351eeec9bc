using System.Runtime.InteropServices;
using MaaS.Training.Startup;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Processes.Nccl;

/// <summary>Sums of CUDA tensors over processes of one GPU each, in the order of torch's own work: on the default
/// stream, which is torch's as well.</summary>
internal sealed unsafe class NcclTensorSum : ITensorSum, IPendingSum
{
    // The default stream of a device.
    private const nint Stream = 0;

    private readonly NcclFunctions _nccl;
    private readonly nint _communicator;

    /// <summary>Joins the communicator; waits for all processes.</summary>
    /// <param name="nccl">The functions.</param>
    /// <param name="processes">Brings the communicator's name to all of them.</param>
    /// <param name="device">Index of this process's GPU, on which no other process works.</param>
    /// <exception cref="InvalidOperationException">NCCL or the driver refuses.</exception>
    public NcclTensorSum(NcclFunctions nccl, IProcessGroup processes, int device)
    {
        _nccl = nccl;
        nccl.UseDevice(device);
        NcclUniqueId id = default;
        if (processes.Rank == 0)
        {
            nccl.Check(nccl.GetUniqueId(&id), "ncclGetUniqueId");
        }

        processes.Broadcast(MemoryMarshal.AsBytes(new Span<NcclUniqueId>(ref id)), root: 0);
        nint communicator;
        nccl.Check(nccl.CommInitRank(&communicator, processes.Size, id, processes.Rank), "ncclCommInitRank");
        _communicator = communicator;
    }

    /// <inheritdoc/>
    public IPendingSum Begin(Tensor values)
    {
        var address = Address(values);
        _nccl.Check(
            _nccl.AllReduce(
                address, address, (nuint)values.numel(), NcclFunctions.Float32, NcclFunctions.Sum, _communicator,
                Stream),
            "ncclAllReduce");
        return this;
    }

    /// <summary>What torch does next with the tensor comes after the sum.</summary>
    public bool Poll() => true;

    /// <inheritdoc cref="Poll"/>
    public void Wait()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _nccl.Check(_nccl.CommDestroy(_communicator), "ncclCommDestroy");

    // libtorch's C function takes a tensor's handle, which is TorchSharp's.
    private static nint Address(Tensor values)
    {
        if (!LibTorchLibrary.TryGetExport("aoti_torch_get_data_ptr", out var function))
        {
            throw new InvalidOperationException(
                "Processes: expected a libtorch with aoti_torch_get_data_ptr, got one without; take TorchSharp's own.");
        }

        nint address;
        var error = ((delegate* unmanaged<nint, nint*, int>)function)(values.Handle, &address);
        return error == 0
            ? address
            : throw new InvalidOperationException($"aoti_torch_get_data_ptr: expected 0, got {error}.");
    }
}
