using MaaS.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.LibTorch.Tests;

/// <summary>Ownership as TorchSharp documents it, with hand-counted statistics.</summary>
public class DisposeScopeTests
{
    private static ThreadDisposeScopeStatistics Statistics => DisposeScopeManager.Statistics;

    [SetUp]
    public void Reset() => Statistics.Reset();

    [Test]
    public void Dispose_OfScope_DisposesWhatWasCreatedInIt()
    {
        Tensor inside;
        using (NewDisposeScope())
        {
            inside = ones(2) + 1;
            Assert.That(CurrentDisposeScope!.DisposablesCount, Is.EqualTo(2));
            Assert.That(Statistics.CreatedInScopeCount, Is.EqualTo(2));
        }
        Assert.That(inside.IsInvalid);
        Assert.That(Statistics.DisposedInScopeCount, Is.EqualTo(2));
        Assert.That(Statistics.ThreadTotalLiveCount, Is.Zero);
        Assert.That(CurrentDisposeScope, Is.Null);
    }

    [Test]
    public void Create_OutsideScopes_IsCountedAsSuch()
    {
        var tensor = ones(2);
        Assert.That((Statistics.CreatedOutsideScopeCount, Statistics.ThreadTotalLiveCount), Is.EqualTo((1L, 1L)));
        tensor.Dispose();
        Assert.That((Statistics.DisposedOutsideScopeCount, Statistics.ThreadTotalLiveCount), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public void MoveToOuterDisposeScope_FromInner_IsOwnedByOuter()
    {
        Tensor moved;
        using (var outer = NewDisposeScope())
        {
            using (NewDisposeScope()) moved = ones(2).MoveToOuterDisposeScope();
            Assert.That(moved.IsInvalid, Is.False);
            Assert.That(outer.Contains(moved));
        }
        Assert.That(moved.IsInvalid);
        Assert.That(Statistics.DetachedFromScopeCount, Is.Zero);
    }

    [Test]
    public void MoveToOuterDisposeScope_FromOutermost_Detaches()
    {
        Tensor moved;
        using (NewDisposeScope()) moved = ones(2).MoveToOuterDisposeScope();
        Assert.That(moved.IsInvalid, Is.False);
        Assert.That((Statistics.DetachedFromScopeCount, Statistics.ThreadTotalLiveCount), Is.EqualTo((1L, 1L)));
        moved.Dispose();
        Assert.That((Statistics.DisposedOutsideScopeCount, Statistics.ThreadTotalLiveCount), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public void DetachFromDisposeScope_ThenAttach_MovesBetweenOwners()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(2).DetachFromDisposeScope();
        Assert.That(scope.DisposablesCount, Is.Zero);
        scope.Attach(tensor);
        scope.Attach(tensor);
        Assert.That(scope.DisposablesCount, Is.EqualTo(1));
        Assert.That((Statistics.DetachedFromScopeCount, Statistics.AttachedToScopeCount), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public void MoveToOther_OfDetachedTensor_Attaches()
    {
        using var owned = ones(1).DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        var resident = ones(1);
        owned.MoveToOtherDisposeScope(resident);
        Assert.That(scope.Contains(owned));
    }

    [Test]
    public void DisposeEverythingBut_Some_KeepsThemInTheScope()
    {
        using var scope = NewDisposeScope();
        var (kept, dropped) = (ones(1), ones(1));
        scope.DisposeEverythingBut(kept);
        Assert.That((kept.IsInvalid, dropped.IsInvalid, scope.DisposablesCount), Is.EqualTo((false, true, 1)));
    }

    [Test]
    public void Dispose_OfTensorByHand_LeavesItsScope()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(1);
        tensor.Dispose();
        tensor.Dispose();
        Assert.That((scope.DisposablesCount, Statistics.DisposedInScopeCount), Is.EqualTo((0, 1L)));
    }

    [Test]
    public void Dispose_OfScopesOutOfOrder_KeepsTheChain()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();
        outer.Dispose();
        Assert.That(CurrentDisposeScope, Is.SameAs(inner));
        inner.Dispose();
        Assert.That(CurrentDisposeScope, Is.Null);
    }

    [Test]
    public void Attach_ToDisposedScope_Throws()
    {
        var scope = NewDisposeScope();
        scope.Dispose();
        using var tensor = ones(1);
        Assert.That(() => scope.Attach(tensor), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => scope.DisposablesCount, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void WrappedTensorDisposeScope_OfExpression_LeavesItsResultOnly()
    {
        using var result = WrappedTensorDisposeScope(() => (ones(2) + 1) * 3);
        Assert.That(result.data<float>().ToArray(), Is.EqualTo(new[] { 6f, 6f }));
        Assert.That(Statistics.ThreadTotalLiveCount, Is.EqualTo(1));
    }

    [Test]
    public void Scopes_OfOtherThreads_AreTheirOwn()
    {
        using var scope = NewDisposeScope();
        long live = -1;
        var thread = new Thread(() =>
        {
            using var mine = ones(1);
            live = Statistics.ThreadTotalLiveCount;
        });
        thread.Start();
        thread.Join();
        Assert.That((live, scope.DisposablesCount), Is.EqualTo((1L, 0)));
    }

    [Test]
    public void Finalizer_OfForgottenTensors_FreesThem()
    {
        var before = LiveTensors.Settled();
        Forget();
        for (var i = 0; i < 20 && Tensor.TotalCount > before; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget()
        {
            for (var i = 0; i < 100; i++) _ = ones(10);
        }
    }
}
