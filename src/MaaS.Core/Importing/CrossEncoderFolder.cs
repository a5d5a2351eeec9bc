using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Importing;

/// <summary>What a folder in the layout of sentence-transformers says of a cross-encoder, which is a classifier of
/// pairs of texts.</summary>
internal static class CrossEncoderFolder
{
    private const string Library = "sentence_transformers", Settings = "config_sentence_transformers.json";

    /// <summary>Whether a folder's classifier is taken for one of pairs: it was asked for, or the folder says so, in
    /// <c>config_sentence_transformers.json</c> with the type <c>CrossEncoder</c>, or, where it has no
    /// <c>modules.json</c>, in <c>config.json</c> with an object <c>sentence_transformers</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="config">Its <c>config.json</c>.</param>
    /// <param name="asked">Whether it was asked for.</param>
    /// <param name="pooling">Asked for; it makes a sentence encoder of the folder.</param>
    /// <exception cref="ArgumentException">It was asked for together with a pooling, or of a sentence
    /// encoder.</exception>
    /// <exception cref="InvalidDataException">The folder has a module that the network lacks.</exception>
    public static bool ReadsPairs(string folder, JsonElement config, bool asked, EmbeddingPooling? pooling)
    {
        if (pooling is not null)
        {
            return asked ? throw new ArgumentException(
                $"{folder}: expected pairs (--pairs), which make a cross-encoder, or a pooling (--pooling), which "
                    + "makes a sentence encoder, got both.") : false;
        }

        var modules = SentenceTransformersFolder.ModulesOf(folder);
        var saysSo = SaysSo(folder, config, hasModules: modules is not null);
        if (!asked && !saysSo)
        {
            return false;
        }

        var other = modules?.FirstOrDefault(static m => SentenceTransformersFolder.KindOf(m) != "Transformer");
        return other is null ? true
            : saysSo ? throw new InvalidDataException(
                $"{folder}: expected a cross-encoder of the module Transformer alone, which is a classifier of pairs, "
                    + $"got '{other}'; its part of the network is not in the ONNX file.")
            : throw new ArgumentException(
                $"{folder}: expected the folder of a classifier for pairs (--pairs), got one whose modules.json has "
                    + $"'{other}'; import it without that.");
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

    private static bool SaysSo(string folder, JsonElement config, bool hasModules)
    {
        var file = Path.Combine(folder, Settings);
        return File.Exists(file) && HuggingFaceFolder.Json(file).TryGetProperty("model_type", out var type)
            && type.ValueKind == JsonValueKind.String ? type.GetString() == "CrossEncoder"
            : !hasModules && config.TryGetProperty(Library, out var own) && own.ValueKind == JsonValueKind.Object;
    }
}
