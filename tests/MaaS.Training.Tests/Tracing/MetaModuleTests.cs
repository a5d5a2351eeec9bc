using MaaS.Training.Tracing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Tracing;

/// <summary>A module is what it was, whatever its forward does to it while its tensors have no values.</summary>
internal sealed class MetaModuleTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Run_ForwardThatMakesItsTableAnew_LeavesWeightsAndTableWithValues(bool disposes)
    {
        using var scope = NewDisposeScope();
        using var model = new Growing(disposes);
        var input = randn(2, 5, 4);
        var expected = model.call(input).clone();
        var before = model.state_dict().ToDictionary(static p => p.Key, static p => p.Value.clone());
        var meta = new MetaModule(model);

        // The second of them meets what the first has left.
        foreach (var length in new[] { 3, 300, 600 })
        {
            try
            {
                Assert.That(Shape(meta, model, length), Is.EqualTo(new long[] { 2, length, 4 }));
            }
            catch (TracingException)
            {
                Assert.That(disposes, "a table that is alive is exchanged");
            }
        }

        foreach (var (name, tensor) in model.state_dict())
        {
            Assert.That(tensor.device_type, Is.EqualTo(DeviceType.CPU), name);
            Assert.That(tensor.allclose(before[name]), name);
        }

        Assert.That(model.call(input).allclose(expected));
        Assert.That(model.call(randn(2, 900, 4)).device_type, Is.EqualTo(DeviceType.CPU));
    }

    [Test]
    public void Run_FunctionThatThrows_GivesTheWeightsBack()
    {
        using var scope = NewDisposeScope();
        using var model = Linear(3, 2);
        var before = model.weight.clone();
        var meta = new MetaModule(model);

        Assert.That(
            () => meta.Run<int>(() => throw new InvalidOperationException("stop")), Throws.InvalidOperationException);

        Assert.That(model.weight.allclose(before));
    }

    [Test]
    public void Kernels_ShapesThatForwardRefusesWithValues_DoNotEndTheProcess()
    {
        using var scope = NewDisposeScope();
        using var transposed = ConvTranspose2d(1, 1, 4, padding: 3);

        // 2 - 1 - 6 + 3 + 1 = -1
        Assert.That(
            new MetaModule(transposed).Run(() => transposed.call(empty([1, 1, 2, 2], device: META)).shape),
            Is.EqualTo(new long[] { 1, 1, 0, 0 }));
        Assert.That(functional.adaptive_avg_pool2d(empty(3, device: META), [2, 2]).shape, Has.Length.EqualTo(1));
    }

    private static long[] Shape(MetaModule meta, Growing model, int length)
        => meta.Run(() => model.call(empty([2, length, 4], device: META)).shape);

    // Adds a table of positions, made anew for the longest input so far.
    private sealed class Growing : Module<Tensor, Tensor>
    {
        private readonly bool _disposes;
        private readonly Linear first = Linear(4, 4);
        private readonly Linear second = Linear(4, 4);
        private Tensor? _table;

        public Growing(bool disposes)
            : base(nameof(Growing))
        {
            _disposes = disposes;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            if (_table is null || _table.shape[0] < x.shape[1])
            {
                if (_disposes)
                {
                    _table?.Dispose();
                }

                _table = ones([x.shape[1], 4], device: x.device).DetachFromDisposeScope();
            }

            return second.call(first.call(x) + _table[TensorIndex.Slice(0, x.shape[1])]);
        }
    }
}
