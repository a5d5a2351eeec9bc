using MaaS.Training.Tracing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Tracing;

public class OperatorRecorderTests
{
    [Test]
    public void Record_Operators_HaveNamesOverloadsAndDepths()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);

        var seen = OperatorRecorder.Record(() => (x + x).sum().ToSingle());

        Assert.That(seen.Where(static op => op.Depth == 0).Select(static op => $"{op.Name}.{op.Overload}"),
            Is.EqualTo(new[] { "aten::add.Tensor", "aten::sum.", "aten::item." }));
        Assert.That(seen.Single(static op => op.Name == "aten::_local_scalar_dense").Depth, Is.EqualTo(1));
        Assert.That(seen.Where(static op => op.IsValueRead).Select(static op => op.Name),
            Is.EqualTo(new[] { "aten::item" }));
    }

    [Test]
    public void Record_Modules_HaveTheirPaths()
    {
        using var scope = NewDisposeScope();
        using var module = Sequential(("body", Sequential(("linear", Linear(3, 4)))), ("act", ReLU()));
        using var scopes = new ModuleScopes(module);

        var seen = OperatorRecorder.Record(() => module.call(randn(2, 3)));

        Assert.That(seen.Single(static op => op.Name == "aten::relu").ModulePath, Is.EqualTo("act"));
        Assert.That(seen.First(static op => op.Name == "aten::addmm").ModulePath, Is.EqualTo("body.linear"));
    }

    [Test]
    public void Record_FunctionThatThrows_StopsToRecord()
    {
        using var scope = NewDisposeScope();
        var seen = 0;

        Assert.That(() => OperatorRecorder.Record(() => throw new InvalidOperationException()),
            Throws.InvalidOperationException);
        MaaS.Training.Tracing.LibTorch.RecordFunctions.Current.Observe(() => ones(1), (_, _, _) => seen++);
        ones(1);

        Assert.That(seen, Is.GreaterThan(0).And.LessThan(4));
    }

    [Test]
    public void WatchReads_InsideMultiheadAttention_IsNoReadOfTheForward()
    {
        using var scope = NewDisposeScope();
        using var attention = MultiheadAttention(16, 4);
        attention.eval();
        var x = randn(5, 2, 16);
        var reads = new HashSet<ValueRead>();

        OperatorRecorder.WatchReads(() => attention.call(x, x, x, null, true, null), reads);

        Assert.That(reads, Is.Empty);
        OperatorRecorder.WatchReads(() => x.Equals(x), reads);
        Assert.That(reads.Single().Operator, Is.EqualTo("aten::equal"));
    }
}
