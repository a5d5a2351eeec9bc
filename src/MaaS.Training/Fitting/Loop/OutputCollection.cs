using MaaS.Training.Fitting.Processes;
using MaaS.Training.Fitting.Tasks;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Outputs and targets of a validation set, kept on the CPU until it has ended.</summary>
internal sealed class OutputCollection : IDisposable
{
    private readonly List<(Tensor Outputs, Tensor Targets)> _parts = [];

    /// <summary>Keeps those of a batch.</summary>
    public void Add((Tensor Outputs, Tensor Targets)? batch)
    {
        if (batch is { } part)
        {
            // What lies on the CPU already is the task's own, and its scope ends.
            _parts.Add((part.Outputs.clone().DetachFromDisposeScope(), part.Targets.clone().DetachFromDisposeScope()));
        }
    }

    /// <summary>The task's metrics of everything that all processes kept, in the order of their ranks; none where
    /// nothing was kept.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Metrics<TModel, TBatch>(
        TrainingTask<TModel, TBatch> task, IProcessGroup? group)
        where TModel : nn.Module
    {
        using var scope = NewDisposeScope();
        (Tensor Outputs, Tensor Targets)[] parts = group is null || group.Size == 1 ? [.. _parts] : Gathered(group);
        return parts.Length == 0 ? [] : [
            .. task.EpochMetrics(
                cat([.. parts.Select(static p => p.Outputs)], 0), cat([.. parts.Select(static p => p.Targets)], 0)),
        ];
    }

    public void Dispose()
    {
        foreach (var (outputs, targets) in _parts)
        {
            outputs.Dispose();
            targets.Dispose();
        }
    }

    private (Tensor, Tensor)[] Gathered(IProcessGroup group)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var (outputs, targets) in _parts)
        {
            TensorBytes.Write(writer, outputs);
            TensorBytes.Write(writer, targets);
        }

        writer.Flush();
        return [.. group.Gather(stream.ToArray()).SelectMany(Parts)];
    }

    private static IEnumerable<(Tensor, Tensor)> Parts(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            yield return (TensorBytes.Read(reader), TensorBytes.Read(reader));
        }
    }
}
