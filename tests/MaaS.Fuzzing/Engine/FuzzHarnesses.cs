using MaaS.Fuzzing.Harnesses;

namespace MaaS.Fuzzing.Engine;

/// <summary>Every harness.</summary>
internal static class FuzzHarnesses
{
    public static IReadOnlyList<IFuzzHarness> All { get; } =
    [
        new TensorJsonHarness(), new OpenInferenceHarness(), new GrpcMessageHarness(), new TensorFlowJsonHarness(),
        new TensorFlowPredictHarness(),
        new TensorFlowExamplesHarness(),
        new TorchServeHarness(), new UnpackingHarness(), new ManifestHarness(), new ZipPackageHarness(),
        new OnnxHarness(), new OnnxToolsHarness(), new TritonConfigHarness(),
        new TokenizerHarness(), new VocabularyHarness(), new NpyHarness(), new NpzHarness(), new SafeTensorsHarness(),
        new IdxHarness(),
        new TextRowsHarness(), new InputLinesHarness(),
    ];
}
