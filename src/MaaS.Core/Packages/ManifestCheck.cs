using MaaS.Onnx.Inference;


namespace MaaS.Core.Packages;

/// <summary>Whether what a manifest promises can be done with the network beside it.</summary>
public static class ManifestCheck
{
    /// <summary>Checks preprocessing against the network's inputs and labels against its output.</summary>
    /// <param name="manifest">Of the package.</param>
    /// <param name="model">The package's network.</param>
    /// <exception cref="InvalidDataException">Preprocessing or labels do not fit the network.</exception>
    public static void ThrowIfUnfit(ModelManifest manifest, InferenceModel model)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(model);
        // A package of images and texts has one input of the former and two of the latter.
        var inputs = manifest is { Preprocessing: not null, Text: not null }
            ? model.Inputs.Where(static i => i.Name is not (TextEncoder.InputIds or TextEncoder.AttentionMask)).ToList()
            : model.Inputs;
        if (manifest.Preprocessing is { } preprocessing
            && !(
                inputs is [{ Type: ElementType.Float32, Shape: [_, var channels, > 0, > 0] }]
                    && channels == preprocessing.Mean.Count))
        {
            throw new InvalidDataException(
                $"{model.Name}: manifest.json: preprocessing: expected one input "
                    + $"float32[batch,{preprocessing.Mean.Count},height,width], " +
                $"the model has {string.Join("; ", model.Inputs)}.");
        }

        if (manifest.Text is not null && !TextEncoder.IsReadBy(
            manifest.Preprocessing is null
                ? model.Inputs : model.Inputs.Where(static i => i.Type == ElementType.Int64)))
        {
            throw new InvalidDataException(
                $"{model.Name}: manifest.json: text: expected the inputs {TextEncoder.InputIds} and "
                    + $"{TextEncoder.AttentionMask}, and at most {TextEncoder.TokenTypeIds} besides, "
                    + $"int64[batch,sequence], the model has {string.Join("; ", model.Inputs)}.");
        }

        if (manifest.Embedding is { } embedding && !model.Outputs.Any(
            o => o.Name == embedding.Output && o.Type == ElementType.Float32
                && o.Shape.Count == (embedding.Pooling == EmbeddingPooling.None ? 2 : 3)))
        {
            throw new InvalidDataException(
                $"{model.Name}: manifest.json: embedding: expected an output '{embedding.Output}' "
                    + (embedding.Pooling == EmbeddingPooling.None ? "float32[batch,size]"
                        : "float32[batch,sequence,size]")
                    + $", the model has {string.Join("; ", model.Outputs)}.");
        }

        if (manifest.Ranking is { } ranking && !model.Outputs.Any(
            o => o.Name == ranking.Output && o.Type == ElementType.Float32
                && o.Shape is [_, var width] && (width == 2 || (width == 1 && ranking.Positive == 0))))
        {
            throw new InvalidDataException(
                $"{model.Name}: manifest.json: ranking: expected an output '{ranking.Output}' float32[batch,2], or "
                    + "float32[batch,1] with positive 0, the model has "
                    + $"{string.Join("; ", model.Outputs)} and positive {ranking.Positive}.");
        }

        if (manifest is { Task: ModelManifest.Classification, Labels: { } labels }
            && model.Outputs is [{ Shape: [_, >= 0 and var classes] }] && classes != labels.Count)
        {
            throw new InvalidDataException(
                $"{model.Name}: manifest.json: labels: expected {classes}, one for each class of the output, got "
                    + $"{labels.Count}.");
        }
    }
}
