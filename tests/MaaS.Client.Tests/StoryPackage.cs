using MaaS.Core.Generation;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Tests;
using MaaS.Text;

namespace MaaS.Client.Tests;

/// <summary>A language model whose next token is always the last one and 1 (Fixtures/make_models.py).</summary>
internal static class StoryPackage
{
    /// <summary>Writes <c>story.maas</c> into a folder of models.</summary>
    /// <param name="models">The folder.</param>
    /// <param name="tokenizer">Goes into the package.</param>
    /// <param name="maxLength">Most tokens of a prompt and its continuation.</param>
    public static async Task AddStoryAsync(this ModelsFolder models, Tokenizer tokenizer, int maxLength)
    {
        var network = await File.ReadAllBytesAsync(ModelsFolder.Fixture("successor.onnx"));
        using var inference = InferenceModel.Load(network, "story");
        await ModelPackage.CreateAsync(
            models["story.maas"],
            new ModelManifest
            {
                Name = "story",
                Task = ModelManifest.TextGeneration,
                Inputs = inference.Inputs,
                Outputs = inference.Outputs,
                Generation = new GenerationSettings(maxLength, []),
            },
            new Dictionary<string, PackageContent>
            {
                [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
                [TextGenerator.TokenizerFile] = PackageContent.FromBytes(tokenizer.ToJson()),
            });
    }
}
