using TorchSharp;

namespace MaaS.Tests;

/// <summary>How many tensors live, for tests that expect the number back.</summary>
internal static class LiveTensors
{
    /// <summary>
    /// The count once everything that earlier tests forgot is freed, so that no finalizer of theirs changes it any
    /// more. Compare
    /// <c>Tensor.TotalCount</c> with it: a collection there would hide what the test itself forgets.
    /// </summary>
    public static long Settled()
    {
        long count;
        do
        {
            count = torch.Tensor.TotalCount;
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        while (torch.Tensor.TotalCount < count);
        return count;
    }
}
