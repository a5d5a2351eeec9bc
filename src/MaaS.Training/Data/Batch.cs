namespace MaaS.Training.Data;

/// <summary>A batch and what it is made of.</summary>
/// <typeparam name="TBatch">A tensor, or a tuple, record, list or dictionary of tensors.</typeparam>
/// <param name="Value">The tensors, on the device that was asked for; whoever reads the batch owns them.</param>
/// <param name="Samples">How many samples it holds, at least 1.</param>
/// <param name="Name">Where its samples come from, for messages: positions, rows, or names of files.</param>
public sealed record Batch<TBatch>(TBatch Value, int Samples, string Name);
