using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Importing;

/// <summary>What a folder in the layout of sentence-transformers says of a cross-encoder, which is a classifier of
/// pairs of texts.</summary>
internal static class CrossEncoderFolder
{
    private const string Library = "sentence_transformers", Settings = "config_sentence_transformers.json";

    /// <summary>Whether a folder says that its classifier reads pairs: <c>config.json</c> has an object
    /// <c>sentence_transformers</c>, or <c>config_sentence_transformers.json</c> the type
    /// <c>CrossEncoder</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">Its <c>config.json</c>.</param>
    public static bool IsOne(string folder, JsonElement config)
    {
        if (config.TryGetProperty(Library, out var own) && own.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        var file = Path.Combine(folder, Settings);
        return File.Exists(file) && HuggingFaceFolder.Json(file).TryGetProperty("model_type", out var type)
            && type.ValueKind == JsonValueKind.String && type.GetString() == "CrossEncoder";
    }

    /// <summary>How its output becomes a score.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">Its network.</param>
    /// <param name="labels">Of two outputs, by index; null where there are no names.</param>
    /// <param name="notes">Gets what is to be told.</param>
    /// <exception cref="NotSupportedException">The network gives another number of logits than one or two.</exception>
    public static RankingSettings SettingsOf(
        string folder, InferenceModel model, IReadOnlyList<string>? labels, ICollection<string> notes)
    {
        if (model.Outputs is not [{ Type: ElementType.Float32, Shape: [_, 1 or 2] } output])
        {
            throw new NotSupportedException(
                $"{folder}: expected a classifier of pairs with one output float32[batch,1] or float32[batch,2], got "
                    + $"{string.Join("; ", model.Outputs)}: which of several labels stands for a document that answers "
                    + "a question is not known.");
        }

        if (output.Shape[1] == 1)
        {
            notes.Add("A pair's score is the sigmoid of its logit.");
            return new RankingSettings(output.Name, Positive: 0);
        }

        notes.Add(
            $"A pair's score is the probability of label 1{(labels is null ? "" : $", '{labels[1]}'")}; where 0 is "
                + "that of documents that fit, set ranking.positive in the manifest.");
        return new RankingSettings(output.Name, Positive: 1);
    }
}
