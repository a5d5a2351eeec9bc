using MaaS.Core.Packages;
using MaaS.Serving.Execution;

namespace MaaS.Serving.OpenAi.Completions;

/// <summary>What a request for texts needs of the model that it names.</summary>
internal static class LanguageModel
{
    /// <summary>What continues texts.</summary>
    /// <exception cref="Faults.RequestException">400: the model is no language model.</exception>
    public static GenerationRunner RunnerOf(ServedModel model)
        => model.Generation ?? throw RequestFields.Fault(
            "model",
            $"expected a package of task '{ModelManifest.TextGeneration}', got '{model.Name}' of "
                + (model.Manifest?.Task is { } task ? $"task '{task}'" : "no task"));
}
