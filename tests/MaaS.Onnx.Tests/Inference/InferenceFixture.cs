using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Onnx.Tests.Inference;

/// <summary>The models that Fixtures/make_models.py wrote.</summary>
internal static class InferenceFixture
{
    public static string PathOf(string file)
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Inference", "Fixtures", file);

    public static InferenceModel Load(string name)
        => InferenceModel.Load(PathOf(name + ".onnx"), new InferenceOptions { IntraOpThreads = 1 });

    /// <summary>Five inputs of linear.onnx and the outputs that numpy computed.</summary>
    public static (float[] X, float[] Y) Linear()
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(PathOf("linear.json"))).RootElement;
        return (Floats(root, "x"), Floats(root, "y"));
    }

    private static float[] Floats(JsonElement e, string name)
        => [.. e.GetProperty(name).EnumerateArray().Select(v => v.GetSingle())];
}
