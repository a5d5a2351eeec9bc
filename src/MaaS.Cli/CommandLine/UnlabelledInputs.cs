using MaaS.Onnx.Inference;


namespace MaaS.Cli.CommandLine;

/// <summary>Inputs without labels; both parts may be enumerated several times.</summary>
/// <param name="Calibration">Runs whose ranges count.</param>
/// <param name="Comparison">Runs on which outputs are compared.</param>
/// <param name="Note">Where they come from, in one line.</param>
/// <param name="Warning">What makes measurements on them worth less; null where nothing does.</param>
internal sealed record UnlabelledInputs(
    IEnumerable<IReadOnlyDictionary<string, TensorValue>> Calibration,
    IEnumerable<IReadOnlyDictionary<string, TensorValue>> Comparison,
    string Note, string? Warning);
