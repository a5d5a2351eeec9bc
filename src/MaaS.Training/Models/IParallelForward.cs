namespace MaaS.Training.Models;

/// <summary>
/// Marks a module whose forward pass may run on several threads at once and treats every sample on its own: it keeps no
/// state between calls, draws no random numbers and uses no statistics of the batch. Its gradient over a batch is then
/// the sum of the gradients over the batch's parts, which the trainer computes in parallel.
/// </summary>
#pragma warning disable CA1040 // A marker is what this is: the promise cannot be seen in a signature.
public interface IParallelForward;
#pragma warning restore CA1040
