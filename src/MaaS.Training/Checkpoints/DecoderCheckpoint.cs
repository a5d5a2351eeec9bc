using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Llama;

namespace MaaS.Training.Checkpoints;

/// <summary>Checkpoints of language models, whatever their family: <see cref="GptCheckpoint"/> or
/// <see cref="LlamaCheckpoint"/>, as <c>config.json</c> says.</summary>
public static class DecoderCheckpoint
{
    /// <summary>What <c>config.json</c> calls the families that are read.</summary>
    public static IReadOnlyList<string> ModelTypes { get; } = [GptCheckpoint.ModelType, .. LlamaFamily.ModelTypes];

    /// <summary>Makes the model that a folder describes and fills it.</summary>
    /// <param name="folder">Holds <c>config.json</c> and the weights, in one file or several.</param>
    /// <returns>The model in evaluation mode, which the caller owns, and how the weights fitted.</returns>
    /// <exception cref="FileNotFoundException">A file is missing, a part of the weights among them.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or describes another kind of model, or keys or shapes
    /// do not fit: all of them are named.</exception>
    public static (CausalLanguageModel Model, CheckpointReport Report) Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ModelConfig.Read(folder, ModelTypes).ModelType == GptCheckpoint.ModelType
            ? GptCheckpoint.Load(folder) : LlamaCheckpoint.Load(folder);
    }

    /// <summary>Writes a folder that other software reads.</summary>
    /// <param name="folder">Created when it is not there; a checkpoint in it is replaced.</param>
    /// <param name="model">A <see cref="Gpt"/> or a <see cref="LlamaModel"/>.</param>
    /// <exception cref="ArgumentException">No family has what the model has.</exception>
    public static void Save(string folder, CausalLanguageModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        switch (model)
        {
            case Gpt gpt:
                GptCheckpoint.Save(folder, gpt);
                break;
            case LlamaModel llama:
                LlamaCheckpoint.Save(folder, llama);
                break;
            default:
                throw new ArgumentException(
                    $"checkpoint: expected a {nameof(Gpt)} or a {nameof(LlamaModel)}, got {model.GetType().Name}.",
                    nameof(model));
        }
    }
}
