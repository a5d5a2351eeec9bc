using MaaS.Training.Data;
using static TorchSharp.torch;

namespace MaaS.Training.Images.Tests;

/// <summary>What a source delivers, as values that can be compared.</summary>
internal static class Epochs
{
    public static EpochPlan Plan(int epoch = 1, int batchSize = 7, bool shuffle = true) => new(42, epoch, batchSize, CPU, shuffle);

    /// <summary>Inputs, labels and names of every batch; the tensors are disposed.</summary>
    public static List<(float[] Inputs, long[] Labels, string Name)> Read(IBatchSource<(Tensor Inputs, Tensor Targets)> source, EpochPlan plan)
    {
        var batches = new List<(float[], long[], string)>();
        foreach (var batch in source.Read(plan, CancellationToken.None))
        {
            batches.Add((batch.Value.Inputs.data<float>().ToArray(), batch.Value.Targets.data<long>().ToArray(), batch.Name));
            Assert.That(batch.Value.Inputs.shape[0], Is.EqualTo(batch.Samples));
            batch.Value.Inputs.Dispose();
            batch.Value.Targets.Dispose();
        }

        return batches;
    }

    public static void AssertEqual(
        IReadOnlyList<(float[] Inputs, long[] Labels, string Name)> actual, IReadOnlyList<(float[] Inputs, long[] Labels, string Name)> expected)
    {
        Assert.That(actual.Select(static b => b.Name), Is.EqualTo(expected.Select(static b => b.Name)));
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.That(actual[i].Labels, Is.EqualTo(expected[i].Labels));
            Assert.That(actual[i].Inputs.AsSpan().SequenceEqual(expected[i].Inputs), $"batch {i}");
        }
    }
}
