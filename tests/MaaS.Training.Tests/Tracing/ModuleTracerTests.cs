using System.Diagnostics;
using System.Text.RegularExpressions;
using MaaS.Onnx;
using MaaS.Tests;
using MaaS.Training.Tracing;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tests.Tracing;

/// <summary>Traces against what torch's own observer of operators saw of the same forward.</summary>
public partial class ModuleTracerTests
{
    private static readonly Dictionary<string, Func<IEnumerable<TracingCase>>> Families = new()
    {
        ["layers"] = LayerCases.All,
        ["operators"] = OperatorCases.All,
        ["constants"] = ConstantCases.All,
    };

    private static readonly string[] Names =
        [.. Families.SelectMany(static family => family.Value().Select(row => $"{family.Key}/{row.Name}"))];

    private static TracingCase Case(string name)
    {
        var parts = name.Split('/');
        return Families[parts[0]]().Single(row => row.Name == parts[1]);
    }

    // The cases' weights die with the collector: not in the middle of a test that counts.
    [OneTimeTearDown]
    public void Settle() => LiveTensors.Settled();

    [TestCaseSource(nameof(Names))]
    public void Trace_Forward_HasTheOperatorsThatTorchSaw(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var row = Case(name);
        IReadOnlyList<RecordedOperator> seen = [];

        var recorded = Record(row.All, () =>
        {
            Tensor[] outputs = [];
            seen = OperatorRecorder.Record(() => outputs = row.Forward(row.Inputs));
            return outputs;
        });

        // The tracer records no reads, and the convolution inside conv2d.
        var expected =
            seen.Where(static op => op is { Depth: 0, IsValueRead: false }).Select(static op => op.Name).ToList();
        var actual =
            OperatorName().Matches(recorded.Text).Select(
            static match => match.Value.Replace("_convolution", "conv2d", StringComparison.Ordinal));
        Assert.That(actual, Is.EqualTo(expected), recorded.Text);
    }

    [TestCaseSource(nameof(Names))]
    public void Trace_Forward_IsReadWhole(string name)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var row = Case(name);
        var count = row.Forward(row.Inputs).Length;

        var run = ModuleTracer.Trace(row.All, () => row.Forward(row.Inputs));

        Assert.That(run.Outputs, Has.Count.EqualTo(count));
        Assert.That(run.Trace.Inputs, Has.Count.EqualTo(row.All.Count));
        var known = run.Trace.Inputs.Concat(run.Trace.Nodes.SelectMany(static node => node.Outputs)).Select(
            static value => value.Id).ToHashSet();
        Assert.That(run.Trace.Outputs.Concat(run.Trace.Nodes.SelectMany(static node => node.Inputs)),
            Is.All.Matches<int>(known.Contains));
        var calls = run.Trace.Nodes.Where(
            static node => node.Op.StartsWith("aten::", StringComparison.Ordinal)).ToList();
        Assert.That(calls,
            Is.All.Matches<TraceNode>(static node => node!.Schema?.Arguments.Count == node.Inputs.Count));
    }

    [Test]
    public void Trace_Extremes_KeepTheirBits()
    {
        using var scope = NewDisposeScope();
        double[] numbers =
        [
            double.Epsilon, double.MaxValue, -0.0, 1e10, 123456789, Math.PI, double.PositiveInfinity,
                double.NegativeInfinity, double.NaN, 0.1,
        ];

        var run = ModuleTracer.Trace(
            [ones(1, ScalarType.Float64)], () => [.. numbers.Select(number => ones(1, ScalarType.Float64) * number)]);

        var read = run.Trace.Nodes.Where(static node => node.Op == "aten::mul").Select(node =>
            run.Trace.Nodes.Single(
                other => other.Outputs.Any(output => output.Id == node.Inputs[1])).Constant).ToList();
        var values =
            read.OfType<TraceConstant.Tensor>().Select(
            constant => run.Trace.Constants[constant.Index].ToArray<double>()[0])
            .Concat(read.OfType<TraceConstant.Real>().Select(static constant => constant.Value));
        Assert.That(values.Select(BitConverter.DoubleToInt64Bits),
            Is.EqualTo(numbers.Select(BitConverter.DoubleToInt64Bits)));
    }

    [Test]
    public void Trace_ConstantTensors_AreCopiedBitForBit()
    {
        using var scope = NewDisposeScope();
        var strided = randn(5, 3).t();

        var run = ModuleTracer.Trace([ones(2, 3)], () => [ones(2, 3).mm(strided)]);

        Assert.That(run.Trace.Constants.Single().ToArray<float>(),
            Is.EqualTo(strided.contiguous().data<float>().ToArray()));
    }

    [Test]
    public void Trace_TwoObjectsOfOneTensor_AreOneInput()
    {
        using var scope = NewDisposeScope();
        var x = randn(2);
        var twin = Record([ones(2)], () => [ones(2) + x]).Constants[^1];

        var run = ModuleTracer.Trace([x, twin], () => [x + twin]);

        Assert.That(TensorHandles.Implementation(x), Is.EqualTo(TensorHandles.Implementation(twin)));
        Assert.That(x.Handle, Is.Not.EqualTo(twin.Handle));
        Assert.That(run.Trace.Inputs[0].Id, Is.EqualTo(run.Trace.Inputs[1].Id));
    }

    [Test]
    public void Trace_FailingForward_ThrowsItsExceptionAndLeavesTheNextTraceWhole()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);
        var expected = Text(x);

        Assert.That(() => ModuleTracer.Trace([x], static () => throw new InvalidOperationException("my own failure")),
            Throws.InvalidOperationException.With.Message.EqualTo("my own failure"));
        Assert.That(() => ModuleTracer.Trace([x], () => [x.mm(randn(5, 5))]),
            Throws.InstanceOf<System.Runtime.InteropServices.ExternalException>());

        Assert.That(Text(x), Is.EqualTo(expected));
        Assert.That(LibTorchTracer.Current.Functions.IsTracing, Is.False);
    }

    [Test]
    public void Trace_InsideATrace_IsRefusedAndTheOuterOneGoesOn()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);

        var run = ModuleTracer.Trace([x], () =>
        {
            Assert.That(() => ModuleTracer.Trace([x], () => [x + 1]),
                Throws.InstanceOf<TracingException>().With.Message.Contains("already"));
            return [x.relu()];
        });

        Assert.That(run.Trace.Nodes.Select(static node => node.Op), Is.EqualTo(new[] { "aten::relu" }));
    }

    [Test]
    public void Trace_WeightThatIsNoInput_IsRefusedWithTheRemedy()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 3);
        var weight = randn(3, 3, requires_grad: true);

        Assert.That(() => ModuleTracer.Trace([x], () => [x.mm(weight)]),
            Throws.InstanceOf<TracingException>().With.Message.Contains("register"));
        Assert.That(() => ModuleTracer.Trace([x], () => [weight]),
            Throws.InstanceOf<TracingException>().With.Message.Contains("register"));
    }

    [Test]
    public void Trace_ConstantsWithoutValues_AreRefused()
    {
        using var scope = NewDisposeScope();
        var meta = zeros(1, device: META);
        var sparse = eye(2).to_sparse();   // libtorch itself refuses to record it

        Assert.That(() => ModuleTracer.Trace([zeros(1, device: META)], () => [zeros(1, device: META) + meta]),
            Throws.InstanceOf<NotSupportedException>());
        Assert.That(() => ModuleTracer.Trace([ones(2, 2)], () => [sparse.add(sparse)]),
            Throws.InstanceOf<System.Runtime.InteropServices.ExternalException>());
    }

    [Test]
    public void Trace_OnFourThreads_GivesWhatOneThreadGives()
    {
        var expected = Texts();
        var results = new string[4][];
        var threads = Enumerable.Range(0, results.Length).Select(i => new Thread(() =>
        {
            for (var round = 0; round < 20; round++)
            {
                results[i] = Texts();
                if (!results[i].SequenceEqual(expected))
                {
                    return;
                }
            }
        })).ToList();

        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());

        Assert.That(results, Is.All.EqualTo(expected));
    }

    [Test]
    public void Trace_AThousandTimes_KeepsTheMemory()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var rows = LayerCases.All().Where(static row => row.Name is "cnn" or "encoder").ToList();
        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                foreach (var row in rows)
                {
                    using var inner = NewDisposeScope();
                    ModuleTracer.Trace(row.All, () => row.Forward(row.Inputs));
                }
            }
        }

        Run(100);
        var tensors = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var before = WorkingSet();
        Run(500);

        Assert.That(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount, Is.EqualTo(tensors));
        Assert.That(WorkingSet() - before, Is.LessThan(16L << 20), "bytes after 1,000 traces");
    }

    private static long WorkingSet()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static string[] Texts()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        return [.. LayerCases.All().Where(static row => row.Name is "cnn" or "attention" or "norms")
            .Select(static row => Record(row.All, () => row.Forward(row.Inputs)).Text)];
    }

    private static string Text(Tensor x) => Record([x], () => [(x + 1).sigmoid()]).Text;

    private static RecordedGraph Record(IReadOnlyList<Tensor> inputs, Func<IReadOnlyList<Tensor>> forward)
    {
        using var session = TracingSession.Begin(inputs);
        session.Return(forward());
        session.Stop();
        return session.Read();
    }

    [GeneratedRegex(@"aten::\w+(?=\()")]
    private static partial Regex OperatorName();
}
