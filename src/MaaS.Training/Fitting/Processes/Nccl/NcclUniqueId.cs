using System.Runtime.CompilerServices;

namespace MaaS.Training.Fitting.Processes.Nccl;

/// <summary><c>ncclUniqueId</c>: what the processes of one communicator know each other by.</summary>
[InlineArray(Length)]
internal struct NcclUniqueId
{
    /// <summary>NCCL_UNIQUE_ID_BYTES.</summary>
    public const int Length = 128;

    private byte _first;
}
