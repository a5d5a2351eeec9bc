using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests.Utils;

public class TensorAccessorTests
{
    /// <summary>Nothing but the accessor holds the tensor while its memory is copied, and the finalizer is at work.</summary>
    [Test]
    public void ToArray_CollectedMeanwhile_ReadsLiveMemory()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < 8; i++) Assert.That(Read(i), Is.EqualTo(i));
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

    // Large enough that freed memory goes back to the system: reading it ends the process. Optimised from the first call.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static float Read(int value) => full([20_000_000], value, ScalarType.Float32).data<float>().ToArray()[^1];
}
