using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Processes.Nccl;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Fitting.Processes.Nccl;

/// <summary>Which functions of NCCL are called, in which order and with what, by C functions that note it.</summary>
[NonParallelizable]
public sealed unsafe class NcclTensorSumTests
{
    private const nint Communicator = 0x1234;
    private const nint Context = 0x99;

    private static readonly nint Words = Marshal.StringToCoTaskMemUTF8("remote process exited");
    private static readonly List<string> Calls = [];
    private static int _error;

    private static NcclFunctions Functions => new()
    {
        GetUniqueId = &GetUniqueId,
        CommInitRank = &CommInitRank,
        AllReduce = &AllReduce,
        CommDestroy = &CommDestroy,
        GetErrorString = &GetErrorString,
        DeviceGet = &DeviceGet,
        PrimaryContextRetain = &PrimaryContextRetain,
        ContextSetCurrent = &ContextSetCurrent,
    };

    [SetUp]
    public void Forget()
    {
        Calls.Clear();
        _error = 0;
    }

    [Test]
    public void Begin_OnTheFirstProcess_NamesTheCommunicatorJoinsItAndSums()
    {
        var processes = new TwoProcesses(rank: 0);
        using var values = ones(12);
        using (var sums = new NcclTensorSum(Functions, processes, device: 3))
        {
            var sum = sums.Begin(values);
            Assert.That(sum.Poll());
            sum.Wait();
        }

        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(values.bytes));
        Assert.That(Calls, Is.EqualTo(new[]
        {
            "device 3", "retain 3", "current 153", "id", "init 2 0 7…134",
            $"sum {address} {address} 12 7 0 {Communicator} 0", $"destroy {Communicator}",
        }));
        Assert.That(processes.Sent, Has.Length.EqualTo(128));
        Assert.That(processes.Sent![127], Is.EqualTo(134));
    }

    [Test]
    public void Constructor_OnTheSecondProcess_TakesTheNameOfTheFirst()
    {
        using var sums = new NcclTensorSum(Functions, new TwoProcesses(rank: 1), device: 0);
        Assert.That(Calls, Is.EqualTo(new[] { "device 0", "retain 0", "current 153", "init 2 1 50…50" }));
    }

    [Test]
    public void Begin_NcclFails_SaysWithItsWords()
    {
        using var values = ones(2);
        using var sums = new NcclTensorSum(Functions, new TwoProcesses(rank: 0), device: 0);
        _error = 6;
        var error = Assert.Throws<InvalidOperationException>(() => sums.Begin(values));
        _error = 0;
        Assert.That(error!.Message, Does.StartWith(
            "ncclAllReduce: expected ncclSuccess (0), got 6: remote process exited"));
    }

    [Test]
    public void Load_WithoutNccl_NamesThePackage()
    {
        if (NativeLibrary.TryLoad("libnccl.so.2", out _))
        {
            Assert.Ignore("This system has NCCL.");
        }

        Assert.That(
            Assert.Throws<DllNotFoundException>(static () => NcclFunctions.Load())!.Message, Does.Contain("libnccl2"));
    }

    [UnmanagedCallersOnly]
    private static int GetUniqueId(NcclUniqueId* id)
    {
        for (var i = 0; i < NcclUniqueId.Length; i++)
        {
            (*id)[i] = (byte)(i + 7);
        }

        Calls.Add("id");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int CommInitRank(nint* communicator, int size, NcclUniqueId id, int rank)
    {
        *communicator = Communicator;
        Calls.Add($"init {size} {rank} {id[0]}…{id[127]}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int AllReduce(
        nint source, nint target, nuint count, int type, int operation, nint communicator, nint stream)
    {
        Calls.Add($"sum {source} {target} {count} {type} {operation} {communicator} {stream}");
        return _error;
    }

    [UnmanagedCallersOnly]
    private static int CommDestroy(nint communicator)
    {
        Calls.Add($"destroy {communicator}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint GetErrorString(int error) => Words;

    [UnmanagedCallersOnly]
    private static int DeviceGet(int* device, int index)
    {
        *device = index;
        Calls.Add($"device {index}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int PrimaryContextRetain(nint* context, int device)
    {
        *context = Context;
        Calls.Add($"retain {device}");
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int ContextSetCurrent(nint context)
    {
        Calls.Add($"current {context}");
        return 0;
    }

    private sealed class TwoProcesses(int rank) : IProcessGroup
    {
        public int Rank => rank;

        public int Size => 2;

        public byte[]? Sent { get; private set; }

        public void Broadcast(Span<byte> bytes, int root)
        {
            if (rank == root)
            {
                Sent = bytes.ToArray();
            }
            else
            {
                bytes.Fill(50);
            }
        }

        public void Sum(Span<float> values) => throw new NotSupportedException();

        public void Sum(Span<double> values) => throw new NotSupportedException();

        public byte[][] Gather(ReadOnlySpan<byte> bytes) => throw new NotSupportedException();

        public IPendingSum BeginSum(nint address, int count) => throw new NotSupportedException();

        public void Abort(string reason) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
