namespace MaaS.Benchmarks.Training;

/// <summary>What one process has to train; it gets this as JSON.</summary>
/// <param name="Network">Name of <see cref="Workload"/>.</param>
/// <param name="Seed">Seed of the weights and of the order.</param>
/// <param name="Epochs">Passes over the training set.</param>
/// <param name="Images">Folder with Fashion-MNIST's four files.</param>
/// <param name="Tokens">File of <see cref="TokenFile"/>.</param>
/// <param name="OneDnn">
/// What TorchSharp shall do with oneDNN: a value of ONEDNN_MAX_CPU_ISA (already in the environment), <c>off</c>, or
/// <c>default</c>.
/// </param>
internal sealed record RunRequest(string Network, int Seed, int Epochs, string Images, string Tokens, string OneDnn);
