using MaaS.Training.Tracing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Tracing;

public class MetaForwardTests
{
    [Test]
    public void FirstRead_ForwardThatReads_NamesTheMethodAndLeavesTheModuleAsItWas()
    {
        using var scope = NewDisposeScope();
        using var module = Sequential(("first", Linear(3, 3)), ("second", Linear(3, 3)));
        var before = module.parameters().Select(static p => p.data<float>().ToArray()).ToList();
        var x = randn(2, 3);
        var trace = ModuleTracer.Trace([x, .. module.parameters()], () => [module.call(x)]).Trace;

        var read = MetaForward.FirstRead(module, [x], x => module.call(x[0])[0, 0].item<float>(), trace);

        Assert.That(read?.Operator, Is.EqualTo("Tensor.item"));
        Assert.That(module.parameters().Select(static p => p.data<float>().ToArray()), Is.EqualTo(before));
        Assert.That(module.parameters(),
            Is.All.Matches<Tensor>(static p => p!.device_type == DeviceType.CPU && p.requires_grad));
    }

    [Test]
    public void FirstRead_ForwardThatReadsNothing_IsNull()
    {
        using var scope = NewDisposeScope();
        using var module = Linear(3, 3);
        var x = randn(2, 3);
        var trace = ModuleTracer.Trace([x, .. module.parameters()], () => [module.call(x)]).Trace;

        Assert.That(MetaForward.FirstRead(module, [x], x => module.call(x[0]), trace), Is.Null);
        Assert.That(MetaForward.FirstRead(
            module, [x], _ => throw new InvalidOperationException("another failure"), trace), Is.Null);
    }

    [Test]
    public void CanRun_FunctionsThatPassNoExceptionOn_AreLeftAlone()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);
        bool CanRun(Func<Tensor> forward) => MetaForward.CanRun(ModuleTracer.Trace([x], () => [forward()]).Trace);

        Assert.That(CanRun(() => x.relu()), Is.True);
        Assert.That(CanRun(() => x.matmul(x.t())), Is.True);
        Assert.That(CanRun(() => x.matmul(x[0])), Is.False);
        Assert.That(CanRun(() => x.var(1)), Is.False);
        Assert.That(CanRun(() => x.cummax(0).values), Is.False);
    }
}
