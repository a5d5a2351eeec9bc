using MaaS.Tests;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace MaaS.LibTorch.Tests.Data;

public class DataLoaderTests
{
    [TestCase(false, 3, new[] { 0f, 1, 2, 3, 4, 5, 6 }, 3)]
    [TestCase(true, 2, new[] { 0f, 1, 2, 3, 4, 5 }, 2)]
    public void Enumerate_InOrder_GivesBatches(bool dropLast, int batches, float[] expected, int workers)
    {
        using var loader = DataLoader(new Squares(7), 3, drop_last: dropLast, num_worker: workers);
        Assert.That(loader.Count, Is.EqualTo(batches));
        for (var epoch = 0; epoch < 2; epoch++)
        {
            var seen = new List<float>();
            foreach (var batch in loader)
            {
                Assert.That(batch["square"].data<float>().ToArray(), Is.EqualTo(batch["x"].data<float>().Select(v => v * v)));
                seen.AddRange(batch["x"].data<float>());
            }
            Assert.That(seen, Is.EqualTo(expected));
        }
    }

    [Test]
    public void Enumerate_Shuffled_CoversEverySampleAndFollowsTheSeed()
    {
        List<float> Order(int? seed)
        {
            using var loader = DataLoader(new Squares(50), 7, shuffle: true, seed: seed);
            return [.. loader.SelectMany(batch => batch["x"].data<float>().ToArray())];
        }

        var order = Order(3);
        Assert.That(order, Is.EquivalentTo(Enumerable.Range(0, 50)).And.Not.Ordered);
        Assert.That(Order(3), Is.EqualTo(order));
        Assert.That(Order(4), Is.Not.EqualTo(order));
    }

    [Test]
    public void Enumerate_WithSampler_TakesItsOrder()
    {
        using var loader = DataLoader(new Squares(7), 2, [5L, 1, 3]);
        Assert.That(loader.SelectMany(batch => batch["x"].data<float>().ToArray()), Is.EqualTo(new[] { 5f, 1, 3 }));
    }

    [Test]
    public void Enumerate_DisposedBatches_LeaveNoTensors()
    {
        var before = LiveTensors.Settled();
        using (var loader = DataLoader(new Squares(20), 4, num_worker: 2))
        {
            Tensor? last = null;
            foreach (var batch in loader)
            {
                Assert.That(last is null || last.IsInvalid);
                last = batch["x"];
            }
            Assert.That(last!.IsInvalid);
            foreach (var batch in loader) break;
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    [Test]
    public void Enumerate_KeptBatches_StayAlive()
    {
        using var scope = NewDisposeScope();
        using var loader = DataLoader(new Squares(6), 3, disposeBatch: false);
        var batches = loader.ToList();
        Assert.That(batches[0]["x"].IsInvalid, Is.False);
        foreach (var tensor in batches.SelectMany(b => b.Values)) tensor.Dispose();
    }

    [Test]
    public void TensorDataset_Loader_StacksRows()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (arange(12, ScalarType.Float32).reshape(6, 2), arange(6, ScalarType.Int64));
        using var loader = DataLoader(TensorDataset(x, y), 4);
        var batch = loader.First();
        using var again = loader.GetEnumerator();
        again.MoveNext();
        Assert.That(again.Current[0].Equals(x[TensorIndex.Slice(0, 4)]));
        Assert.That(again.Current[1].dtype, Is.EqualTo(ScalarType.Int64));
        Assert.That(batch, Has.Count.EqualTo(2));
        Assert.That(() => TensorDataset(x, ones(5)), Throws.ArgumentException);
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Enumerate_FailingDataset_ShowsItsErrorAndLeavesNoTensors(int workers)
    {
        var before = LiveTensors.Settled();
        using (var loader = DataLoader(new Squares(6, failAt: 4), 3, num_worker: workers))
        {
            var error = Assert.Catch(() => loader.ToList())!;
            Assert.That(error.GetBaseException().Message, Is.EqualTo("sample 4"));
        }
        Assert.That(Tensor.TotalCount, Is.EqualTo(before));
    }

    private sealed class Squares(long count, long failAt = -1) : Dataset
    {
        public override long Count => count;

        public override Dictionary<string, Tensor> GetTensor(long index)
        {
            if (index == failAt) throw new InvalidOperationException($"sample {index}");
            var x = tensor((float)index);
            return new() { ["x"] = x, ["square"] = x.mul(x) };
        }
    }
}
