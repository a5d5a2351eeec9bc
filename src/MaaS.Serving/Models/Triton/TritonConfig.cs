namespace MaaS.Serving.Models.Triton;

/// <summary>What a <c>config.pbtxt</c> says of a model, as far as MaaS does as it says.</summary>
internal sealed class TritonConfig
{
    /// <summary>
    /// Most rows of one request; 0 where the shapes name every axis; null where the file does not say.
    /// </summary>
    public int? MaxBatchSize { get; init; }

    /// <summary>How the model is run, under what <see cref="MaaSServingOptions.Models"/> says.</summary>
    public required ModelOptions Options { get; init; }

    /// <summary>The file of each version.</summary>
    public string FileName { get; init; } = "model.onnx";

    /// <summary>Tensors that the file names, with its types and shapes without the batch axis.</summary>
    public IReadOnlyList<TritonTensor> Tensors { get; init; } = [];

    /// <summary>Names of classes, of the first output that has some; null for none.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Runs before the model is ready.</summary>
    public IReadOnlyList<TritonWarmup> Warmups { get; init; } = [];

    /// <summary>What the file says and MaaS does not do.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];
}

/// <summary>A tensor of a configuration.</summary>
/// <param name="Name">The model's name of it.</param>
/// <param name="IsInput">Whether it goes into the model.</param>
/// <param name="Type">As <c>TYPE_FP32</c>; null where the file does not say.</param>
/// <param name="Dims">Its shape without the batch axis; empty where the file does not say.</param>
internal sealed record TritonTensor(string Name, bool IsInput, string? Type, IReadOnlyList<long> Dims);
